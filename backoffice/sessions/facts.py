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
    INTENT,
    RUNNING,
    SESSION,
    IntentState,
    IntentTrigger,
    SessionState,
    SessionTrigger,
    is_paused,
    trigger_of,
)
from backoffice.sessions.models import IntentRow, SessionRow
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.transactions.events import (
    TransactionEnded,
    TransactionFact,
    TransactionStarted,
    TransactionUpdated,
)
from protocol.bus.envelope import event_id
from protocol.domain.authorization import AuthorizationBasis, AuthorizationStatus
from protocol.domain.identifiers import DriverId, StationId, TransactionId
from protocol.domain.status import ChargingState

_NO_INTENT = (IntentState.STARTED, IntentState.FAILED, IntentState.EXPIRED)


async def on_started(
    unit: Unit, fact: TransactionStarted, *, station_id: StationId, at: datetime, now: datetime
) -> SessionRow:
    """The session has begun; a second start of the same transaction is flagged and changes nothing."""
    session = await _open(unit, fact, station_id, now)
    if session.started_at is not None:
        _flag(session, "second_start")
        return session
    session.started_at = at
    session.start_wh = _register(fact.meter_wh)
    session.evse = fact.evse if fact.evse is not None else session.evse or 1
    for flag in fact.flags:
        _flag(session, flag)
    has_ended = session.ended_at is not None
    trigger = SessionTrigger.STARTED_AND_ENDED if has_ended else SessionTrigger.STARTED
    session.state = SESSION.advance(SessionState.AWAITING_START, trigger)
    await _note_charging_state(unit, session, fact.charging_state, at)
    await _judge(unit, session, fact)
    await announce(unit, session, now)
    return session


async def on_updated(
    unit: Unit, fact: TransactionUpdated, *, station_id: StationId, at: datetime, now: datetime
) -> SessionRow:
    """Its charging state or its token has changed."""
    session = await _open(unit, fact, station_id, now)
    if session.evse is None:
        session.evse = fact.evse
    await _note_charging_state(unit, session, fact.charging_state, at)
    await _judge(unit, session, fact)
    await announce(unit, session, now)
    return session


async def on_ended(
    unit: Unit, fact: TransactionEnded, *, station_id: StationId, at: datetime, now: datetime
) -> SessionRow:
    """The session has ended, also where its start is not known yet; a second end is flagged and changes nothing."""
    session = await _open(unit, fact, station_id, now)
    if session.ended_at is not None:
        _flag(session, "second_end")
        return session
    session.ended_at = at
    session.end_wh = _register(fact.meter_wh)
    session.stopped_reason = fact.stopped_reason
    session.power_w = None
    if session.state in RUNNING:
        session.state = SESSION.advance(SessionState(session.state), SessionTrigger.ENDED)
    if session.driver_id is None and _is_of_the_driver(session, fact):
        await _judge(unit, session, fact)
    await announce(unit, session, now)
    return session


def _is_of_the_driver(session: SessionRow, fact: TransactionEnded) -> bool:
    """Whether the token that ended it may say who charged: whoever ends another's session does not pay for it."""
    return fact.token is None or session.token_ref in (None, fact.token.ref)


async def on_connector_status(
    unit: Unit, status: ConnectorStatusReported, *, station_id: StationId, at: datetime
) -> None:
    """A 1.6 station says by its status what a 2.x station says in the transaction: whether energy flows (1.6 §4.9)."""
    if status.evse is None or status.charging_state is None:
        return
    session = await repository.find_session_at(unit, station_id, status.evse, at)
    if session is not None:
        await _note_charging_state(unit, session, status.charging_state, at)


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
        "evse": fact.evse,
        "state": SessionState.AWAITING_START,
        "needs_verdict": False,
        "must_stop": False,
        "is_announced": False,
        "timezone": "UTC",
        "energy_wh": 0,
        "cost_excl_vat": 0,
        "cost_incl_vat": 0,
        "currency": "",
        "flags": [],
        "updated_at": now,
    }
    session = await repository.open_session(unit, values)
    session.updated_at = now
    return session


