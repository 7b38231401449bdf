"""A transaction from start to end (OCPP 1.6 §4.8, §4.10; OCPP 2.0.1 E01 to E15).

It starts when there is both a cable and somebody who may charge (TxStartPoint PowerPathClosed), and ends when either
is gone. The station drives it by the TRANSACTION table.

Invariants:
1. Each transaction has one start and one end; between them 2.x numbers its events without a hole.
2. The registers of start and end are the meter's at those instants.
3. Energy flows between them only.
"""

import uuid
from decimal import Decimal

import msgspec

from protocol.blocks.transactions.machine import TransactionState, Trigger, charging_state_of
from protocol.blocks.transactions.messages import (
    GetTransactionStatus,
    TransactionEnd,
    TransactionReply,
    TransactionStart,
    TransactionStatusReply,
    TransactionUpdate,
)
from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import IdToken, TransactionId
from protocol.domain.metering import ReadingContext
from protocol.domain.transaction_limit import TransactionLimit
from simulator.behaviours import display_message, smart_charging, transaction_limits
from simulator.behaviours.availability import report_changes, settle_service
from simulator.behaviours.meter_values import read_end, read_register, schedule_sample
from simulator.evse import Evse, Grant, Transaction
from simulator.outbox import Entry
from simulator.state import Alarm, Happening, StationState

# From the cable to the first current: pilot signal, lock and contactor take this long.
_HANDSHAKE_S = (0.5, 2.0)


def begin(state: StationState, evse: Evse, grant: Grant, now: float, *, trigger: str) -> None:
    """A transaction runs on the EVSE, whose cable is in; its start is said."""
    value = read_register(state, evse, now, context=ReadingContext.TRANSACTION_BEGIN)
    transaction = evse.transaction = _new_transaction(state, evse, grant, now)
    transaction.move(Trigger.PLUG)
    evse.grant, evse.is_being_paid = None, False
    reservation, evse.reservation = evse.reservation, None
    start = TransactionStart(
        occurred_at=value.measured_at,
        transaction_id=transaction.transaction_id,
        evse=evse.number,
        connector=1,
        id_token=grant.id_token,
        meter_wh=str(transaction.start_register_wh),
        meter_values=(value,) if state.traits.sends_updates else (),
        charging_state=charging_state_of(transaction.state),
        trigger=trigger,
        seq_no=transaction.next_seq_no(),
        is_offline=not state.is_online,
        tariff_id=_tariff_id(state, evse, transaction),
        remote_start_id=grant.remote_start_id,
        reservation_id=None if reservation is None else reservation.reservation_id,
    )
    state.post(start, evse=evse.number, transaction=transaction)
    state.note(Happening.TRANSACTION_STARTED, evse=evse.number, transaction=transaction)
    state.clear_alarm(Alarm.EV_CONNECT, evse=evse.number)
    for alarm in (Alarm.RESERVATION, Alarm.PAYMENT):
        state.clear_alarm(alarm, evse=evse.number)
    smart_charging.on_begin(state, evse, grant.profile, now)
    state.set_alarm(Alarm.POWER, now + state.rng.between(*_HANDSHAKE_S), evse=evse.number)
    schedule_sample(state, evse, now)
    report_changes(state, now)


def follow_vehicle(state: StationState, evse: Evse, now: float) -> None:
    """The current follows the car and the limits: it stops when the car has what it wants, or may have nothing."""
    transaction, vehicle = evse.transaction, evse.vehicle
    if transaction is None or vehicle is None:
        return
    evse.advance(now)
    is_satisfied = vehicle.is_satisfied and not evse.is_giving
    trigger = _next_trigger(transaction.state, is_satisfied=is_satisfied, is_withheld=evse.is_withheld)
    if trigger is not None:
        _move(state, evse, trigger, now)
    else:
        evse.settle()
    if transaction.state is TransactionState.CHARGING:
        state.set_alarm(Alarm.POWER, now + evse.steady_ms() / 1000, evse=evse.number)
    transaction_limits.schedule(state, evse, now)


def limit_to(state: StationState, evse: Evse, limit: TransactionLimit, now: float) -> None:
    """The CSMS lets the EVSE's transaction go no further than that, in the place of its limit before (E16)."""
    transaction = evse.transaction
    if transaction is not None:
        before, transaction.csms_limit = transaction.limit, limit
        _follow_limit(state, evse, transaction, before, now)


def choose_limit(state: StationState, evse: Evse, limit: TransactionLimit, now: float) -> None:
    """The driver wants the EVSE's transaction to go no further than that, nor than the CSMS lets it (E16)."""
    transaction = evse.transaction
    if transaction is not None:
        before, transaction.driver_limit = transaction.limit, limit
        _follow_limit(state, evse, transaction, before, now)


