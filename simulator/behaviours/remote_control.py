"""What the CSMS asks for while people charge (OCPP 1.6 §5.11, §5.12, §5.17; OCPP 2.0.1 F01 to F03, F06).

"Accepted" is said only of what will happen: a start begins a transaction, or waits for the cable.
"""

from collections.abc import Callable, Mapping, Sequence

from protocol.blocks.availability.messages import Heartbeat
from protocol.blocks.remote_control.messages import RequestStart, RequestStop, TriggerKind, TriggerMessage
from protocol.domain.commands import CommandReply
from protocol.domain.metering import ReadingContext
from simulator.behaviours import authorization, availability, meter_values, provisioning, transactions
from simulator.evse import Evse, Grant
from simulator.state import StationState

_ACCEPTED = CommandReply(status="Accepted")
_NOT_IMPLEMENTED = CommandReply(status="NotImplemented")


def on_request_start(state: StationState, message: RequestStart, now: float) -> CommandReply:
    """A transaction begins on the EVSE, on the one with a waiting car, or waits for a cable."""
    if not state.is_accepted or state.pending_reset is not None:
        return _rejected("NotReady")
    evse = _choose_evse(state, message.evse)
    if evse is None:
        return _rejected("NoFreeEVSE")
    allowance = Grant(message.id_token, remote_start_id=message.remote_start_id, is_remote=True)
    authorization.grant(state, evse, allowance, now)
    return _ACCEPTED


def on_request_stop(state: StationState, message: RequestStop, now: float) -> CommandReply:
    """The transaction has ended, if it runs here."""
    evse = state.find_transaction(message.transaction_id)
    if evse is None:
        return _rejected("TxNotFound")
    transactions.end(state, evse, now, reason="Remote", trigger="RemoteStop")
    availability.report_changes(state, now)
    return _ACCEPTED


def on_trigger(state: StationState, message: TriggerMessage, now: float) -> CommandReply:
    """The message that was asked for follows the answer."""
    say = _SAYINGS.get(message.requested)
    if say is None:
        return _NOT_IMPLEMENTED
    evses = state.evses if message.evse is None else [evse for evse in state.evses if evse.number == message.evse]
    return _ACCEPTED if evses and say(state, evses, now) else _rejected("NothingToSend")


def _choose_evse(state: StationState, number: int | None) -> Evse | None:
    """The free EVSE of that number; without one, any free EVSE: first those with a waiting car."""
    evses = state.evses if number is None else [evse for evse in state.evses if evse.number == number]
    free = [evse for evse in evses if evse.transaction is None and evse.grant is None and evse.asked is None]
    return next((evse for evse in free if evse.vehicle is not None), free[0] if free else None)


def _say_boot(state: StationState, _evses: Sequence[Evse], now: float) -> bool:
    if state.is_accepted and not state.traits.boots_again_on_trigger:
        return False
    provisioning.boot(state, now, is_triggered=True)
    return True


def _say_heartbeat(state: StationState, _evses: Sequence[Evse], _now: float) -> bool:
    state.post(Heartbeat(), is_triggered=True)
    return True


def _say_status(state: StationState, evses: Sequence[Evse], now: float) -> bool:
    for evse in evses:
        availability.report_connector(state, evse, now, is_triggered=True)
    return True


def _say_readings(state: StationState, evses: Sequence[Evse], now: float) -> bool:
    for evse in evses:
        meter_values.say_readings(state, evse, now, context=ReadingContext.TRIGGER, trigger="Trigger")
    return True


def _say_transactions(state: StationState, evses: Sequence[Evse], now: float) -> bool:
    running = [evse for evse in evses if evse.transaction is not None]
    return bool(running) and _say_readings(state, running, now)


_SAYINGS: Mapping[TriggerKind, Callable[[StationState, Sequence[Evse], float], bool]] = {
    TriggerKind.BOOT_NOTIFICATION: _say_boot,
    TriggerKind.HEARTBEAT: _say_heartbeat,
    TriggerKind.STATUS_NOTIFICATION: _say_status,
    TriggerKind.METER_VALUES: _say_readings,
    TriggerKind.TRANSACTION_EVENT: _say_transactions,
}


def _rejected(reason: str) -> CommandReply:
    return CommandReply(status="Rejected", reason=reason)
