"""The queries of sessions."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Numeric, Text, and_, any_, bindparam, func, literal, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert

from backoffice.kit.database import Unit
from backoffice.kit.keys import is_among
from backoffice.kit.pagination import after_cursor
from backoffice.sessions.domain import RUNNING, IntentState, SessionState
from backoffice.sessions.energy import PauseChange, RegisterPoint
from backoffice.sessions.models import IntentRow, PauseRow, RegisterRow, SessionRow
from protocol.domain.identifiers import StationId

_WAITING = (IntentState.REQUESTED, IntentState.PAYMENT_HELD, IntentState.COMMANDED)
_TERMINAL = (SessionState.COMPLETED, SessionState.UNAUTHORISED)


# Built once: these run for every fact or batch of readings.
_SESSION = (
    select(SessionRow)
    .where(SessionRow.tenant_id == bindparam("tenant"), SessionRow.id == bindparam("id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_OPEN_SESSION = insert(SessionRow).on_conflict_do_nothing().returning(SessionRow)
_REGISTERS = (
    select(RegisterRow.measured_at, RegisterRow.register_wh)
    .where(RegisterRow.tenant_id == bindparam("tenant"), RegisterRow.session_id == bindparam("id"))
    .order_by(RegisterRow.measured_at)
)
_PAUSES = (
    select(PauseRow.changed_at, PauseRow.is_paused)
    .where(PauseRow.tenant_id == bindparam("tenant"), PauseRow.session_id == bindparam("id"))
    .order_by(PauseRow.changed_at)
)
_IDS = bindparam("ids", type_=ARRAY(Text))
_REGISTERS_OF = (
    select(RegisterRow.session_id, RegisterRow.measured_at, RegisterRow.register_wh)
    .where(RegisterRow.tenant_id == bindparam("tenant"), RegisterRow.session_id == any_(_IDS))
    .order_by(RegisterRow.session_id, RegisterRow.measured_at)
)
_PAUSES_OF = (
    select(PauseRow.session_id, PauseRow.changed_at, PauseRow.is_paused)
    .where(PauseRow.tenant_id == bindparam("tenant"), PauseRow.session_id == any_(_IDS))
    .order_by(PauseRow.session_id, PauseRow.changed_at)
)
_LAST_PAUSE = (
    select(PauseRow.is_paused)
    .where(PauseRow.tenant_id == bindparam("tenant"), PauseRow.session_id == bindparam("id"))
    .order_by(PauseRow.changed_at.desc())
    .limit(1)
)


def _make_insert_pause() -> Insert:
    statement = insert(PauseRow)
    said, kept = statement.excluded, PauseRow
    return statement.on_conflict_do_update(
        index_elements=["tenant_id", "session_id", "changed_at"],
        set_={"seq_no": said.seq_no, "is_paused": said.is_paused},
        where=tuple_(kept.seq_no, kept.is_paused) < tuple_(said.seq_no, said.is_paused),
    )


_INSERT_PAUSE = _make_insert_pause()


async def open_session(unit: Unit, values: dict[str, Any]) -> SessionRow:  # Any: a row's columns
    """The session's row, made with `values` where it is not there yet, locked until the transaction ends."""
    held: SessionRow | None = unit.held.get((SessionRow, unit.tenant, values["id"]))
    row = (
        held or _hold(unit, await unit.session.scalar(_OPEN_SESSION, values)) or await find_session(unit, values["id"])
    )
    assert row is not None
    return row


async def find_session(unit: Unit, session_id: str) -> SessionRow | None:
    """The session, locked until the transaction ends."""
    held: SessionRow | None = unit.held.get((SessionRow, unit.tenant, session_id))
    return held or _hold(unit, await unit.session.scalar(_SESSION, {"tenant": unit.tenant, "id": session_id}))


def _hold(unit: Unit, row: SessionRow | None) -> SessionRow | None:
    if row is not None:
        unit.held[SessionRow, row.tenant_id, row.id] = row
    return row


