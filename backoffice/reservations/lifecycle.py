"""What happens to a reservation: each change to its row, its places and what is said of it, together.

A row is locked by whoever calls (`find_reservation`). What is due of the station follows from the row afterwards.
"""

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from backoffice.contracts.reservations import (
    ReservationCancelled,
    ReservationCreated,
    ReservationEvent,
    ReservationExpired,
    ReservationHonoured,
)
from backoffice.contracts.stations import Place
from backoffice.kit.database import Unit
from backoffice.reservations import repository
from backoffice.reservations.domain import (
    HOLD,
    PERHAPS_KEPT,
    RESERVATION,
    HoldState,
    HoldTrigger,
    ReservationState,
    ReservationTrigger,
)
from backoffice.reservations.models import ReservationRow, ReservedPlaceRow
from protocol.domain.identifiers import DriverId

BY_DRIVER = "driver"
BY_OPERATOR = "operator"
BY_CLOSURE = "closure"

EventT = TypeVar("EventT", bound=ReservationEvent)


def places_of(row: ReservationRow) -> tuple[Place, ...]:
    """The places of a row."""
    return msgspec.convert(row.places, tuple[Place, ...])


def event_of(kind: type[EventT], row: ReservationRow, **fields: Any) -> EventT:  # Any: the fields that `kind` adds
    """An event about the reservation as its row stands."""
    return kind(
        reservation_id=row.id,
        driver_id=DriverId(row.driver_id),
        location_id=row.location_id,
        places=places_of(row),
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        **fields,
    )


async def confirm(unit: Unit, row: ReservationRow, places: list[ReservedPlaceRow], *, now: datetime) -> None:
    """The places are the driver's."""
    await repository.insert_reservation(unit, row, places)
    await unit.publish(event_of(ReservationCreated, row), key=row.id, now=now)


def prolong(row: ReservationRow, ends_at: datetime, *, expires_at: datetime, now: datetime) -> None:
    """It ends later; a station that keeps the EVSE for less long than somebody is waited for is told so."""
    if expires_at != row.expires_at and row.hold_state in PERHAPS_KEPT:
        row.hold_due_at, row.hold_attempts = now, 0
    row.ends_at, row.expires_at = ends_at, expires_at


async def honour(unit: Unit, row: ReservationRow, *, at: datetime, session_id: str | None, now: datetime) -> None:
    """The driver has come. The places are theirs until the end; a session has used up what the station kept.

    Where it had expired before that was heard, the places stay free, and the price is that of who came.
    """
    _end(row, ReservationTrigger.CAME, at=at, is_free=False)
    row.session_id = session_id
    if session_id is not None:
        row.hold_due_at = None
    await unit.publish(event_of(ReservationHonoured, row, at=at, session_id=session_id), key=row.id, now=now)


async def cancel(unit: Unit, row: ReservationRow, *, by: str, reason: str, now: datetime) -> None:
    """It is given up: the places are anybody's, and the station is told where it may be keeping one.

    Free in time, free where the place is not to be had, and free where it was not the driver who gave it up.
    """
    is_free = by != BY_DRIVER or row.endangered_at is not None or now <= row.free_until
    _end(row, ReservationTrigger.GIVEN_UP, at=now, is_free=is_free)
    row.cancelled_by, row.reason = by, reason
    if row.hold_state in PERHAPS_KEPT:
        row.hold_due_at, row.hold_attempts = now, 0
    else:
        row.hold_due_at = None
        row.hold_state = HOLD.advance(HoldState(row.hold_state), HoldTrigger.WITHDRAW)
    await repository.free_places(unit, row.id)
    # What a driver wrote is told to nobody but those who look here: an event cannot be taken back.
    said = "" if by == BY_DRIVER else reason
    cancelled = event_of(ReservationCancelled, row, at=now, cancelled_by=by, reason=said)
    await unit.publish(cancelled, key=row.id, now=now)


async def expire(unit: Unit, row: ReservationRow, *, now: datetime) -> None:
    """Nobody came within the grace, at whose end the station has let go by itself."""
    _end(row, ReservationTrigger.NOBODY_CAME, at=row.expires_at, is_free=row.endangered_at is not None)
    row.hold_due_at = None
    await repository.free_places(unit, row.id)
    await unit.publish(event_of(ReservationExpired, row, at=row.expires_at), key=row.id, now=now)


def _end(row: ReservationRow, trigger: ReservationTrigger, *, at: datetime, is_free: bool) -> None:
    row.state = RESERVATION.advance(ReservationState(row.state), trigger)
    row.ended_at, row.is_free, row.owes_price, row.watch_at = at, is_free, not is_free, None
