"""The wall by REST: every station in a few words, for whoever looks at a whole network at once."""

from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel

from backoffice.kit.guards import SitesReader
from backoffice.kit.pagination import After, Page, page_of
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.evse_state import EvseState
from backoffice.stations.wall_repository import StationOnWall, list_wall

router = APIRouter(tags=["stations"])
WallLimit = Annotated[int, Query(ge=1, le=5_000, description="How many stations a page has at most.")]


class WallStation(BaseModel):
    """A station; `states` are those of its EVSEs, by number."""

    station_id: str
    location_id: str
    latitude: float
    longitude: float
    is_online: bool
    states: list[EvseState]

    @classmethod
    def of(cls, station: StationOnWall) -> Self:
        return cls(
            station_id=station.id,
            location_id=station.location_id,
            latitude=station.latitude,
            longitude=station.longitude,
            is_online=station.is_online,
            states=list(map(EvseState.of, station.statuses, station.charging_states)),
        )


@router.get("/stations/wall")
async def list_stations_on_wall(
    operator: SitesReader, stations: StationsDep, limit: WallLimit = 5_000, cursor: After = None
) -> Page[WallStation]:
    """The tenant's stations in a few words, by id; a site host's those of their locations."""
    async with stations.database.snapshot(operator.tenant) as unit:
        rows = await list_wall(unit, sites=operator.sites, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=WallStation.of, key=lambda station: [station.id])
