"""Locations by REST."""

from fastapi import APIRouter, status as http

from backoffice.kit.guards import PlacesReader, SitesReader, StationsWriter
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.stations import bay_repository, repository
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.errors import LocationNotFound
from backoffice.stations.location_schemas import (
    LocationBody,
    LocationDetail,
    LocationView,
    NewLocation,
    location_plan,
)

router = APIRouter(prefix="/locations", tags=["locations"])


@router.post("", status_code=http.HTTP_201_CREATED)
async def create_location(body: NewLocation, operator: StationsWriter, stations: StationsDep) -> LocationView:
    """A new location."""
    async with stations.database.transaction(operator.tenant) as unit:
        return LocationView.of(await stations.create_location(unit, body.location_id, location_plan(body)))


@router.put("/{location_id}")
async def save_location(
    location_id: str, body: LocationBody, operator: StationsWriter, stations: StationsDep
) -> LocationView:
    """The location is as said, whether or not it was there."""
    async with stations.database.transaction(operator.tenant) as unit:
        return LocationView.of(await stations.save_location(unit, location_id, location_plan(body)))


@router.get("")
async def list_locations(
    operator: SitesReader, stations: StationsDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[LocationView]:
    """The tenant's locations, by id; a site host's own."""
    async with stations.database.transaction(operator.tenant) as unit:
        rows = await repository.list_locations(unit, sites=operator.sites, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=LocationView.of, key=lambda location: [location.id])


@router.get("/{location_id}")
async def read_location(location_id: str, principal: PlacesReader, stations: StationsDep) -> LocationDetail:
    """One location: whether it is open now, and how many of its parking bays are free."""
    async with stations.database.snapshot(principal.tenant) as unit:
        location = await repository.find_location(unit, location_id)
        if location is None:
            raise LocationNotFound(location_id)
        bay_count, free_bay_count = await bay_repository.count_bays(unit, location_id)
    return LocationDetail.at(location, stations.clock(), bay_count=bay_count, free_bay_count=free_bay_count)
