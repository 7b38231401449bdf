"""The queries of closures: which places are closed, and when."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select, update

from backoffice.contracts.stations import Place
from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.stations.closure_states import OPEN_STATES, ClosureState
from backoffice.stations.models import Evse, Station
from backoffice.stations.place_models import ClosedPlace, Closure, ParkingBay
from protocol.domain.identifiers import StationId


async def find_closure(unit: Unit, closure_id: str) -> Closure | None:
    """The closure of this id."""
    return await unit.session.get(Closure, (unit.tenant, closure_id))


async def lock_closure(unit: Unit, closure_id: str) -> Closure | None:
    """The same, which nobody else changes before this transaction ends."""
    return await unit.session.get(Closure, (unit.tenant, closure_id), with_for_update=True, populate_existing=True)


async def list_closures(
    unit: Unit,
    *,
    sites: Collection[str] | None,
    location_id: str | None,
    states: Collection[ClosureState],
    cursor: str | None,
    limit: int,
) -> Sequence[Closure]:
    """The last to begin comes first, one more than `limit`. No states: any. `sites`: at these locations alone."""
    statement = select(Closure).where(Closure.tenant_id == unit.tenant)
    if sites is not None:
        statement = statement.where(Closure.location_id.in_(sites))
    if location_id is not None:
        statement = statement.where(Closure.location_id == location_id)
    if states:
        statement = statement.where(Closure.state.in_(states))
    statement = after_cursor(
        statement,
        cursor,
        keys=[Closure.since, Closure.id],
        parsers=[datetime.fromisoformat, str],
        limit=limit,
        descending=True,
    )
    return (await unit.session.scalars(statement)).all()


async def list_due(unit: Unit, now: datetime, *, limit: int) -> Sequence[Closure]:
    """Closures of any tenant that are to move on, locked; those that somebody else holds are passed over."""
    is_due = or_(
        and_(Closure.state == ClosureState.PLANNED, Closure.since <= now),
        and_(Closure.state.in_(OPEN_STATES), Closure.until <= now),
    )
    found = select(Closure).where(is_due).order_by(Closure.since).limit(limit).with_for_update(skip_locked=True)
    return (await unit.session.scalars(found)).all()


async def places_of(unit: Unit, closure_ids: Collection[str]) -> dict[str, tuple[Place, ...]]:
    """The places of each closure, in their order."""
    found = await unit.session.scalars(
        select(ClosedPlace).where(ClosedPlace.tenant_id == unit.tenant, ClosedPlace.closure_id.in_(closure_ids))
    )
    places: dict[str, list[Place]] = {closure_id: [] for closure_id in closure_ids}
    for row in found:
        places[row.closure_id].append(_place_of(row))
    return {closure_id: tuple(sorted(some, key=lambda place: place.key)) for closure_id, some in places.items()}


async def save_places(unit: Unit, closure: Closure, places: Collection[Place]) -> None:
    """The closure closes these places and no others, for its times."""
    await unit.session.execute(
        delete(ClosedPlace).where(ClosedPlace.tenant_id == unit.tenant, ClosedPlace.closure_id == closure.id)
    )
    unit.session.add_all(
        ClosedPlace(
            tenant_id=unit.tenant,
            closure_id=closure.id,
            station_id=place.station_id or "",
            evse=place.evse or 0,
            bay_id=place.bay_id or "",
            since=closure.since,
            until=closure.until,
            is_over=False,
        )
        for place in places
    )
    await unit.session.flush()


async def reopen_places(unit: Unit, closure_id: str) -> None:
    """The closure closes nothing any more; what it closed stays on record."""
    await unit.session.execute(
        update(ClosedPlace)
        .where(ClosedPlace.tenant_id == unit.tenant, ClosedPlace.closure_id == closure_id)
        .values(is_over=True)
    )


async def forget_bay(unit: Unit, bay_id: str) -> None:
    """No closure names the bay."""
    await unit.session.execute(
        delete(ClosedPlace).where(ClosedPlace.tenant_id == unit.tenant, ClosedPlace.bay_id == bay_id)
    )


async def places_at(unit: Unit, location_id: str) -> set[Place]:
    """Every EVSE and every bay of the location."""
    evses = await unit.session.execute(
        select(Evse.station_id, Evse.evse)
        .join(Station, (Station.tenant_id == Evse.tenant_id) & (Station.id == Evse.station_id))
        .where(Station.tenant_id == unit.tenant, Station.location_id == location_id)
    )
    bays = await unit.session.scalars(
        select(ParkingBay.id).where(ParkingBay.tenant_id == unit.tenant, ParkingBay.location_id == location_id)
    )
    return {Place(station_id=StationId(station), evse=evse) for station, evse in evses} | {
        Place(bay_id=bay) for bay in bays
    }


async def closed_evses(
    unit: Unit, station_ids: Collection[str], *, since: datetime, until: datetime | None = None
) -> frozenset[tuple[str, int]]:
    """Which EVSEs of the stations are closed at some time from `since` to `until`; without `until`: at `since`."""
    if not station_ids:
        return frozenset()
    found = await unit.session.execute(
        select(ClosedPlace.station_id, ClosedPlace.evse).where(
            ClosedPlace.tenant_id == unit.tenant,
            ClosedPlace.station_id.in_(station_ids),
            is_closed_between(since, until or since),
        )
    )
    return frozenset((station, evse) for station, evse in found)


async def closed_bays(unit: Unit, bay_ids: Collection[str], *, at: datetime) -> frozenset[str]:
    """Which of the bays are closed at an instant."""
    if not bay_ids:
        return frozenset()
    found = await unit.session.scalars(
        select(ClosedPlace.bay_id).where(
            ClosedPlace.tenant_id == unit.tenant, ClosedPlace.bay_id.in_(bay_ids), is_closed_between(at, at)
        )
    )
    return frozenset(found)


async def is_closed(unit: Unit, place: Place, *, since: datetime, until: datetime) -> bool:
    """Whether the place is closed at some time from `since` to `until`."""
    found = _closing(unit, place).where(is_closed_between(since, until)).limit(1)
    return await unit.session.scalar(found) is not None


def is_closed_between(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Of a row of `closed_places`. Half-open: a closure that ends as the time begins closes nothing of it."""
    # `since <= since` beside `<`: an instant is a time of no length.
    begins_before = or_(ClosedPlace.since < until, ClosedPlace.since <= since)
    return and_(~ClosedPlace.is_over, begins_before, or_(ClosedPlace.until.is_(None), ClosedPlace.until > since))


def _closing(unit: Unit, place: Place) -> Select[str]:
    return select(ClosedPlace.closure_id).where(
        ClosedPlace.tenant_id == unit.tenant,
        ClosedPlace.station_id == (place.station_id or ""),
        ClosedPlace.evse == (place.evse or 0),
        ClosedPlace.bay_id == (place.bay_id or ""),
    )


def _place_of(row: ClosedPlace) -> Place:
    if row.bay_id:
        return Place(bay_id=row.bay_id)
    return Place(station_id=StationId(row.station_id), evse=row.evse)