def on_limit_due(state: StationState, evse: Evse, now: float) -> None:
    """While a bound is reached nothing flows, and the CSMS has heard which; raised, the current follows (2.1 E16)."""
    transaction = evse.transaction
    if transaction is None or transaction.limit is None:
        return
    evse.advance(now)
    before, transaction.held_by = transaction.held_by, transaction_limits.holding(evse, state.instant(now))
    if before is not None and transaction.held_by is None:
        follow_vehicle(state, evse, now)
        return
    if transaction.held_by not in (None, before):
        _suspend(state, evse, transaction, trigger=transaction.held_by, now=now)
    transaction_limits.schedule(state, evse, now)


def show_cost(state: StationState, transaction: Transaction, cost: Decimal) -> None:
    """The display has what the CSMS says that it costs."""
    transaction.cost = cost
    state.note(Happening.COST_SHOWN, evse=transaction.evse, transaction=transaction, detail=str(cost))


def end(
    state: StationState,
    evse: Evse,
    now: float,
    *,
    reason: str,
    trigger: str,
    id_token: IdToken | None = None,
) -> None:
    """The EVSE's transaction has ended; its end is said. `reason` and `trigger` are 2.x words."""
    transaction = evse.transaction
    if transaction is None:
        return
    value = read_end(state, evse, now)
    says_readings = state.traits.sends_updates or bool(state.settings.sampled_at_end)
    transaction.move(Trigger.END)
    transaction.ended_at = value.measured_at
    transaction.end_register_wh = evse.meter.register_wh
    transaction.stopped_reason = reason
    evse.transaction = None
    evse.has_served = True
    evse.settle()
    settle_service(state, evse)
    message = TransactionEnd(
        occurred_at=value.measured_at,
        transaction_id=transaction.transaction_id,
        evse=evse.number,
        connector=1,
        id_token=id_token,
        meter_wh=str(transaction.end_register_wh),
        meter_values=(value,) if says_readings else (),
        charging_state=charging_state_of(transaction.state),
        trigger=trigger,
        seq_no=transaction.next_seq_no(),
        is_offline=not state.is_online,
        tariff_id=_tariff_id(state, evse, transaction),
        stopped_reason=reason,
    )
    state.post(message, evse=evse.number, transaction=transaction)
    state.note(Happening.TRANSACTION_ENDED, evse=evse.number, transaction=transaction, detail=reason)
    for alarm in (Alarm.POWER, Alarm.SAMPLE, Alarm.TX_LIMIT):
        state.clear_alarm(alarm, evse=evse.number)
    if evse.pending_reset:
        evse.pending_reset = False
        state.set_alarm(Alarm.EVSE_RESET, now, evse=evse.number)
    smart_charging.on_end(state, evse, now)
    display_message.on_transaction_end(state, transaction.transaction_id)


def interrupt(evse: Evse, now: float) -> None:
    """The station goes dark under the transaction: no current flows until `resume`."""
    evse.advance(now)
    evse.is_dark = True
    evse.settle()


def resume(state: StationState, evse: Evse, now: float) -> None:
    """The station is back, and a transaction that outlived the reset goes on (OCPP 2.1 B11)."""
    evse.advance(now)
    evse.is_dark = False
    transaction = evse.transaction
    if transaction is None:
        return
    say_update(state, evse, transaction, trigger="TxResumed", now=now)
    state.set_alarm(Alarm.POWER, now, evse=evse.number)
    schedule_sample(state, evse, now)
    smart_charging.follow_limits(state, now)


def on_reply(state: StationState, entry: Entry, reply: TransactionReply, now: float) -> None:
    """The CSMS knows of it. A start in 1.6 has its number now; a token that may not charge ends the transaction.

    What it says of costs is shown: while it goes on those so far (OCPP 2.0.1 I02), at its end the whole (I03). A limit
    holds from now on (OCPP 2.1 E16).
    """
    transaction, info = entry.transaction, reply.id_token_info
    assert transaction is not None  # every transaction message was posted with its transaction
    if reply.total_cost is not None:
        show_cost(state, transaction, reply.total_cost)
    if isinstance(entry.message, TransactionStart):
        transaction.transaction_id = transaction.transaction_id or reply.transaction_id
        transaction.is_start_acknowledged = True
        state.note(Happening.START_ACKNOWLEDGED, evse=entry.evse, transaction=transaction)
    elif isinstance(entry.message, TransactionEnd):
        transaction.is_end_acknowledged = True
        state.note(Happening.END_ACKNOWLEDGED, evse=entry.evse, transaction=transaction)
        return
    if info is not None:
        transaction.group = info.group or transaction.group
        if state.settings.uses_cache:
            state.cache.put(transaction.id_token, info)
    evse = state.evse(entry.evse)
    is_refused = info is not None and info.status is not AuthorizationStatus.ACCEPTED
    if is_refused and evse is not None and evse.transaction is transaction:
        end(state, evse, now, reason="DeAuthorized", trigger="Deauthorized")
        report_changes(state, now)
    if evse is None or evse.transaction is not transaction:
        return
    if reply.limit is not None:
        limit_to(state, evse, reply.limit, now)
    on_limit_due(state, evse, now)


