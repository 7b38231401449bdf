"""Stations from a CSV file by REST; `importing.py` says what its columns are."""

from fastapi import APIRouter, Request, Response, status as http
from pydantic import BaseModel

from backoffice.kit.auth import Operator
from backoffice.kit.bodies import read_body
from backoffice.kit.database import Unit
from backoffice.kit.errors import InvalidRequest
from backoffice.stations import repository
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.csv_file import MAX_BYTES, LineError, ReadFile
from backoffice.stations.errors import CertificateNameTaken, LocationNotFound
from backoffice.stations.importing import STATIONS_FILE
from backoffice.stations.models import Station
from backoffice.stations.schemas import NewStation, station_plan
from backoffice.stations.service import Stations, key_of

router = APIRouter(prefix="/stations", tags=["stations"])


class LineErrorView(BaseModel):
    """What is wrong with a line, counted from 1; `column` is empty where it is the line as a whole."""

    line: int
    column: str
    problem: str


class ImportedStation(BaseModel):
    """A station of the file. `password` is there once: in the answer that made it."""

    line: int
    station_id: str
    is_new: bool
    password: str | None = None


class ImportReport(BaseModel):
    """What became of a file: all of it, or with any error nothing."""

    is_applied: bool
    stations: list[ImportedStation]
    errors: list[LineErrorView]


@router.post(
    "/import",
    openapi_extra={"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}},
    responses={http.HTTP_422_UNPROCESSABLE_CONTENT: {"model": ImportReport}},
)
async def import_stations(
    request: Request, response: Response, operator: Operator, stations: StationsDep, dry_run: bool = False
) -> ImportReport:
    """Every station of the file is as its line says, or nothing is done and every error is told (422).

    Sent again it changes nothing. `dry_run` does nothing, and tells the same.
    """
    read = STATIONS_FILE.read(await read_file(request))
    async with stations.database.transaction(operator.tenant) as unit:
        report, saved = await _apply(unit, stations, read)
        if report.errors or dry_run:
            report.is_applied = False
            await unit.session.rollback()
    if report.errors:
        response.status_code = http.HTTP_422_UNPROCESSABLE_CONTENT
    for one in report.stations:
        one.password = one.password if report.is_applied else None
    for station in saved if report.is_applied else ():
        await stations.registry.refresh(key_of(station))
    return report


async def _apply(unit: Unit, stations: Stations, read: ReadFile[NewStation]) -> tuple[ImportReport, list[Station]]:
    errors, told, saved = list(read.errors), [], []
    for line, body in read.bodies.items():
        is_new = await repository.find_station(unit, body.station_id) is None
        try:
            station, password = await stations.save_station(unit, body.station_id, station_plan(body))
        except LocationNotFound as error:
            errors.append(LineError(line, "location_id", str(error)))
            continue
        except CertificateNameTaken as error:
            errors.append(LineError(line, "certificate_name", str(error)))
            continue
        saved.append(station)
        told.append(ImportedStation(line=line, station_id=station.id, is_new=is_new, password=password))
    shown = [LineErrorView(line=one.line, column=one.column, problem=one.problem) for one in errors]
    return ImportReport(is_applied=True, stations=told, errors=shown), saved


async def read_file(request: Request) -> bytes:
    """The file. Raises InvalidRequest where it is too large."""
    refusal = InvalidRequest(f"The file is larger than {MAX_BYTES} bytes.")
    return await read_body(request.stream(), limit_bytes=MAX_BYTES, refusal=refusal)
