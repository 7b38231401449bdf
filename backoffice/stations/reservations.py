"""Reservations: what stations keep free, and how each ended.

Invariants:
1. A reservation is known from the moment its station accepted it; how it ended may be known before.
2. The first end that is heard stands, until the same id is reserved again after it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.pagination import after_cursor
from backoffice.stations.models import HeldReservation
from protocol.blocks.reservation.events import ReservationStatusReported
from protocol.blocks.reservation.machine import RESERVATION, ReservationState, ReservationTrigger
from protocol.blocks.reservation.messages import CancelReservation, ReservationEnd, ReserveNow
from protocol.blocks.transactions.events import TransactionFact
from protocol.domain.commands import CommandReply

PRUNE_RESERVATIONS_EVERY_S = 3600.0

_TRIGGER_OF = {
    ReservationEnd.EXPIRED: ReservationTrigger.TIME_UP,
    ReservationEnd.REMOVED: ReservationTrigger.DROPPED,
    ReservationEnd.NO_TRANSACTION: ReservationTrigger.LEFT,
}


async def note(
    unit: Unit, station_id: str, message: msgspec.Struct, reply: msgspec.Struct, *, sent_at: datetime, now: datetime
) -> None:
    """What the station accepted to keep free is known, and what it accepted to keep no longer."""
    if not isinstance(reply, CommandReply) or not reply.is_accepted:
        return
    if isinstance(message, ReserveNow):
        row = await _lock_or_make(unit, station_id, message.reservation_id, at=sent_at)
        row.evse, row.connector_type, row.expires_at = message.evse, message.connector_type, message.expires_at
        row.token_mask, row.has_group = message.id_token.mask, message.group is not None
        if row.state_at <= sent_at:  # else its end was heard before the station's answer was
            row.state = RESERVATION.advance(ReservationState(row.state), ReservationTrigger.RESERVED)
            row.state_at, row.transaction_id = now, None
    elif isinstance(message, CancelReservation):
        await _end(unit, station_id, message.reservation_id, ReservationTrigger.CANCELLED, at=now)


async def on_status(unit: Unit, station_id: str, event: ReservationStatusReported, *, at: datetime) -> None:
    """The station holds it no longer."""
    await _end(unit, station_id, event.reservation_id, _TRIGGER_OF[event.status], at=at)


async def on_transaction(unit: Unit, station_id: str, event: TransactionFact, *, at: datetime) -> None:
    """Whoever it was kept for has come (OCPP 2.0.1 H03; OCPP 1.6 §4.8)."""
    if event.reservation_id is None:
        return
    row = await _end(unit, station_id, event.reservation_id, ReservationTrigger.BEGUN, at=at)
    if row.state == ReservationState.USED:
        row.transaction_id = event.transaction_id


async def list_reservations(
    unit: Unit, station_id: str, *, cursor: str | None, limit: int
) -> Sequence[HeldReservation]:
    """A page's rows, what changed last first, with one more than `limit` where there is one."""
    statement = select(HeldReservation).where(
        HeldReservation.tenant_id == unit.tenant, HeldReservation.station_id == station_id
    )
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=(HeldReservation.state_at, HeldReservation.reservation_id),
            parsers=(datetime.fromisoformat, int),
            limit=limit,
            descending=True,
        )
    )
    return found.all()


class ReservationKeeper:
    """Forgets reservations that ended `kept` ago."""

    def __init__(self, database: Database, *, clock: Clock, kept: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept

    async def prune(self) -> None:
        """Those of all tenants are gone."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            await unit.session.execute(delete(HeldReservation).where(_is_over(self._clock() - self._kept)))


def _is_over(before: datetime) -> ColumnElement[bool]:
    is_held = HeldReservation.state == ReservationState.HELD
    return or_(
        and_(is_held, HeldReservation.expires_at < before),
        and_(~is_held, HeldReservation.state_at < before),
    )


async def _end(
    unit: Unit, station_id: str, reservation_id: int, trigger: ReservationTrigger, *, at: datetime
) -> HeldReservation:
    row = await _lock_or_make(unit, station_id, reservation_id, at=at)
    state = ReservationState(row.state)
    if row.state_at <= at and trigger in RESERVATION.transitions[state]:
        row.state, row.state_at = RESERVATION.advance(state, trigger), at
    return row


async def _lock_or_make(unit: Unit, station_id: str, reservation_id: int, *, at: datetime) -> HeldReservation:
    key = {"tenant_id": unit.tenant, "station_id": station_id, "reservation_id": reservation_id}
    made = {"has_group": False, "state": ReservationState.HELD, "state_at": at}
    await unit.session.execute(insert(HeldReservation).values(**key, **made).on_conflict_do_nothing())
    row = await unit.session.scalar(
        select(HeldReservation).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    )
    assert row is not None
    return row
