"""The queries of the search for places around a point.

Invariants:
1. Locations are chosen by ranges of latitude and longitude, which an index serves behind row-level security too, and
   are visited from the nearest on: a page is full before most of them were looked at.
2. The order is by distance in whole millimetres, then by ids: a page goes on exactly where the one before ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
    tuple_,
)

from backoffice.kit.database import Unit
from backoffice.stations.bay_occupancy import BayState
from backoffice.stations.closure_repository import is_closed_between
from backoffice.stations.domain import EARTH_RADIUS_M, box_around
from backoffice.stations.models import Connector, Evse, Location, Station
from backoffice.stations.place_models import ClosedPlace, ParkingBay
from protocol.domain.status import ConnectorStatus

Key = tuple[int, str, str, int]
"""Where a place comes in the order: distance in mm, location, station or bay, EVSE or 0."""

_OF_STATION = (Station.tenant_id == Evse.tenant_id) & (Station.id == Evse.station_id)


@dataclass(frozen=True, slots=True)
class Search:
    """What is wanted, around which point. Nothing is found that is closed at some time from `since` to `until`.

    `is_free`: nobody is there now, and an EVSE is online. `min_power_w` and `standards` are of one connector; for a bay
    of the EVSE that it serves. `has_parking`: the location has bays. `is_accessible`: the location can be used without
    steps, or the bay is for drivers with a disability.
    """

    latitude: float
    longitude: float
    radius_m: float
    since: datetime
    until: datetime
    is_free: bool = False
    min_power_w: int = 0
    standards: Sequence[str] = ()
    has_parking: bool = False
    is_accessible: bool = False
    is_reservable: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A place that fits. `station_id` and `evse` of a bay are the EVSE that it serves."""

    key: Key
    location_id: str
    station_id: str | None
    evse: int | None
    bay_id: str | None
    is_free: bool

    @property
    def distance_m(self) -> float:
        return round(self.key[0] / 1000, 1)


async def find_evses(unit: Unit, search: Search, *, after: Key | None, limit: int) -> Sequence[Found]:
    """EVSEs that fit, the nearest first, from behind `after`."""
    near = _near(unit, search, after)
    is_free = _is_evse_free()
    statement = (
        select(near.c.distance_mm, near.c.id, Station.id, Evse.evse, is_free)
        .select_from(near)
        .join(Station, and_(Station.tenant_id == unit.tenant, Station.location_id == near.c.id))
        .join(Evse, and_(Evse.tenant_id == unit.tenant, Evse.station_id == Station.id))
        .where(*_evse_fits(search), ~exists().where(_closes_evse(), is_closed_between(search.since, search.until)))
    )
    if search.is_free:
        statement = statement.where(is_free)
    if search.is_accessible:
        is_marked = exists().where(_serves_evse(), ParkingBay.is_accessible)
        statement = statement.where(or_(near.c.is_accessible, is_marked))
    statement = _in_order(statement, (near.c.distance_mm, near.c.id, Station.id, Evse.evse), after, limit)
    rows = await unit.session.execute(statement)
    return [
        Found((distance, location, station, evse), location, station, evse, None, free)
        for distance, location, station, evse, free in rows
    ]


async def find_bays(unit: Unit, search: Search, *, after: Key | None, limit: int) -> Sequence[Found]:
    """Parking bays that fit, the nearest first, from behind `after`."""
    near = _near(unit, search, after)
    is_free = _is_bay_free()
    statement = (
        select(near.c.distance_mm, near.c.id, ParkingBay.id, ParkingBay.station_id, ParkingBay.evse, is_free)
        .select_from(near)
        .join(ParkingBay, and_(ParkingBay.tenant_id == unit.tenant, ParkingBay.location_id == near.c.id))
        .where(~exists().where(_closes_bay(), is_closed_between(search.since, search.until)))
    )
    if search.min_power_w or search.standards:
        statement = statement.where(exists().where(_serves_evse(), *_evse_fits(search, is_bay=True)))
    if search.is_free:
        statement = statement.where(is_free)
    if search.is_reservable:
        statement = statement.where(ParkingBay.is_reservable)
    if search.is_accessible:
        statement = statement.where(or_(near.c.is_accessible, ParkingBay.is_accessible))
    statement = _in_order(statement, (near.c.distance_mm, near.c.id, ParkingBay.id, 0), after, limit)
    rows = await unit.session.execute(statement)
    return [
        Found((distance, location, bay, 0), location, station, evse, bay, free)
        for distance, location, bay, station, evse, free in rows
    ]


