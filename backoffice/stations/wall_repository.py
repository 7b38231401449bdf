"""The query of the wall: one row a station, its EVSEs in arrays, for thousands of stations at once."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.stations.models import Evse, Location, Station


class StationOnWall(NamedTuple):
    """A station; `statuses` and `charging_states` are those of its EVSEs, by number."""

    id: str
    location_id: str
    latitude: float
    longitude: float
    is_online: bool
    statuses: Sequence[str | None]
    charging_states: Sequence[str | None]


async def list_wall(
    unit: Unit, *, sites: Collection[str] | None, cursor: str | None, limit: int
) -> Sequence[StationOnWall]:
    """Stations by id, one more than `limit`. `sites`: those at these locations alone."""
    evses = (
        select(
            func.array_agg(aggregate_order_by(Evse.status, Evse.evse)).label("statuses"),
            func.array_agg(aggregate_order_by(Evse.charging_state, Evse.evse)).label("charging_states"),
        )
        .where(Evse.tenant_id == Station.tenant_id, Evse.station_id == Station.id)
        .lateral()
    )
    statement = (
        select(
            Station.id,
            Station.location_id,
            Location.latitude,
            Location.longitude,
            Station.is_online,
            evses.c.statuses,
            evses.c.charging_states,
        )
        .join(Location, (Location.tenant_id == Station.tenant_id) & (Location.id == Station.location_id))
        .join(evses, true())
        .where(Station.tenant_id == unit.tenant)
    )
    if sites is not None:
        statement = statement.where(Station.location_id.in_(sites))
    statement = after_cursor(statement, cursor, keys=[Station.id], parsers=[str], limit=limit)
    rows = await unit.session.execute(statement)
    return [StationOnWall._make((*place, statuses or (), states or ())) for *place, statuses, states in rows]


async def count_stations(unit: Unit) -> Mapping[bool, int]:
    """How many stations are online and how many are not; of every tenant where the unit is."""
    rows = await unit.session.execute(select(Station.is_online, func.count()).group_by(Station.is_online))
    return dict(rows.all())


async def count_evses(unit: Unit) -> Sequence[tuple[str | None, str | None, int]]:
    """How many EVSEs said which status and charging state; of every tenant where the unit is."""
    grouped = select(Evse.status, Evse.charging_state, func.count()).group_by(Evse.status, Evse.charging_state)
    return [(status, charging_state, count) for status, charging_state, count in await unit.session.execute(grouped)]
