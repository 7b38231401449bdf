"""Logs and diagnostics by REST: ordered from a station, uploaded by it, read by an operator."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status as http
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from backoffice.kit.guards import StationsReader
from backoffice.kit.pagination import DEFAULT_LIMIT, Limit
from backoffice.kit.service import provided
from backoffice.stations import known_repository
from backoffice.stations.command_desk import QUEUED, Desk, DeskDep, StationsDep
from backoffice.stations.command_schemas import LogView
from backoffice.stations.maintenance_bodies import DiagnosticsBody, LogBody
from backoffice.stations.models import Upload
from backoffice.stations.uploads import Uploads

router = APIRouter(tags=["logs"])
UploadsDep = Annotated[Uploads, Depends(provided(Uploads))]


class UploadView(BaseModel):
    """A file that was ordered; `received_at` null: it has not come."""

    upload_id: str
    ordered_at: datetime
    expires_at: datetime
    received_at: datetime | None
    file_name: str | None
    size_bytes: int | None

    @classmethod
    def of(cls, upload: Upload) -> "UploadView":
        return cls(
            upload_id=upload.id,
            ordered_at=upload.ordered_at,
            expires_at=upload.expires_at,
            received_at=upload.received_at,
            file_name=upload.file_name,
            size_bytes=upload.size_bytes,
        )


@router.post("/stations/{station_id}/commands/get_log", response_model=LogView, responses=QUEUED)
async def get_log(body: LogBody, desk: DeskDep, uploads: UploadsDep) -> LogView | JSONResponse:
    """GetLog; without a location the file comes to us."""
    return await desk.ask(body.order(await _location(body, desk, uploads)), LogView.of)


@router.post("/stations/{station_id}/commands/get_diagnostics", response_model=LogView, responses=QUEUED)
async def get_diagnostics(body: DiagnosticsBody, desk: DeskDep, uploads: UploadsDep) -> LogView | JSONResponse:
    """GetDiagnostics (1.6); without a location the file comes to us."""
    return await desk.ask(body.message(await _location(body, desk, uploads)), LogView.of)


@router.put("/uploads/{ticket}", status_code=http.HTTP_201_CREATED)
@router.put("/uploads/{ticket}/{file_name}", status_code=http.HTTP_201_CREATED, include_in_schema=False)
@router.post("/uploads/{ticket}", status_code=http.HTTP_201_CREATED, include_in_schema=False)
@router.post("/uploads/{ticket}/{file_name}", status_code=http.HTTP_201_CREATED, include_in_schema=False)
async def upload_file(ticket: str, request: Request, uploads: UploadsDep, file_name: str = "upload") -> UploadView:
    """The station's file, as the body of a PUT or POST. The ticket is all that it has to show."""
    return UploadView.of(await uploads.receive(ticket, request.stream(), file_name=file_name))


@router.get("/stations/{station_id}/uploads")
async def list_uploads(
    station_id: str, operator: StationsReader, stations: StationsDep, limit: Limit = DEFAULT_LIMIT
) -> list[UploadView]:
    """The station's files, the newest first."""
    async with stations.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        return [UploadView.of(upload) for upload in await known_repository.list_uploads(unit, station_id, limit=limit)]


@router.get("/stations/{station_id}/uploads/{upload_id}")
async def read_upload(station_id: str, upload_id: str, operator: StationsReader, uploads: UploadsDep) -> Response:
    """The file itself."""
    async with uploads.database.snapshot(operator.tenant) as unit:
        upload = await uploads.read(unit, station_id, upload_id)
        assert upload.content is not None
        headers = {
            "Content-Disposition": f'attachment; filename="{upload.file_name}"',
            "X-Content-Type-Options": "nosniff",
        }
        return Response(upload.content, media_type="application/octet-stream", headers=headers)


async def _location(body: DiagnosticsBody, desk: Desk, uploads: Uploads) -> str:
    return body.location or await uploads.expect(desk.tenant, desk.station.id)
