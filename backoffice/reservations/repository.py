"""The queries of reservations."""

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Sequence as SqlSequence, Text, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import InstrumentedAttribute

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.reservations.domain import (
    HOLDING,
    LONGEST,
    PERHAPS_KEPT,
    Candidate,
    HoldState,
    Policy,
    ReservationState,
    Window,
)
from backoffice.reservations.models import PolicyRow, ReservationRow, ReservedPlaceRow
from protocol.domain.identifiers import DriverId

_NUMBERS = SqlSequence("reservation_numbers")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('reservations'), :number)")
_POLICY_COLUMNS = (
    "free_cancellation_s", "grace_s", "buffer_s", "shortest_s", "longest_s", "ahead_s", "at_once",
)  # fmt: skip


async def lock(unit: Unit, names: Iterable[str]) -> None:
    """Nobody else who locks one of these names goes on until this transaction ends.

    In the order of the numbers, so that no two wait for each other; two names that share one only wait for longer.
    """
    numbers = {zlib.crc32(f"{unit.tenant}/{name}".encode()) - 2**31 for name in names}
    for number in sorted(numbers):
        await unit.session.execute(_LOCK, {"number": number})


async def next_number(unit: Unit) -> int:
    """A number that no reservation has."""
    number = await unit.session.scalar(select(_NUMBERS.next_value()))
    assert isinstance(number, int)
    return number


async def find_overlapping(
    unit: Unit, place_keys: Iterable[str], begin: datetime, end: datetime, *, but: str | None = None
) -> ReservedPlaceRow | None:
    """A place among these that another reservation holds at some time from `begin` to `end`."""
    return await unit.session.scalar(
        select(ReservedPlaceRow)
        .where(
            ReservedPlaceRow.tenant_id == unit.tenant,
            ReservedPlaceRow.place_key.in_(set(place_keys)),
            ReservedPlaceRow.held_from < end,
            ReservedPlaceRow.held_until > begin,
            ReservedPlaceRow.is_active,
            ReservedPlaceRow.reservation_id != (but or ""),
        )
        .order_by(ReservedPlaceRow.held_from)
        .limit(1)
    )


async def reserved_keys(unit: Unit, place_keys: Iterable[str], begin: datetime, end: datetime) -> set[str]:
    """Which of these places are held at some time from `begin` to `end`."""
    found = await unit.session.scalars(
        select(ReservedPlaceRow.place_key).where(
            ReservedPlaceRow.tenant_id == unit.tenant,
            ReservedPlaceRow.place_key.in_(set(place_keys)),
            ReservedPlaceRow.held_from < end,
            ReservedPlaceRow.held_until > begin,
            ReservedPlaceRow.is_active,
        )
    )
    return set(found)


async def insert_reservation(unit: Unit, row: ReservationRow, places: Iterable[ReservedPlaceRow]) -> None:
    """The reservation has its places. An exclusion constraint raises where another has one of them."""
    unit.session.add(row)
    await unit.session.flush()
    unit.session.add_all(places)
    await unit.session.flush()


async def find_reservation(unit: Unit, reservation_id: str) -> ReservationRow | None:
    """The reservation, locked until the transaction ends."""
    return await unit.session.scalar(
        select(ReservationRow)
        .where(ReservationRow.tenant_id == unit.tenant, ReservationRow.id == reservation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def read_reservation(unit: Unit, reservation_id: str) -> ReservationRow | None:
    """The reservation, to look at."""
    return await unit.session.scalar(
        select(ReservationRow).where(ReservationRow.tenant_id == unit.tenant, ReservationRow.id == reservation_id)
    )


async def count_coming(unit: Unit, driver_id: str, now: datetime) -> int:
    """How many confirmed reservations the driver has."""
    counted = await unit.session.scalar(
        select(func.count()).where(
            ReservationRow.tenant_id == unit.tenant,
            ReservationRow.driver_id == driver_id,
            ReservationRow.state == ReservationState.CONFIRMED,
            ReservationRow.ends_at > now,
        )
    )
    return counted or 0


async def page_of_reservations(
    unit: Unit, *, wanted: Sequence[ColumnElement[bool]], cursor: str | None, limit: int
) -> Sequence[ReservationRow]:
    """Those `wanted`, the first to begin first, and one more than `limit`."""
    statement = select(ReservationRow).where(ReservationRow.tenant_id == unit.tenant, *wanted)
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=(ReservationRow.begins_at, ReservationRow.id),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
        )
    )
    return found.all()


