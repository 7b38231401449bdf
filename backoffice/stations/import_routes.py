"""Stations from a CSV file by REST; `importing.py` says what its columns are."""

from fastapi import APIRouter, Request, Response, status as http
from pydantic import BaseModel

from backoffice.kit.csv_file import CSV_BODY, LineError, LineErrorView, ReadFile, read_file
from backoffice.kit.database import Unit
from backoffice.kit.guards import StationsWriter
from backoffice.stations import repository
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.errors import CertificateNameTaken, LocationNotFound
from backoffice.stations.importing import STATIONS_FILE
from backoffice.stations.models import Station
from backoffice.stations.schemas import NewStation, station_plan
from backoffice.stations.service import Stations, key_of

router = APIRouter(prefix="/stations", tags=["stations"])


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
    openapi_extra=CSV_BODY,
    responses={http.HTTP_422_UNPROCESSABLE_CONTENT: {"model": ImportReport}},
)
async def import_stations(
    request: Request, response: Response, operator: StationsWriter, stations: StationsDep, dry_run: bool = False
) -> ImportReport:
    """Every station of the file is as its line says, or nothing is done and every error is told (422).

    Sent again it changes nothing. `dry_run` does nothing, and tells the same.
    """
    read = STATIONS_FILE.read(await read_file(request))
    async with stations.database.transaction(operator.tenant) as unit:
        report, saved = await _apply(unit, stations, read)
        if report.errors or dry_run:
            report.is_applied = False
            await unit.undo()
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
    shown = [LineErrorView.of(one) for one in errors]
    return ImportReport(is_applied=True, stations=told, errors=shown), saved
