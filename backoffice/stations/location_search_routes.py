"""By REST, for the map: where the locations lie, and those of a name or an address."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from backoffice.kit.guards import PlacesReader
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.location_schemas import LocationView
from backoffice.stations.location_search_repository import find_corners, find_locations_like

router = APIRouter(prefix="/places", tags=["stations"])


class AreaView(BaseModel):
    """The smallest box of degrees around all locations."""

    location_count: int
    south: float
    north: float
    west: float
    east: float


@router.get("/area")
async def read_area(principal: PlacesReader, stations: StationsDep) -> AreaView | None:
    """Where the locations lie; null where there is none."""
    async with stations.database.snapshot(principal.tenant) as unit:
        corners = await find_corners(unit)
    if corners is None:
        return None
    count, south, north, west, east = corners
    return AreaView(location_count=count, south=south, north=north, west=west, east=east)


@router.get("/search")
async def search_locations(
    principal: PlacesReader,
    stations: StationsDep,
    text: Annotated[str, Query(min_length=1, max_length=100, description="Part of a name, an address or a city.")],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> list[LocationView]:
    """Locations by name, address or city, those first whose name begins so."""
    async with stations.database.snapshot(principal.tenant) as unit:
        return [LocationView.of(row) for row in await find_locations_like(unit, text.strip(), limit=limit)]