def on_get_status(state: StationState, message: GetTransactionStatus, _now: float) -> TransactionStatusReply:
    """Whether the transaction runs, and whether anything of it, or of any, is still to be said (OCPP 2.0.1 E14)."""
    name = message.transaction_id
    told = [entry.transaction for entry in state.outbox if entry.transaction is not None]
    if name is None:
        return TransactionStatusReply(has_messages=bool(told))
    has_messages = any(transaction.transaction_id == name for transaction in told)
    return TransactionStatusReply(has_messages=has_messages, is_ongoing=state.find_transaction(name) is not None)


def numbered(message: msgspec.Struct, transaction: Transaction) -> msgspec.Struct:
    """The message with its transaction's name, which in 1.6 may have come after the message was made.

    A start carries none. Where the CSMS has refused the start there is no number: -1.
    """
    if isinstance(message, TransactionStart) or getattr(message, "transaction_id", None) is not None:
        return message
    name = transaction.transaction_id or TransactionId("-1")
    return msgspec.structs.replace(message, transaction_id=name)


def _follow_limit(
    state: StationState, evse: Evse, transaction: Transaction, before: TransactionLimit | None, now: float
) -> None:
    """What holds now is said where it is not what held before, and may be reached already."""
    if transaction.limit != before:
        say_update(state, evse, transaction, trigger="LimitSet", now=now, limit=transaction.limit)
        on_limit_due(state, evse, now)


def _new_transaction(state: StationState, evse: Evse, grant: Grant, now: float) -> Transaction:
    state.transaction_count += 1
    name = TransactionId(str(uuid.UUID(int=state.rng.bits(128), version=4)))
    return Transaction(
        local_id=f"{state.plan.station_id}-{state.transaction_count}",
        evse=evse.number,
        id_token=grant.id_token,
        started_at=state.instant(now),
        start_register_wh=evse.meter.register_wh,
        transaction_id=name if state.traits.names_transactions else None,
        group=grant.group,
        remote_start_id=grant.remote_start_id,
        tariff=grant.tariff,
    )


def _tariff_id(state: StationState, evse: Evse, transaction: Transaction) -> str | None:
    """The tariff that the transaction goes by: its driver's own, or the EVSE's default."""
    tariff = transaction.tariff or state.default_tariff(evse.number)
    return None if tariff is None else tariff.tariff_id


def _next_trigger(state: TransactionState, *, is_satisfied: bool, is_withheld: bool) -> Trigger | None:
    """What the car and the charging profiles make of the state; None: it stays."""
    if state is TransactionState.SUSPENDED_EV:
        return None if is_satisfied or is_withheld else Trigger.DRAW
    if state is TransactionState.CHARGING:
        return Trigger.PAUSE if is_satisfied else Trigger.WITHHOLD if is_withheld else None
    if is_withheld:
        return Trigger.WITHHOLD if state is TransactionState.EV_CONNECTED else None
    return Trigger.OFFER if is_satisfied else Trigger.DRAW


def _suspend(state: StationState, evse: Evse, transaction: Transaction, *, trigger: str, now: float) -> None:
    """The EVSE gives nothing, and the CSMS hears why: else it could be a charging profile (OCPP 2.1 E16.FR.05)."""
    if transaction.state is not TransactionState.SUSPENDED_EVSE:
        transaction.move(Trigger.WITHHOLD)
    evse.settle()
    say_update(state, evse, transaction, trigger=trigger, now=now)
    report_changes(state, now)


def _move(state: StationState, evse: Evse, trigger: Trigger, now: float) -> None:
    transaction = evse.transaction
    assert transaction is not None  # the caller has looked
    transaction.move(trigger)
    evse.settle()
    if state.traits.sends_updates:
        say_update(state, evse, transaction, trigger="ChargingStateChanged", now=now)
    report_changes(state, now)


def say_update(
    state: StationState,
    evse: Evse,
    transaction: Transaction,
    *,
    trigger: str,
    now: float,
    limit: TransactionLimit | None = None,
) -> None:
    """The transaction goes on; `trigger` is a 2.x word."""
    update = TransactionUpdate(
        occurred_at=state.instant(now),
        transaction_id=transaction.transaction_id,
        evse=evse.number,
        connector=1,
        charging_state=charging_state_of(transaction.state),
        trigger=trigger,
        seq_no=transaction.next_seq_no(),
        is_offline=not state.is_online,
        tariff_id=_tariff_id(state, evse, transaction),
        limit=limit,
    )
    state.post(update, evse=evse.number, transaction=transaction)
