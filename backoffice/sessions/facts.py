"""What the facts of a transaction make of its session, in whatever order they come.

Nothing is asked here: a consumer's transaction waits for nobody, and a replay makes the same rows. What must be asked
(the tariff, a deferred verdict) is asked by `settlement.py` afterwards.
"""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from backoffice.contracts.sessions import ChargingSessionStarted, session_id_of
from backoffice.kit.database import Unit
from backoffice.sessions import repository
from backoffice.sessions.domain import (
    RUNNING,
    SESSION,
    SessionState,
    SessionTrigger,
    is_paused,
    trigger_of,
)
from backoffice.sessions.limits import note_limit
from backoffice.sessions.models import SessionRow
from backoffice.sessions.payer import flag, judge, withdraw_refused
from backoffice.sessions.sequence import Heard, hear
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.transactions.events import (
    TransactionEnded,
    TransactionFact,
    TransactionStarted,
    TransactionUpdated,
)
from protocol.bus.envelope import event_id
from protocol.domain.identifiers import DriverId, StationId, TransactionId
from protocol.domain.status import ChargingState

START_MISSING = "start_missing"
END_MISSING = "end_missing"
TOLD_AFTER_THE_BILL = "told_after_the_bill"


async def on_started(
    unit: Unit, fact: TransactionStarted, *, station_id: StationId, at: datetime, now: datetime
) -> SessionRow:
    """The session has begun; a second start of the same transaction is flagged and changes nothing.

    A start that comes after its session began without one is the true one, as long as nothing is billed.
    """
    session = await _open(unit, fact, station_id, now)
    is_late = START_MISSING in session.flags
    if is_late and session.state == SessionState.COMPLETED:
        flag(session, TOLD_AFTER_THE_BILL)
        return session
    if session.started_at is not None and not is_late:
        flag(session, "second_start")
        return session
    if is_late and session.started_at != at:
        session.tariff = None  # another one may have been in force
    session.flags = [one for one in session.flags if one != START_MISSING]
    session.started_at = at
    register_wh = _register(fact.meter_wh)
    session.start_wh = session.start_wh if register_wh is None else register_wh
    _note_evse(session, fact)
    for rule in fact.flags:
        flag(session, rule)
    if session.state == SessionState.AWAITING_START:
        has_ended = session.ended_at is not None
        trigger = SessionTrigger.STARTED_AND_ENDED if has_ended else SessionTrigger.STARTED
        session.state = SESSION.advance(SessionState.AWAITING_START, trigger)
    await _go_on(unit, session, fact, at)
    withdraw_refused(session)  # a later event may have come first, and said so
    await announce(unit, session, now)
    return session


async def on_updated(
    unit: Unit, fact: TransactionUpdated, *, station_id: StationId, at: datetime, now: datetime
) -> SessionRow:
    """Its charging state or its token has changed; what comes after the bill is flagged and changes nothing."""
    session = await _open(unit, fact, station_id, now)
    if session.state == SessionState.COMPLETED:
        if fact.seq_no is not None and session.end_seq_no is not None and fact.seq_no < session.end_seq_no:
            flag(session, TOLD_AFTER_THE_BILL)
        return session
    begin_wh = _register(fact.begin_wh)
    if session.start_wh is None and begin_wh is not None:
        session.start_wh = begin_wh
    _note_evse(session, fact)
    await _go_on(unit, session, fact, at)
    await announce(unit, session, now)
    return session


async def on_ended(
    unit: Unit, fact: TransactionEnded, *, station_id: StationId, at: datetime, now: datetime
) -> SessionRow:
    """The session has ended, also where its start is not known yet; a second end is flagged and changes nothing."""
    session = await _open(unit, fact, station_id, now)
    is_late = END_MISSING in session.flags
    if is_late and session.state == SessionState.COMPLETED:
        flag(session, TOLD_AFTER_THE_BILL)
        return session
    if session.ended_at is not None and not is_late:
        flag(session, "second_end")
        return session
    session.flags = [one for one in session.flags if one != END_MISSING]
    session.ended_at = at
    session.end_wh = _register(fact.meter_wh)
    session.end_seq_no = fact.seq_no
    session.stopped_reason = fact.stopped_reason
    session.power_w = None
    _note_evse(session, fact)
    if session.state in RUNNING:
        session.state = SESSION.advance(SessionState(session.state), SessionTrigger.ENDED)
    await judge(unit, session, fact)
    await announce(unit, session, now)
    return session


