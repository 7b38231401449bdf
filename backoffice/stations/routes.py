"""The REST interface of stations: an inventory for operators, a map for drivers."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, status as http

from backoffice.kit.auth import AnyPrincipal, Operator, Role
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.kit.sse import EventSourceResponse, EventStreamDep, ServerSentEvent
from backoffice.stations import repository
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.domain import box_around
from backoffice.stations.prices import Prices
from backoffice.stations.schemas import (
    Latitude,
    LocationBody,
    LocationView,
    Longitude,
    NearbyStation,
    NewLocation,
    NewStation,
    OperatedStation,
    StationBody,
    StationChange,
    StationName,
    StationView,
    station_plan,
)
from backoffice.stations.service import AdmissionChange, LocationPlan, key_of

router = APIRouter(tags=["stations"])
PricesDep = Annotated[Prices, Depends(provided(Prices))]

DEFAULT_RADIUS_M = 5_000.0
MAX_RADIUS_M = 100_000.0


@router.post("/locations", status_code=http.HTTP_201_CREATED)
async def create_location(body: NewLocation, operator: Operator, stations: StationsDep) -> LocationView:
    """A new location."""
    async with stations.database.transaction(operator.tenant) as unit:
        return LocationView.of(await stations.create_location(unit, body.location_id, _location_plan(body)))


@router.put("/locations/{location_id}")
async def save_location(
    location_id: str, body: LocationBody, operator: Operator, stations: StationsDep
) -> LocationView:
    """The location is as said, whether or not it was there."""
    async with stations.database.transaction(operator.tenant) as unit:
        return LocationView.of(await stations.save_location(unit, location_id, _location_plan(body)))


@router.get("/locations")
async def list_locations(
    operator: Operator, stations: StationsDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[LocationView]:
    """The tenant's locations, by id."""
    async with stations.database.transaction(operator.tenant) as unit:
        rows = await repository.list_locations(unit, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=LocationView.of, key=lambda location: [location.id])


@router.post("/stations", status_code=http.HTTP_201_CREATED)
async def create_station(body: NewStation, operator: Operator, stations: StationsDep) -> OperatedStation:
    """A new station with its EVSEs. The answer shows the password that was made for it, once."""
    async with stations.database.transaction(operator.tenant) as unit:
        station, password = await stations.create_station(unit, body.station_id, station_plan(body))
    await stations.registry.refresh(key_of(station))
    return OperatedStation.operated(station, password=password)


@router.put("/stations/{station_id}")
async def save_station(
    station_id: StationName, body: StationBody, operator: Operator, stations: StationsDep
) -> OperatedStation:
    """The station is as said, whether or not it was there. Without a password it keeps the one it has."""
    async with stations.database.transaction(operator.tenant) as unit:
        station, password = await stations.save_station(unit, station_id, station_plan(body))
    await stations.registry.refresh(key_of(station))
    return OperatedStation.operated(station, password=password)


@router.patch("/stations/{station_id}")
async def change_station(
    station_id: StationName, body: StationChange, operator: Operator, stations: StationsDep
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
    await stations.registry.refresh(key_of(station))
    asked = await stations.ask_to_boot(key_of(station)) if body.trigger_boot else None
    return OperatedStation.operated(station, password=password, boot_trigger=asked)


@router.get("/stations")
async def list_stations(
    operator: Operator, stations: StationsDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[OperatedStation]:
    """The tenant's stations, by id."""
    async with stations.database.snapshot(operator.tenant) as unit:
        rows = await repository.list_stations(unit, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=OperatedStation.operated, key=lambda station: [station.id])


@router.get("/stations/nearby")
async def find_nearby(
    lat: Annotated[Latitude, Query()],
    lon: Annotated[Longitude, Query()],
    principal: AnyPrincipal,
    stations: StationsDep,
    prices: PricesDep,
    radius_m: Annotated[float, Query(gt=0, le=MAX_RADIUS_M)] = DEFAULT_RADIUS_M,
    limit: Annotated[int, Query(ge=1, le=200)] = DEFAULT_LIMIT,
) -> list[NearbyStation]:
    """Stations around a point, nearest first, with availability and price."""
    async with stations.database.snapshot(principal.tenant) as unit:
        found = await repository.find_nearby(
            unit,
            latitude=lat,
            longitude=lon,
            radius_m=radius_m,
            box=box_around(lat, lon, radius_m=radius_m),
            limit=limit,
        )
    shown = await prices.of_stations(principal.tenant, [station for station, _ in found])
    return [NearbyStation.at(station, distance_m, shown) for station, distance_m in found]


@router.get("/stations/{station_id}")
async def read_station(
    station_id: str, principal: AnyPrincipal, stations: StationsDep, prices: PricesDep
) -> OperatedStation | StationView:
    """One station with availability and price; operators see what only they know of it as well."""
    async with stations.database.snapshot(principal.tenant) as unit:
        station = await stations.read_station(unit, station_id)
    shown = await prices.of_stations(principal.tenant, [station])
    if principal.role is Role.OPERATOR:
        return OperatedStation.operated(station, prices=shown)
    return StationView.of(station, shown)


async def _station_of_tenant(station_id: str, principal: AnyPrincipal, stations: StationsDep) -> str:
    """The station id, checked before the first byte of a stream is sent."""
    async with stations.database.transaction(principal.tenant) as unit:
        return (await stations.read_station(unit, station_id)).id


@router.get("/stations/{station_id}/status", response_class=EventSourceResponse)
async def follow_status(
    station_id: Annotated[str, Depends(_station_of_tenant)], principal: AnyPrincipal, events: EventStreamDep
) -> AsyncIterator[ServerSentEvent]:
    """`status_changed` of the station and its EVSEs, live."""
    async for event in events.follow(
        tenant=principal.tenant, key=station_id, service="stations", event="status_changed"
    ):
        yield event


def _location_plan(body: LocationBody) -> LocationPlan:
    return LocationPlan(
        name=body.name,
        address=body.address,
        city=body.city,
        country=body.country,
        timezone=body.timezone,
        latitude=body.latitude,
        longitude=body.longitude,
    )
