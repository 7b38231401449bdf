"""The REST interface of stations: an inventory for operators, a map for drivers."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, status as http

from backoffice.kit.auth import Scope
from backoffice.kit.guards import PlacesReader, SitesReader, StationsWriter
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.kit.sse import EventSourceResponse, EventStreamDep, ServerSentEvent
from backoffice.stations import repository
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.prices import Prices
from backoffice.stations.schemas import (
    NewStation,
    OperatedStation,
    StationBody,
    StationChange,
    StationName,
    StationView,
    station_plan,
)
from backoffice.stations.service import AdmissionChange, key_of

router = APIRouter(tags=["stations"])
PricesDep = Annotated[Prices, Depends(provided(Prices))]


@router.post("/stations", status_code=http.HTTP_201_CREATED)
async def create_station(body: NewStation, operator: StationsWriter, stations: StationsDep) -> OperatedStation:
    """A new station with its EVSEs. The answer shows the password that was made for it, once."""
    async with stations.database.transaction(operator.tenant) as unit:
        station, password = await stations.create_station(unit, body.station_id, station_plan(body))
        closed = await stations.closed_now(unit, [station])
    await stations.registry.refresh(key_of(station))
    return OperatedStation.operated(station, closed=closed, password=password)


@router.put("/stations/{station_id}")
async def save_station(
    station_id: StationName, body: StationBody, operator: StationsWriter, stations: StationsDep
) -> OperatedStation:
    """The station is as said, whether or not it was there. Without a password it keeps the one it has."""
    async with stations.database.transaction(operator.tenant) as unit:
        station, password = await stations.save_station(unit, station_id, station_plan(body))
        closed = await stations.closed_now(unit, [station])
    await stations.registry.refresh(key_of(station))
    return OperatedStation.operated(station, closed=closed, password=password)


@router.patch("/stations/{station_id}")
async def change_station(
    station_id: StationName, body: StationChange, operator: StationsWriter, stations: StationsDep
) -> OperatedStation:
    """The station is let in as said, from its next connection or boot on."""
    change = AdmissionChange(
        registration=body.registration,
        security_profiles=body.security_profiles,
        password=body.password.get_secret_value() if body.password else None,
        certificate_name=body.certificate_name,
    )
    async with stations.database.transaction(operator.tenant) as unit:
        station, password = await stations.change_admission(unit, station_id, change)
        closed = await stations.closed_now(unit, [station])
    await stations.registry.refresh(key_of(station))
    asked = await stations.ask_to_boot(key_of(station)) if body.trigger_boot else None
    return OperatedStation.operated(station, closed=closed, password=password, boot_trigger=asked)


@router.delete("/stations/{station_id}", status_code=http.HTTP_204_NO_CONTENT)
async def delete_station(station_id: str, operator: StationsWriter, stations: StationsDep) -> None:
    """The station is gone, and let in no more. One that is online stays (409); sessions and invoices stay anyway."""
    async with stations.database.transaction(operator.tenant) as unit:
        key = await stations.delete_station(unit, station_id)
    await stations.registry.refresh(key)


@router.get("/stations")
async def list_stations(
    operator: SitesReader, stations: StationsDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[OperatedStation]:
    """The tenant's stations, by id; a site host's those of their locations."""
    async with stations.database.snapshot(operator.tenant) as unit:
        rows = await repository.list_stations(unit, sites=operator.sites, cursor=cursor, limit=limit)
        closed = await stations.closed_now(unit, rows)
    return page_of(
        rows,
        limit=limit,
        view=lambda station: OperatedStation.operated(station, closed=closed),
        key=lambda station: [station.id],
    )


@router.get("/stations/{station_id}")
async def read_station(
    station_id: str, principal: PlacesReader, stations: StationsDep, prices: PricesDep
) -> OperatedStation | StationView:
    """One station with availability and price; whoever runs it sees what only they know of it as well."""
    async with stations.database.snapshot(principal.tenant) as unit:
        station = await stations.read_station(unit, station_id)
        closed = await stations.closed_now(unit, [station])
    shown = await prices.of_stations(principal.tenant, [station])
    if principal.may(Scope.SITES_READ) and principal.sees_site(station.location_id):
        return OperatedStation.operated(station, prices=shown, closed=closed)
    return StationView.of(station, prices=shown, closed=closed)


async def _station_of_tenant(station_id: str, principal: PlacesReader, stations: StationsDep) -> str:
    """The station id, checked before the first byte of a stream is sent."""
    async with stations.database.transaction(principal.tenant) as unit:
        return (await stations.read_station(unit, station_id)).id


@router.get("/stations/{station_id}/status", response_class=EventSourceResponse)
async def follow_status(
    station_id: Annotated[str, Depends(_station_of_tenant)], principal: PlacesReader, events: EventStreamDep
) -> AsyncIterator[ServerSentEvent]:
    """`status_changed` of the station and its EVSEs, live."""
    async for event in events.follow(
        tenant=principal.tenant, key=station_id, service="stations", event="status_changed"
    ):
        yield event
