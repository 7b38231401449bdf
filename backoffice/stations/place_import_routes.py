"""Locations and parking bays from CSV files by REST; `place_importing.py` says what their columns are."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response, status as http
from pydantic import BaseModel

from backoffice.kit.csv_file import CSV_BODY, LineError, LineErrorView, ReadFile, read_file
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import Refusal
from backoffice.kit.guards import StationsWriter
from backoffice.stations import bay_repository, repository
from backoffice.stations.bay_routes import BaysDep
from backoffice.stations.bay_schemas import bay_plan
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.location_schemas import location_plan
from backoffice.stations.place_importing import BAYS_FILE, LOCATIONS_FILE, BayLine, LocationLine
from protocol.domain.identifiers import TenantId

router = APIRouter()
LineT = TypeVar("LineT", bound=BaseModel)


class ImportedPlace(BaseModel):
    """A location or a bay of the file."""

    line: int
    id: str
    is_new: bool


class PlacesReport(BaseModel):
    """What became of a file: all of it, or with any error nothing."""

    is_applied: bool
    places: list[ImportedPlace]
    errors: list[LineErrorView]


_CSV: dict[str, Any] = {  # Any: OpenAPI
    "openapi_extra": CSV_BODY,
    "responses": {http.HTTP_422_UNPROCESSABLE_CONTENT: {"model": PlacesReport}},
}


@router.post("/locations/import", tags=["locations"], **_CSV)
async def import_locations(
    request: Request, response: Response, operator: StationsWriter, stations: StationsDep, dry_run: bool = False
) -> PlacesReport:
    """Every location of the file is as its line says, or nothing is done and every error is told (422)."""

    async def save(unit: Unit, line: LocationLine) -> tuple[str, bool]:
        is_new = await repository.find_location(unit, line.location_id) is None
        await stations.save_location(unit, line.location_id, location_plan(line))
        return line.location_id, is_new

    read = LOCATIONS_FILE.read(await read_file(request))
    report = await _apply(stations.database, operator.tenant, read, save, dry_run=dry_run)
    return _answered(report, response)


@router.post("/bays/import", tags=["parking bays"], **_CSV)
async def import_bays(
    request: Request, response: Response, operator: StationsWriter, bays: BaysDep, dry_run: bool = False
) -> PlacesReport:
    """Every bay of the file is as its line says, or nothing is done and every error is told (422)."""

    async def save(unit: Unit, line: BayLine) -> tuple[str, bool]:
        is_new = await bay_repository.find_bay(unit, line.bay_id) is None
        await bays.save(unit, line.bay_id, bay_plan(line, location_id=line.location_id))
        return line.bay_id, is_new

    read = BAYS_FILE.read(await read_file(request))
    report = await _apply(bays.database, operator.tenant, read, save, dry_run=dry_run)
    return _answered(report, response)


async def _apply(
    database: Database,
    tenant: TenantId,
    read: ReadFile[LineT],
    save: Callable[[Unit, LineT], Awaitable[tuple[str, bool]]],
    *,
    dry_run: bool,
) -> PlacesReport:
    errors, told = list(read.errors), []
    async with database.transaction(tenant) as unit:
        for line, body in read.bodies.items():
            try:
                place_id, is_new = await save(unit, body)
            except Refusal as refusal:
                errors.append(LineError(line, "", str(refusal)))
                continue
            told.append(ImportedPlace(line=line, id=place_id, is_new=is_new))
        is_applied = not errors and not dry_run
        if not is_applied:
            await unit.undo()
    errors.sort(key=lambda error: error.line)
    shown = [LineErrorView.of(one) for one in errors]
    return PlacesReport(is_applied=is_applied, places=told, errors=shown)


def _answered(report: PlacesReport, response: Response) -> PlacesReport:
    if report.errors:
        response.status_code = http.HTTP_422_UNPROCESSABLE_CONTENT
    return report