async def hold_sessions(unit: Unit, keys: Collection[tuple[str, str]]) -> None:
    """Those of these that are there, by tenant and id, are locked in their order; `find_session` finds them at once."""
    found = await unit.session.scalars(
        select(SessionRow)
        .where(is_among((SessionRow.tenant_id, SessionRow.id), keys))
        .order_by(SessionRow.tenant_id, SessionRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    unit.held |= {(SessionRow, row.tenant_id, row.id): row for row in found}


async def read_session(unit: Unit, session_id: str) -> SessionRow | None:
    """The session, to look at."""
    return await unit.session.scalar(
        select(SessionRow).where(SessionRow.tenant_id == unit.tenant, SessionRow.id == session_id)
    )


async def find_session_at(unit: Unit, station_id: StationId, evse: int, at: datetime) -> SessionRow | None:
    """The session that ran on an EVSE at that time and is not settled yet, locked until the transaction ends."""
    row = await unit.session.scalar(
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
    return _hold(unit, row)


async def select_asking(unit: Unit, *, after: tuple[datetime, str] | None, limit: int) -> Sequence[SessionRow]:
    """Sessions of all tenants that have begun and miss a tariff or a verdict, or wait to be settled.

    They come by their last change and id, those behind `after`: whoever waits for long keeps nobody else from his turn.
    Which tariff it is, is known with the EVSE; a session that has ended without one is asked about all the same.
    """
    found = await unit.session.scalars(
        select(SessionRow)
        .where(
            SessionRow.started_at.is_not(None),
            or_(
                SessionRow.needs_verdict,
                SessionRow.state == SessionState.ENDING,
                and_(SessionRow.tariff.is_(None), SessionRow.evse.is_not(None), SessionRow.state.not_in(_TERMINAL)),
            ),
            true() if after is None else tuple_(SessionRow.updated_at, SessionRow.id) > after,
        )
        .order_by(SessionRow.updated_at, SessionRow.id)
        .limit(limit)
    )
    return found.all()


async def select_owed_stops(unit: Unit, *, limit: int) -> Sequence[SessionRow]:
    """Sessions of all tenants whose transactions are to be stopped."""
    found = await unit.session.scalars(
        select(SessionRow).where(SessionRow.must_stop).order_by(SessionRow.updated_at.desc()).limit(limit)
    )
    return found.all()


async def select_orphans(unit: Unit, *, silent_since: datetime, limit: int) -> Sequence[SessionRow]:
    """Sessions of all tenants that have ended and of whose start nobody has heard."""
    found = await unit.session.scalars(
        select(SessionRow)
        .where(
            SessionRow.state == SessionState.AWAITING_START,
            SessionRow.ended_at.is_not(None),
            SessionRow.updated_at < silent_since,
        )
        .limit(limit)
    )
    return found.all()


async def select_suspended(unit: Unit, *, limit: int) -> Sequence[SessionRow]:
    """Sessions of all tenants to which no energy flows, whose drivers were not told; the longest unchanged first."""
    found = await unit.session.scalars(
        select(SessionRow)
        .where(SessionRow.state == SessionState.SUSPENDED, SessionRow.idle_said_at.is_(None))
        .order_by(SessionRow.updated_at)
        .limit(limit)
    )
    return found.all()


async def select_silent(unit: Unit, *, since: datetime, limit: int) -> Sequence[SessionRow]:
    """Running sessions of all tenants of which nobody has heard since then."""
    found = await unit.session.scalars(
        select(SessionRow).where(SessionRow.state.in_(RUNNING), SessionRow.updated_at < since).limit(limit)
    )
    return found.all()


async def select_untold(unit: Unit, *, told_before: datetime, limit: int) -> Sequence[SessionRow]:
    """Running sessions of all tenants whose station was told another cost, or none, and none lately."""
    found = await unit.session.scalars(
        select(SessionRow)
        .where(
            SessionRow.state.in_(RUNNING),
            SessionRow.currency != "",
            SessionRow.hears_cost,
            SessionRow.told_cost.is_distinct_from(SessionRow.cost_incl_vat),
            SessionRow.told_cost_at.is_(None) | (SessionRow.told_cost_at < told_before),
        )
        .order_by(SessionRow.updated_at)
        .limit(limit)
    )
    return found.all()


async def select_sessions(
    unit: Unit,
    *,
    driver_id: str | None,
    stations: Collection[str] | None,
    states: Collection[SessionState] | None,
    begin: datetime | None,
    end: datetime | None,
    cursor: str | None,
    limit: int,
) -> Sequence[SessionRow]:
    """A page's rows of those that began in [begin, end), newest first, and one more than `limit`."""
    statement = select(SessionRow).where(SessionRow.tenant_id == unit.tenant, SessionRow.started_at.is_not(None))
    if driver_id is not None:
        statement = statement.where(SessionRow.driver_id == driver_id)
    if stations is not None:
        statement = statement.where(SessionRow.station_id.in_(stations))
    if states is not None:
        statement = statement.where(SessionRow.state.in_(states))
    if begin is not None:
        statement = statement.where(SessionRow.started_at >= begin)
    if end is not None:
        statement = statement.where(SessionRow.started_at < end)
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


async def insert_registers(unit: Unit, points: Iterable[tuple[str, datetime, Decimal]]) -> set[str]:
    """The points of sessions are kept, of two at one instant the higher one; the sessions for which that is news."""
    highest: dict[tuple[str, datetime], Decimal] = {}
    for session_id, at, register_wh in points:
        highest[session_id, at] = max(register_wh, highest.get((session_id, at), register_wh))
    if not highest:
        return set()
    rows = (
        func.unnest(
            bindparam("session_ids", [session_id for session_id, _ in highest], type_=ARRAY(Text)),
            bindparam("instants", [at for _, at in highest], type_=ARRAY(DateTime(timezone=True))),
            bindparam("registers", list(highest.values()), type_=ARRAY(Numeric)),
        )
        .table_valued("session_id", "measured_at", "register_wh")
        .render_derived()
    )
    columns = ["tenant_id", "session_id", "measured_at", "register_wh"]
    statement = insert(RegisterRow).from_select(columns, select(literal(unit.tenant), *rows.c))
    written = await unit.session.scalars(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "session_id", "measured_at"],
            set_={"register_wh": statement.excluded.register_wh},
            where=RegisterRow.register_wh < statement.excluded.register_wh,
        ).returning(RegisterRow.session_id)
    )
    return set(written)


async def list_registers(unit: Unit, session_id: str) -> list[RegisterPoint]:
    """The points, in order of time."""
    found = await unit.session.execute(_REGISTERS, {"tenant": unit.tenant, "id": session_id})
    return [RegisterPoint(row[0], row[1]) for row in found.all()]


async def list_registers_of(unit: Unit, session_ids: Collection[str]) -> dict[str, list[RegisterPoint]]:
    """The points of each of these sessions that has any, in order of time."""
    found = await unit.session.execute(_REGISTERS_OF, {"tenant": unit.tenant, "ids": list(session_ids)})
    points: dict[str, list[RegisterPoint]] = {}
    for session_id, at, register_wh in found:
        points.setdefault(session_id, []).append(RegisterPoint(at, register_wh))
    return points


async def list_pauses_of(unit: Unit, session_ids: Collection[str]) -> dict[str, list[PauseChange]]:
    """The changes of each of these sessions that has any, in order of time."""
    found = await unit.session.execute(_PAUSES_OF, {"tenant": unit.tenant, "ids": list(session_ids)})
    changes: dict[str, list[PauseChange]] = {}
    for session_id, at, is_paused in found:
        changes.setdefault(session_id, []).append(PauseChange(at, is_paused))
    return changes


async def insert_pause(unit: Unit, session_id: str, at: datetime, *, is_paused: bool, seq_no: int | None) -> None:
    """The change is kept; of two at one instant the one that the station said last."""
    values = {
        "tenant_id": unit.tenant,
        "session_id": session_id,
        "changed_at": at,
        "seq_no": -1 if seq_no is None else seq_no,
        "is_paused": is_paused,
    }
    await unit.session.execute(_INSERT_PAUSE, values)


async def is_paused_now(unit: Unit, session_id: str) -> bool:
    """Whether energy does not flow, by the last change that is known."""
    return bool(await unit.session.scalar(_LAST_PAUSE, {"tenant": unit.tenant, "id": session_id}))


async def list_pauses(unit: Unit, session_id: str) -> list[PauseChange]:
    """The changes, in order of time."""
    found = await unit.session.execute(_PAUSES, {"tenant": unit.tenant, "id": session_id})
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


async def read_intent(unit: Unit, intent_id: str) -> IntentRow | None:
    """The intent, to look at: nobody's lock is waited for."""
    return await unit.session.scalar(
        select(IntentRow).where(IntentRow.tenant_id == unit.tenant, IntentRow.id == intent_id)
    )


async def read_intent_of(unit: Unit, station_id: StationId, remote_start_id: int) -> IntentRow | None:
    """The newest intent whose start the station was told under this id."""
    return await unit.session.scalar(
        select(IntentRow)
        .where(
            IntentRow.tenant_id == unit.tenant,
            IntentRow.station_id == station_id,
            IntentRow.remote_start_id == remote_start_id,
        )
        .order_by(IntentRow.created_at.desc())
        .limit(1)
    )


async def hold_stations_started_by_app(unit: Unit, keys: Collection[tuple[str, str]]) -> None:
    """Of these stations, by tenant and id, it is known which have a start by app that no transaction has claimed.

    What is asked for later in this transaction finds none at the others: an intent is there before its station hears of
    it, and this before what the station says is read.
    """
    found = await unit.session.execute(
        select(IntentRow.tenant_id, IntentRow.station_id)
        .where(is_among((IntentRow.tenant_id, IntentRow.station_id), keys), IntentRow.session_id.is_(None))
        .distinct()
    )
    started = {tuple(row) for row in found}
    unit.held |= {(IntentRow, *key): key in started for key in keys}


async def find_claimed_intent(
    unit: Unit, station_id: StationId, *, remote_start_id: int | None, token_ref: str | None
) -> IntentRow | None:
    """The intent that a transaction on this station belongs to: by its remote start id, or by its one-time token."""
    is_it = [IntentRow.token_ref == token_ref, IntentRow.unspecified_ref == token_ref] if token_ref else []
    if remote_start_id is not None:
        is_it.append(IntentRow.remote_start_id == remote_start_id)
    if not is_it or not unit.held.get((IntentRow, unit.tenant, station_id), True):
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