def matching(
    *,
    driver_id: str | None = None,
    location_id: str | None = None,
    state: ReservationState | None = None,
    begin: datetime | None = None,
    end: datetime | None = None,
) -> Sequence[ColumnElement[bool]]:
    """The conditions of a list: what is None bounds nothing. `begin` and `end` bound what overlaps them."""
    conditions: list[ColumnElement[bool]] = []
    for column, value in (("driver_id", driver_id), ("location_id", location_id), ("state", state)):
        if value is not None:
            conditions.append(getattr(ReservationRow, column) == value)
    if begin is not None:
        # The second says nothing new: with it the index by begin is read from there on.
        conditions += [ReservationRow.ends_at > begin, ReservationRow.begins_at > begin - LONGEST]
    if end is not None:
        conditions.append(ReservationRow.begins_at < end)
    return conditions


async def list_taken(unit: Unit, place_key: str, begin: datetime, end: datetime) -> Sequence[Window]:
    """When the place is held from `begin` to `end`, in order."""
    rows = await unit.session.execute(
        select(ReservedPlaceRow.held_from, ReservedPlaceRow.held_until)
        .where(
            ReservedPlaceRow.tenant_id == unit.tenant,
            ReservedPlaceRow.place_key == place_key,
            ReservedPlaceRow.held_from < end,
            ReservedPlaceRow.held_until > begin,
            ReservedPlaceRow.is_active,
        )
        .order_by(ReservedPlaceRow.held_from)
    )
    return [Window(row.held_from, row.held_until) for row in rows]


async def free_places(unit: Unit, reservation_id: str) -> None:
    """Its places are anybody's."""
    await unit.session.execute(_places_of(unit, reservation_id).values(is_active=False))


async def hold_places_until(unit: Unit, reservation_id: str, until: datetime) -> None:
    """Its places are held until then."""
    await unit.session.execute(_places_of(unit, reservation_id).values(held_until=until))


async def find_holder(unit: Unit, place_key: str, at: datetime) -> ReservationRow | None:
    """Whose the place is then. The buffer behind a reservation is nobody's."""
    return await unit.session.scalar(
        select(ReservationRow)
        .join(ReservedPlaceRow, _is_of_reservation())
        .where(
            ReservedPlaceRow.tenant_id == unit.tenant,
            ReservedPlaceRow.place_key == place_key,
            ReservedPlaceRow.held_from <= at,
            ReservedPlaceRow.held_until > at,
            ReservedPlaceRow.is_active,
            ReservationRow.ends_at > at,
        )
    )


async def list_candidates(unit: Unit, place_key: str, at: datetime, *, early: timedelta) -> Sequence[Candidate]:
    """The reservations that somebody may honour who came there at that time, or a little too early.

    With those that have expired after that, and of which no price was said yet.
    """
    has_expired_since = (
        (ReservationRow.state == ReservationState.EXPIRED)
        & ReservationRow.owes_price
        & (ReservationRow.expires_at >= at)
    )
    rows = await unit.session.execute(
        select(
            ReservationRow.id,
            ReservationRow.driver_id,
            ReservationRow.begins_at,
            ReservationRow.ends_at,
            ReservationRow.state,
            func.bool_or(ReservedPlaceRow.place_key == place_key).label("is_of_place"),
        )
        .join(ReservedPlaceRow, _is_of_reservation())
        .where(
            ReservedPlaceRow.tenant_id == unit.tenant,
            or_(ReservedPlaceRow.place_key == place_key, ReservedPlaceRow.serves_key == place_key),
            ReservedPlaceRow.held_from <= at + early,
            ReservedPlaceRow.held_until > at,
            or_(ReservationRow.state.in_(HOLDING), has_expired_since),
        )
        .group_by(ReservationRow.tenant_id, ReservationRow.id)
    )
    return [
        Candidate(
            row.id,
            DriverId(row.driver_id),
            Window(row.begins_at, row.ends_at),
            ReservationState(row.state),
            row.is_of_place,
        )
        for row in rows
    ]


