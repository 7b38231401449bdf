"""Exports by REST: what we know of a driver, for the driver."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response, status as http

from backoffice.kit.auth import Driver
from backoffice.kit.service import provided
from backoffice.profiles.exports import Exports
from backoffice.profiles.packing import document_of
from backoffice.profiles.routes import ProfilesDep
from backoffice.profiles.schemas import ExportView

router = APIRouter(prefix="/profiles/me/export", tags=["profiles"])
ExportsDep = Annotated[Exports, Depends(provided(Exports))]


class ZipResponse(Response):
    """A response of the media type of ZIP archives."""

    media_type = "application/zip"


class DocumentResponse(Response):
    """A response of JSON that is text already."""

    media_type = "application/json"


@router.post("", status_code=http.HTTP_202_ACCEPTED)
async def ask_export(driver: Driver, profiles: ProfilesDep, exports: ExportsDep) -> ExportView:
    """All that you know of me is gathered, one time at a time; it takes the place of an export before."""
    await profiles.ensure(driver.tenant, driver.subject)
    async with exports.database.transaction(driver.tenant) as unit:
        return ExportView.of(await exports.ask(unit, driver.subject))


@router.get("")
async def read_export(driver: Driver, exports: ExportsDep) -> ExportView:
    """How my export stands."""
    async with exports.database.transaction(driver.tenant) as unit:
        return ExportView.of(await exports.read(unit, driver.subject))


@router.get("/zip", response_class=ZipResponse)
async def fetch_zip(driver: Driver, exports: ExportsDep) -> Response:
    """My export: the document, and a table of each kind of row."""
    async with exports.database.transaction(driver.tenant) as unit:
        packed = await exports.read_document(unit, driver.subject)
    return ZipResponse(packed, headers={"Content-Disposition": 'attachment; filename="my-data.zip"'})


@router.get("/json", response_class=DocumentResponse)
async def fetch_document(driver: Driver, exports: ExportsDep) -> Response:
    """My export as one JSON document."""
    async with exports.database.transaction(driver.tenant) as unit:
        packed = await exports.read_document(unit, driver.subject)
    return DocumentResponse(document_of(packed))
