"""The queries of parking bays."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select, update

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.stations.bay_occupancy import BayState
from backoffice.stations.models import Evse, Station
from backoffice.stations.place_models import ParkingBay


async def find_bay(unit: Unit, bay_id: str) -> ParkingBay | None:
    """The bay of this id."""
    return await unit.session.get(ParkingBay, (unit.tenant, bay_id))


async def lock_bay(unit: Unit, bay_id: str) -> ParkingBay | None:
    """The same, which nobody else changes before this transaction ends."""
    return await unit.session.get(ParkingBay, (unit.tenant, bay_id), with_for_update=True, populate_existing=True)


async def bays_named(unit: Unit, bay_ids: Collection[str]) -> dict[str, ParkingBay]:
    """The bays of these ids."""
    return {bay.id: bay for bay in await unit.session.scalars(_bays(unit).where(ParkingBay.id.in_(bay_ids)))}


async def find_namesake(unit: Unit, bay_id: str, *, location_id: str, name: str) -> str | None:
    """Another bay of the location by this name."""
    found = _bays(unit).where(ParkingBay.location_id == location_id, ParkingBay.name == name, ParkingBay.id != bay_id)
    other = await unit.session.scalar(found)
    return other.id if other else None


async def find_bay_of_evse(unit: Unit, station_id: str, evse: int) -> ParkingBay | None:
    """The bay from which a vehicle charges there."""
    return await unit.session.scalar(_bays(unit).where(ParkingBay.station_id == station_id, ParkingBay.evse == evse))


async def has_evse(unit: Unit, station_id: str, evse: int, *, location_id: str) -> bool:
    """Whether the EVSE is at the location."""
    found = (
        select(Evse.evse)
        .join(Station, (Station.tenant_id == Evse.tenant_id) & (Station.id == Evse.station_id))
        .where(Evse.tenant_id == unit.tenant, Evse.station_id == station_id, Evse.evse == evse)
        .where(Station.location_id == location_id)
    )
    return await unit.session.scalar(found) is not None


async def release_evses(unit: Unit, station_id: str, *, unless_at: str | None) -> None:
    """Bays at other locations than this one, or with None at any, serve none of the station's EVSEs any more."""
    released = update(ParkingBay).where(ParkingBay.tenant_id == unit.tenant, ParkingBay.station_id == station_id)
    if unless_at is not None:
        released = released.where(ParkingBay.location_id != unless_at)
    await unit.session.execute(released.values(station_id=None, evse=None, version=ParkingBay.version + 1))


async def list_bays(unit: Unit, location_id: str, *, cursor: str | None, limit: int) -> Sequence[ParkingBay]:
    """The location's bays by name, one more than `limit`."""
    statement = after_cursor(
        _bays(unit).where(ParkingBay.location_id == location_id),
        cursor,
        keys=[ParkingBay.name],
        parsers=[str],
        limit=limit,
    )
    return (await unit.session.scalars(statement)).all()


async def list_all_bays(unit: Unit, location_id: str) -> Sequence[ParkingBay]:
    """Every bay of the location, by name."""
    found = _bays(unit).where(ParkingBay.location_id == location_id).order_by(ParkingBay.name)
    return (await unit.session.scalars(found)).all()


async def count_bays(unit: Unit, location_id: str) -> tuple[int, int]:
    """How many bays the location has, and how many of them are in order and nobody is seen in."""
    is_free = ParkingBay.occupied_since.is_(None) & (ParkingBay.state != BayState.OUT_OF_ORDER)
    counted = select(func.count(), func.count().filter(is_free)).where(
        ParkingBay.tenant_id == unit.tenant, ParkingBay.location_id == location_id
    )
    total, free = (await unit.session.execute(counted)).one()
    return int(total), int(free)


async def list_overstays(
    unit: Unit,
    now: datetime,
    *,
    sites: Collection[str] | None,
    location_ids: Collection[str],
    cursor: str | None,
    limit: int,
) -> Sequence[ParkingBay]:
    """Bays that are occupied for longer than they may be, by id, one more than `limit`. `sites`: there alone."""
    may_stay = func.make_interval(0, 0, 0, 0, 0, 0, ParkingBay.max_stay_s)
    statement = _bays(unit).where(ParkingBay.occupied_since.is_not(None), ParkingBay.occupied_since + may_stay < now)
    if sites is not None:
        statement = statement.where(ParkingBay.location_id.in_(sites))
    if location_ids:
        statement = statement.where(ParkingBay.location_id.in_(location_ids))
    statement = after_cursor(statement, cursor, keys=[ParkingBay.id], parsers=[str], limit=limit)
    return (await unit.session.scalars(statement)).all()


async def list_bays_of_stations(unit: Unit, station_ids: Collection[str]) -> Sequence[ParkingBay]:
    """The bays of the stations' EVSEs."""
    return (await unit.session.scalars(_bays(unit).where(ParkingBay.station_id.in_(station_ids)))).all()


def _bays(unit: Unit) -> Select[ParkingBay]:
    return select(ParkingBay).where(ParkingBay.tenant_id == unit.tenant)
