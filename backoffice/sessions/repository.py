"""The queries of sessions."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.sessions.domain import IntentState, SessionState
from backoffice.sessions.energy import PauseChange, RegisterPoint
from backoffice.sessions.models import IntentRow, PauseRow, RegisterRow, SessionRow
from protocol.domain.identifiers import StationId

_WAITING = (IntentState.REQUESTED, IntentState.PAYMENT_HELD, IntentState.COMMANDED)
_TERMINAL = (SessionState.COMPLETED, SessionState.UNAUTHORISED)


async def open_session(unit: Unit, values: dict[str, Any]) -> SessionRow:  # Any: a row's columns
    """The session's row, made with `values` where it is not there yet, locked until the transaction ends."""
    await unit.session.execute(insert(SessionRow).values(values).on_conflict_do_nothing())
    row = await find_session(unit, values["id"])
    assert row is not None
    return row


async def find_session(unit: Unit, session_id: str) -> SessionRow | None:
    """The session, locked until the transaction ends."""
    return await unit.session.scalar(
        select(SessionRow)
        .where(SessionRow.tenant_id == unit.tenant, SessionRow.id == session_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def read_session(unit: Unit, session_id: str) -> SessionRow | None:
    """The session, to look at."""
    return await unit.session.scalar(
        select(SessionRow).where(SessionRow.tenant_id == unit.tenant, SessionRow.id == session_id)
    )


async def find_session_at(unit: Unit, station_id: StationId, evse: int, at: datetime) -> SessionRow | None:
    """The session that ran on an EVSE at that time and is not settled yet, locked until the transaction ends."""
    return await unit.session.scalar(
        select(SessionRow)
        .where(
            SessionRow.tenant_id == unit.tenant,
            SessionRow.station_id == station_id,
            SessionRow.evse == evse,
            SessionRow.state.not_in(_TERMINAL),
            SessionRow.started_at <= at,
            SessionRow.ended_at.is_(None) | (SessionRow.ended_at > at),
        )
        .order_by(SessionRow.started_at.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def select_asking(unit: Unit, *, limit: int) -> Sequence[SessionRow]:
    """Sessions of all tenants that have begun and miss a tariff or a verdict, or wait to be settled."""
    found = await unit.session.scalars(
        select(SessionRow)
        .where(
            SessionRow.started_at.is_not(None),
            or_(
                SessionRow.needs_verdict,
                SessionRow.state == SessionState.ENDING,
                and_(SessionRow.tariff.is_(None), SessionRow.state.not_in(_TERMINAL)),
            ),
        )
        .order_by(SessionRow.updated_at)
        .limit(limit)
    )
    return found.all()


async def select_owed_stops(unit: Unit, *, limit: int) -> Sequence[SessionRow]:
    """Sessions of all tenants whose transactions are to be stopped."""
    found = await unit.session.scalars(
        select(SessionRow).where(SessionRow.must_stop).order_by(SessionRow.updated_at.desc()).limit(limit)
    )
    return found.all()


async def select_sessions(unit: Unit, *, driver_id: str | None, cursor: str | None, limit: int) -> Sequence[SessionRow]:
    """A page's rows, the newest first, with one more than `limit` where there is one."""
    statement = select(SessionRow).where(SessionRow.tenant_id == unit.tenant, SessionRow.started_at.is_not(None))
    if driver_id is not None:
        statement = statement.where(SessionRow.driver_id == driver_id)
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=(SessionRow.started_at, SessionRow.id),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
            descending=True,
        )
    )
    return found.all()


async def insert_register(unit: Unit, session_id: str, at: datetime, register_wh: Decimal) -> bool:
    """The point is kept; False where it was there already."""
    written = await unit.session.execute(
        insert(RegisterRow)
        .values(tenant_id=unit.tenant, session_id=session_id, measured_at=at, register_wh=register_wh)
        .on_conflict_do_nothing()
        .returning(RegisterRow.measured_at)
    )
    return written.first() is not None


async def list_registers(unit: Unit, session_id: str) -> list[RegisterPoint]:
    """The points, in order of time."""
    found = await unit.session.execute(
        select(RegisterRow.measured_at, RegisterRow.register_wh)
        .where(RegisterRow.tenant_id == unit.tenant, RegisterRow.session_id == session_id)
        .order_by(RegisterRow.measured_at)
    )
    return [RegisterPoint(row[0], row[1]) for row in found.all()]


async def insert_pause(unit: Unit, session_id: str, at: datetime, *, is_paused: bool) -> None:
    """The change is kept; the first report of an instant stands."""
    await unit.session.execute(
        insert(PauseRow)
        .values(tenant_id=unit.tenant, session_id=session_id, changed_at=at, is_paused=is_paused)
        .on_conflict_do_nothing()
    )


async def list_pauses(unit: Unit, session_id: str) -> list[PauseChange]:
    """The changes, in order of time."""
    found = await unit.session.execute(
        select(PauseRow.changed_at, PauseRow.is_paused)
        .where(PauseRow.tenant_id == unit.tenant, PauseRow.session_id == session_id)
        .order_by(PauseRow.changed_at)
    )
    return [PauseChange(row[0], row[1]) for row in found.all()]


async def insert_intent(unit: Unit, row: IntentRow) -> None:
    """The intent is there."""
    unit.session.add(row)
    await unit.session.flush()


async def find_intent(unit: Unit, intent_id: str) -> IntentRow | None:
    """The intent, locked until the transaction ends."""
    return await unit.session.scalar(
        select(IntentRow)
        .where(IntentRow.tenant_id == unit.tenant, IntentRow.id == intent_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def find_claimed_intent(
    unit: Unit, station_id: StationId, *, remote_start_id: int | None, token_ref: str | None
) -> IntentRow | None:
    """The intent that a transaction on this station belongs to: by its remote start id, or by its one-time token."""
    is_it = [IntentRow.token_ref == token_ref, IntentRow.unspecified_ref == token_ref] if token_ref else []
    if remote_start_id is not None:
        is_it.append(IntentRow.remote_start_id == remote_start_id)
    if not is_it:
        return None
    return await unit.session.scalar(
        select(IntentRow)
        .where(IntentRow.tenant_id == unit.tenant, IntentRow.station_id == station_id, or_(*is_it))
        .order_by(IntentRow.created_at.desc())
        .limit(1)
        .with_for_update()
    )


async def select_late_intents(unit: Unit, now: datetime, *, limit: int) -> Sequence[IntentRow]:
    """Intents of all tenants that nobody claimed in time."""
    found = await unit.session.scalars(
        select(IntentRow).where(IntentRow.state.in_(_WAITING), IntentRow.expires_at <= now).limit(limit)
    )
    return found.all()


async def select_owing_intents(unit: Unit, *, limit: int) -> Sequence[IntentRow]:
    """Intents of all tenants whose hold is to be given back."""
    found = await unit.session.scalars(select(IntentRow).where(IntentRow.owes_release).limit(limit))
    return found.all()