def authorise(session: SessionRow, driver_id: str | None) -> None:
    """The session is this driver's, also where a token before was refused."""
    session.driver_id, session.needs_verdict, session.must_stop = driver_id, False, False
    if session.state == SessionState.UNAUTHORISED:
        has_ended = session.ended_at is not None
        trigger = SessionTrigger.AUTHORISED_AND_ENDED if has_ended else SessionTrigger.AUTHORISED
        session.state = SESSION.advance(SessionState.UNAUTHORISED, trigger)


def refuse(session: SessionRow, status: AuthorizationStatus) -> None:
    """No token that is known so far may charge here; what was settled stays as it is."""
    _flag(session, f"refused_{status.lower()}")
    if session.state not in (SessionState.UNAUTHORISED, SessionState.COMPLETED):
        session.state = SESSION.advance(SessionState(session.state), SessionTrigger.REFUSED)


async def _judge(unit: Unit, session: SessionRow, fact: TransactionFact) -> None:
    """What the fact says of the driver; the first driver stands.

    The token of the session is the first one, until another is accepted or has to be asked about.
    """
    verdict = fact.authorization
    if session.token_ref is None:
        _present(session, fact)
    await _claim_intent(unit, session, fact)
    if verdict is None or session.driver_id is not None:
        return
    if verdict.basis is AuthorizationBasis.DEFERRED:
        if session.state != SessionState.COMPLETED:
            _present(session, fact)
            session.needs_verdict = True
    elif verdict.status is AuthorizationStatus.ACCEPTED:
        _present(session, fact)
        authorise(session, verdict.driver_id)
    elif isinstance(fact, TransactionStarted) and not session.needs_verdict:
        refuse(session, verdict.status)


def _present(session: SessionRow, fact: TransactionFact) -> None:
    if fact.token is not None:
        session.token_ref, session.token_mask = fact.token.ref, fact.token.mask


async def _claim_intent(unit: Unit, session: SessionRow, fact: TransactionFact) -> None:
    """The transaction belongs to a start by app, also to one that was given up meanwhile; never to another driver's."""
    if session.intent_id is not None or isinstance(fact, TransactionEnded):
        return
    intent = await repository.find_claimed_intent(
        unit,
        StationId(session.station_id),
        remote_start_id=fact.remote_start_id or None,
        token_ref=fact.token.ref if fact.token is not None else None,
    )
    if intent is None or intent.session_id not in (None, session.id):
        return
    if session.driver_id not in (None, intent.driver_id):
        _flag(session, "intent_of_another_driver")
        return
    session.intent_id, intent.session_id = intent.id, session.id
    if session.driver_id is None:
        authorise(session, intent.driver_id)
    _mark_claimed(intent)


def _mark_claimed(intent: IntentRow) -> None:
    state = IntentState(intent.state)
    if state is IntentState.REQUESTED:
        state = INTENT.advance(state, IntentTrigger.HELD)
    if state not in _NO_INTENT:
        intent.state = INTENT.advance(state, IntentTrigger.CLAIMED)


async def _note_charging_state(
    unit: Unit, session: SessionRow, charging_state: ChargingState | None, at: datetime
) -> None:
    if charging_state is None:
        return
    await repository.insert_pause(unit, session.id, at, is_paused=is_paused(charging_state))
    trigger = trigger_of(SessionState(session.state), charging_state)
    if trigger is not None:
        session.state = SESSION.advance(SessionState(session.state), trigger)


def _register(meter_wh: str | None) -> Decimal | None:
    try:
        register = Decimal(meter_wh) if meter_wh is not None else None
    except InvalidOperation:
        return None
    return register if register is not None and register.is_finite() else None


def _flag(session: SessionRow, flag: str) -> None:
    if flag not in session.flags:
        session.flags = [*session.flags, flag]