def says_whether_energy_flows(status: ConnectorStatusReported) -> bool:
    """Whether a connector's status is one of a charge (1.6 §4.9)."""
    return status.evse is not None and status.charging_state is not None


async def on_connector_status(
    unit: Unit, status: ConnectorStatusReported, *, station_id: StationId, at: datetime
) -> None:
    """A 1.6 station says by its status what a 2.x station says in the transaction: whether energy flows (1.6 §4.9)."""
    assert status.evse is not None
    assert status.charging_state is not None
    session = await repository.find_session_at(unit, station_id, status.evse, at)
    if session is not None:
        await _note_charging_state(unit, session, status.charging_state, at, seq_no=None)
        await follow_pauses(unit, session)


def begin_without_start(session: SessionRow, *, at: datetime) -> None:
    """A session of whose start nobody has heard began no later than the first that was heard of it."""
    session.started_at = at
    flag(session, START_MISSING)
    session.state = SESSION.advance(SessionState.AWAITING_START, SessionTrigger.STARTED_AND_ENDED)
    withdraw_refused(session)


async def follow_pauses(unit: Unit, session: SessionRow) -> None:
    """A running session is charging or suspended as the last change says, by the station's clock."""
    if session.state in RUNNING:
        trigger = trigger_of(SessionState(session.state), is_paused=await repository.is_paused_now(unit, session.id))
        if trigger is not None:
            session.state = SESSION.advance(SessionState(session.state), trigger)


async def announce(unit: Unit, session: SessionRow, now: datetime) -> None:
    """Say that a driver's session has begun, once, as soon as both are known."""
    if session.is_announced or session.driver_id is None or session.started_at is None:
        return
    session.is_announced = True
    started = ChargingSessionStarted(
        session_id=session.id,
        station_id=StationId(session.station_id),
        evse=session.evse or 1,
        transaction_id=TransactionId(session.transaction_id),
        driver_id=DriverId(session.driver_id),
        started_at=session.started_at,
        intent_id=session.intent_id,
    )
    await unit.publish(started, key=session.id, now=now, event_id=event_id(unit.tenant, "started", session.id))


async def _open(unit: Unit, fact: TransactionFact, station_id: StationId, now: datetime) -> SessionRow:
    values: dict[str, Any] = {  # Any: a row's columns
        "tenant_id": unit.tenant,
        "id": session_id_of(unit.tenant, station_id, fact.transaction_id),
        "station_id": station_id,
        "transaction_id": fact.transaction_id,
        "evse": None,
        "state": SessionState.AWAITING_START,
        "presented": [],
        "needs_verdict": False,
        "must_stop": False,
        "is_announced": False,
        "timezone": "UTC",
        "energy_wh": 0,
        "cost_excl_vat": 0,
        "cost_incl_vat": 0,
        "currency": "",
        "flags": [],
        "heard_until": Heard().until,
        "heard_ahead": [],
        "hears_cost": True,
        "limit_seq_no": -1,
        "traceparent": "",
        "updated_at": now,
    }
    session = await repository.open_session(unit, values)
    session.updated_at = now
    note_limit(session, fact)
    if fact.seq_no is not None:
        heard = Heard(session.heard_until, tuple(session.heard_ahead))
        heard = hear(heard, fact.seq_no, is_first=isinstance(fact, TransactionStarted))
        session.heard_until, session.heard_ahead = heard.until, list(heard.ahead)
    return session


async def _go_on(unit: Unit, session: SessionRow, fact: TransactionFact, at: datetime) -> None:
    await _note_charging_state(unit, session, fact.charging_state, at, seq_no=fact.seq_no)
    await judge(unit, session, fact)
    await follow_pauses(unit, session)


def _note_evse(session: SessionRow, fact: TransactionFact) -> None:
    """The EVSE may come with any event (OCPP 2.0.1 E03); what a start says of it stands. Its tariff is asked anew."""
    is_said = fact.evse is not None and (session.evse is None or isinstance(fact, TransactionStarted))
    if is_said and fact.evse != session.evse:
        session.evse, session.tariff = fact.evse, None


async def _note_charging_state(
    unit: Unit, session: SessionRow, charging_state: ChargingState | None, at: datetime, *, seq_no: int | None
) -> None:
    if charging_state is not None:
        await repository.insert_pause(unit, session.id, at, is_paused=is_paused(charging_state), seq_no=seq_no)


def _register(meter_wh: str | None) -> Decimal | None:
    try:
        register = Decimal(meter_wh) if meter_wh is not None else None
    except InvalidOperation:
        return None
    return register if register is not None and register.is_finite() else None