async def list_confirmed_at(
    unit: Unit, place_keys: Iterable[str], begin: datetime, end: datetime, *, limit: int
) -> Sequence[str]:
    """Confirmed reservations of these places that overlap, by id."""
    found = await unit.session.scalars(
        select(ReservationRow.id)
        .where(
            ReservationRow.tenant_id == unit.tenant,
            ReservationRow.state == ReservationState.CONFIRMED,
            ReservationRow.begins_at < end,
            ReservationRow.ends_at > begin,
            ReservationRow.id.in_(
                select(ReservedPlaceRow.reservation_id).where(
                    ReservedPlaceRow.tenant_id == unit.tenant,
                    ReservedPlaceRow.place_key == func.any(bindparam("keys", sorted(place_keys), ARRAY(Text))),
                    ReservedPlaceRow.is_active,
                )
            ),
        )
        .order_by(ReservationRow.begins_at, ReservationRow.id)
        .limit(limit)
    )
    return found.all()


async def tell_again(unit: Unit, station_id: str, now: datetime) -> None:
    """What the station was told, or should have been, it is told once more now."""
    await unit.session.execute(
        update(ReservationRow)
        .where(
            ReservationRow.tenant_id == unit.tenant,
            ReservationRow.station_id == station_id,
            ReservationRow.expires_at > now,
            or_(
                ReservationRow.hold_state.in_((*PERHAPS_KEPT, HoldState.REFUSED)),
                ReservationRow.hold_due_at < now,
            ),
            ReservationRow.state.in_((*HOLDING, ReservationState.CANCELLED)),
        )
        .values(hold_due_at=now, hold_attempts=0)
    )


Due = tuple[str, str]
"""Tenant and reservation id."""


async def select_due(
    unit: Unit, due_at: InstrumentedAttribute[Any], now: datetime, *condition: ColumnElement[bool], limit: int
) -> Sequence[Due]:
    """Reservations of all tenants of which something is due by `now`, what has waited longest first."""
    rows = await unit.session.execute(
        select(ReservationRow.tenant_id, ReservationRow.id)
        .where(due_at <= now, *condition)
        .order_by(due_at)
        .limit(limit)
    )
    return [(row.tenant_id, row.id) for row in rows]


async def select_owing(unit: Unit, *, expired_before: datetime, limit: int) -> Sequence[Due]:
    """Reservations of all tenants whose price is not known yet, what ended first; also by a clock that is ahead.

    Of those that nobody came for, what expired before that.
    """
    is_due = (ReservationRow.state != ReservationState.EXPIRED) | (ReservationRow.ended_at <= expired_before)
    rows = await unit.session.execute(
        select(ReservationRow.tenant_id, ReservationRow.id)
        .where(ReservationRow.owes_price, is_due)
        .order_by(ReservationRow.ended_at)
        .limit(limit)
    )
    return [(row.tenant_id, row.id) for row in rows]


async def find_policy(unit: Unit) -> Policy | None:
    """What the tenant has said; None where it has said nothing."""
    row = await unit.session.scalar(select(PolicyRow).where(PolicyRow.tenant_id == unit.tenant))
    return None if row is None else Policy(**{name: getattr(row, name) for name in _POLICY_COLUMNS})


async def save_policy(unit: Unit, policy: Policy, *, now: datetime, operator_id: str) -> None:
    """The tenant's policy, from now on."""
    values: dict[str, Any] = {name: getattr(policy, name) for name in _POLICY_COLUMNS}  # Any: a row's columns
    values |= {"updated_at": now, "updated_by": operator_id}
    await unit.session.execute(
        insert(PolicyRow)
        .values(tenant_id=unit.tenant, **values)
        .on_conflict_do_update(index_elements=["tenant_id"], set_=values)
    )


def _places_of(unit: Unit, reservation_id: str) -> Any:  # Any: SQLAlchemy's own generic of an update
    return update(ReservedPlaceRow).where(
        ReservedPlaceRow.tenant_id == unit.tenant, ReservedPlaceRow.reservation_id == reservation_id
    )


def _is_of_reservation() -> ColumnElement[bool]:
    return (ReservedPlaceRow.tenant_id == ReservationRow.tenant_id) & (
        ReservedPlaceRow.reservation_id == ReservationRow.id
    )
