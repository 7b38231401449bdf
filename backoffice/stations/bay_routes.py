"""Parking bays by REST: operators keep them, sensors, barriers and plate readers say who is there."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response, status as http

from backoffice.kit.auth import Principal, Scope
from backoffice.kit.guards import PlacesReader, SitesReader, StationsWriter
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.stations import bay_repository, repository
from backoffice.stations.bay_schemas import (
    BayBody,
    BayId,
    BayReport,
    BayView,
    NewBay,
    OperatedBay,
    Overstay,
    ReportedBay,
    bay_plan,
)
from backoffice.stations.bays import Bays, Report, etag_of
from backoffice.stations.errors import LocationNotFound
from backoffice.stations.place_models import ParkingBay

router = APIRouter(tags=["parking bays"])
BaysDep = Annotated[Bays, Depends(provided(Bays))]
IfMatch = Annotated[str | None, Header(description="The ETag of what you saw: else the answer is 412.")]


@router.post("/locations/{location_id}/bays", status_code=http.HTTP_201_CREATED)
async def create_bay(
    location_id: str, body: NewBay, operator: StationsWriter, bays: BaysDep, response: Response
) -> OperatedBay:
    """A new bay of the location."""
    async with bays.database.transaction(operator.tenant) as unit:
        bay = await bays.create(unit, body.bay_id, bay_plan(body, location_id=location_id))
        closed = await bays.closed_now(unit, [bay])
    response.headers["ETag"] = etag_of(bay)
    return OperatedBay.of(bay, closed=closed)


@router.get("/locations/{location_id}/bays")
async def list_bays(
    location_id: str, principal: PlacesReader, bays: BaysDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[OperatedBay | BayView]:
    """The location's bays, by name; operators see what only they know of them as well."""
    async with bays.database.snapshot(principal.tenant) as unit:
        if await repository.find_location(unit, location_id) is None:
            raise LocationNotFound(location_id)
        rows = await bay_repository.list_bays(unit, location_id, cursor=cursor, limit=limit)
        closed = await bays.closed_now(unit, rows)
    return page_of(rows, limit=limit, view=lambda bay: _shown_to(principal, bay, closed), key=lambda bay: [bay.name])


@router.get("/bays/overstays")
async def list_overstays(
    operator: SitesReader,
    bays: BaysDep,
    location_id: Annotated[list[str] | None, Query(description="Only at these locations.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[Overstay]:
    """Bays whose vehicle has been there for longer than `max_stay_s`, by id."""
    now = bays.clock()
    async with bays.database.snapshot(operator.tenant) as unit:
        rows = await bay_repository.list_overstays(
            unit, now, sites=operator.sites, location_ids=location_id or (), cursor=cursor, limit=limit
        )
        closed = await bays.closed_now(unit, rows)
    return page_of(rows, limit=limit, view=lambda bay: Overstay.at(bay, now, closed=closed), key=lambda bay: [bay.id])


@router.get("/bays/{bay_id}")
async def read_bay(bay_id: str, principal: PlacesReader, bays: BaysDep, response: Response) -> OperatedBay | BayView:
    """One bay; operators see what only they know of it as well."""
    async with bays.database.snapshot(principal.tenant) as unit:
        bay = await bays.read(unit, bay_id)
        closed = await bays.closed_now(unit, [bay])
    response.headers["ETag"] = etag_of(bay)
    return _shown_to(principal, bay, closed)


@router.put("/bays/{bay_id}")
async def save_bay(
    bay_id: BayId, body: BayBody, operator: StationsWriter, bays: BaysDep, response: Response, if_match: IfMatch = None
) -> OperatedBay:
    """The bay is as said, whether or not it was there; who is in it stays."""
    async with bays.database.transaction(operator.tenant) as unit:
        bay = await bays.save(unit, bay_id, bay_plan(body, location_id=body.location_id), if_match=if_match)
        closed = await bays.closed_now(unit, [bay])
    response.headers["ETag"] = etag_of(bay)
    return OperatedBay.of(bay, closed=closed)


@router.delete("/bays/{bay_id}", status_code=http.HTTP_204_NO_CONTENT)
async def delete_bay(bay_id: str, operator: StationsWriter, bays: BaysDep, if_match: IfMatch = None) -> None:
    """The bay is gone. One that a vehicle is in stays (409)."""
    async with bays.database.transaction(operator.tenant) as unit:
        await bays.delete(unit, bay_id, if_match=if_match)


@router.post("/bays/{bay_id}/events")
async def report_on_bay(bay_id: str, body: BayReport, operator: StationsWriter, bays: BaysDep) -> ReportedBay:
    """A device says what it sees. Twice, late or out of order does no harm: `verdict` says what it was."""
    report = Report(body.change, body.at, plate=body.plate)
    async with bays.database.transaction(operator.tenant) as unit:
        bay, verdict = await bays.report(unit, bay_id, report)
        closed = await bays.closed_now(unit, [bay])
    return ReportedBay(verdict=verdict, bay=OperatedBay.of(bay, closed=closed))


def _shown_to(principal: Principal, bay: ParkingBay, closed: frozenset[str]) -> OperatedBay | BayView:
    if principal.may(Scope.SITES_READ) and principal.sees_site(bay.location_id):
        return OperatedBay.of(bay, closed=closed)
    return BayView.of(bay, closed=closed)