def _near(unit: Unit, search: Search, after: Key | None) -> Subquery:
    """The locations within the radius, nearest first. A join to it that loops over it keeps the order."""
    box = box_around(search.latitude, search.longitude, radius_m=search.radius_m)
    distance_mm = cast(_distance_m(search) * 1000, BigInteger)
    statement = select(Location.id, Location.is_accessible, distance_mm.label("distance_mm")).where(
        Location.tenant_id == unit.tenant,
        Location.latitude.between(*box.latitudes),
        or_(*(Location.longitude.between(*longitudes) for longitudes in box.longitudes)),
        distance_mm <= int(search.radius_m * 1000),
    )
    if after is not None:
        statement = statement.where(distance_mm >= after[0])
    if search.has_parking:
        has_bay = exists().where(ParkingBay.tenant_id == unit.tenant, ParkingBay.location_id == Location.id)
        statement = statement.where(has_bay)
    return statement.order_by(distance_mm, Location.id).subquery("near")


def _distance_m(search: Search) -> ColumnElement[float]:
    """The haversine formula in plain arithmetic: no index could serve a distance behind row-level security."""
    latitude, longitude = func.radians(Location.latitude), func.radians(Location.longitude)
    half_latitude = func.sin((latitude - func.radians(search.latitude)) / 2)
    half_longitude = func.sin((longitude - func.radians(search.longitude)) / 2)
    chord = half_latitude * half_latitude + (
        func.cos(latitude) * func.cos(func.radians(search.latitude)) * half_longitude * half_longitude
    )
    distance: ColumnElement[float] = 2 * EARTH_RADIUS_M * func.asin(func.least(1.0, func.sqrt(chord)))
    return distance


def _evse_fits(search: Search, *, is_bay: bool = False) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = []
    if search.min_power_w:
        fits.append(Evse.max_power_w >= search.min_power_w)
    if search.is_reservable and not is_bay:
        fits.append(Evse.is_reservable.is_(True))
    if search.standards:
        has_connector = exists().where(
            Connector.tenant_id == Evse.tenant_id,
            Connector.station_id == Evse.station_id,
            Connector.evse == Evse.evse,
            Connector.standard.in_(search.standards),
            Connector.power_w >= search.min_power_w,
        )
        fits.append(has_connector)
    return fits


def _is_evse_free() -> ColumnElement[bool]:
    """A driver can start there now: nobody has parked in its bay either."""
    is_blocked = exists().where(_serves_evse(), ParkingBay.occupied_since.is_not(None))
    return and_(Station.is_online, func.coalesce(Evse.status == ConnectorStatus.AVAILABLE, False), ~is_blocked)


def _is_bay_free() -> ColumnElement[bool]:
    """Nobody is seen in the bay, nor charging from it."""
    is_charging = exists().where(_serves_evse(), Evse.status == ConnectorStatus.OCCUPIED)
    is_empty = and_(ParkingBay.occupied_since.is_(None), ParkingBay.state != BayState.OUT_OF_ORDER)
    return and_(is_empty, ~is_charging)


def _serves_evse() -> ColumnElement[bool]:
    return and_(
        ParkingBay.tenant_id == Evse.tenant_id, ParkingBay.station_id == Evse.station_id, ParkingBay.evse == Evse.evse
    )


def _closes_evse() -> ColumnElement[bool]:
    return and_(
        ClosedPlace.tenant_id == Evse.tenant_id,
        ClosedPlace.station_id == Evse.station_id,
        ClosedPlace.evse == Evse.evse,
    )


def _closes_bay() -> ColumnElement[bool]:
    return and_(ClosedPlace.tenant_id == ParkingBay.tenant_id, ClosedPlace.bay_id == ParkingBay.id)


def _in_order(
    statement: Select[Any],  # Any: the columns of EVSEs and bays differ
    keys: tuple[SQLColumnExpression[Any] | int, ...],
    after: Key | None,
    limit: int,
) -> Select[Any]:
    columns = [key for key in keys if not isinstance(key, int)]
    if after is not None:
        statement = statement.where(tuple_(*columns) > tuple_(*after[: len(columns)]))
    return statement.order_by(*columns).limit(limit)
