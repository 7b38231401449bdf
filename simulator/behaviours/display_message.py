"""Messages on the station's display (OCPP 2.0.1 O01 to O06).

Invariants:
1. One message at most is always in front; a second one takes its place.
2. A message whose time is over, or whose transaction has ended, is gone: neither shown nor reported.
3. Shown is what fits the state of the station: the one that is always in front; without one, all that are in front;
   without those, the normal cycle.
"""

from datetime import datetime

from protocol.blocks.display_message.messages import (
    ClearDisplayMessage,
    DisplayMessage,
    GetDisplayMessages,
    MessageFormat,
    MessagePriority,
    MessageState,
    NotifyDisplayMessages,
    SetDisplayMessage,
)
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import TransactionId
from protocol.domain.status import ChargingState
from simulator.state import StationState

MAX_MESSAGES = 20
FORMATS = (MessageFormat.ASCII, MessageFormat.UTF8, MessageFormat.URI)
_REPORTED_AT_ONCE = 4
_SUSPENDED = frozenset((ChargingState.SUSPENDED_EV, ChargingState.SUSPENDED_EVSE))
_STATES = frozenset((MessageState.CHARGING, MessageState.IDLE, MessageState.UNAVAILABLE, MessageState.SUSPENDED))


def on_set(state: StationState, message: SetDisplayMessage, now: float) -> CommandReply:
    """It is shown in its time and state, in the place of one with its id."""
    new = message.message
    refusal = _refuse(state, new, now)
    if refusal is not None:
        return CommandReply(status=refusal)
    state.display = (*(one for one in _current(state, now) if not _gives_way(one, new)), new)
    return CommandReply(status="Accepted")


def on_get(state: StationState, message: GetDisplayMessages, now: float) -> CommandReply:
    """Those that fit follow in parts (O03, O04)."""
    found = tuple(one for one in _current(state, now) if _is_asked_for(one, message))
    if not found:
        return CommandReply(status="Unknown")
    for start in range(0, len(found), _REPORTED_AT_ONCE):
        part = NotifyDisplayMessages(
            request_id=message.request_id,
            messages=found[start : start + _REPORTED_AT_ONCE],
            is_last=start + _REPORTED_AT_ONCE >= len(found),
        )
        state.post(part, is_triggered=True)
    return CommandReply(status="Accepted")


def on_clear(state: StationState, message: ClearDisplayMessage, now: float) -> CommandReply:
    """It is forgotten (O05)."""
    current = _current(state, now)
    state.display = tuple(one for one in current if one.message_id != message.message_id)
    return CommandReply(status="Unknown" if len(state.display) == len(current) else "Accepted")


def on_transaction_end(state: StationState, transaction_id: TransactionId | None) -> None:
    """What was to be shown for as long as the transaction ran is gone (O02)."""
    if state.display and transaction_id is not None:
        state.display = tuple(one for one in state.display if one.transaction_id != transaction_id)


def shown(state: StationState, at: datetime) -> tuple[DisplayMessage, ...]:
    """What is on the display at that instant."""
    fitting = [one for one in state.display if _is_in_time(one, at) and one.state in (None, _state_of(state))]
    for priority in (MessagePriority.ALWAYS_FRONT, MessagePriority.IN_FRONT):
        leading = tuple(one for one in fitting if one.priority is priority)
        if leading:
            return leading
    return tuple(fitting)


def _refuse(state: StationState, message: DisplayMessage, now: float) -> str | None:
    """The status that says why it cannot be shown; None where it can."""
    if message.format not in FORMATS:
        return "NotSupportedMessageFormat"
    if message.state is not None and message.state not in _STATES:
        return "NotSupportedState"
    if message.transaction_id is not None and state.find_transaction(TransactionId(message.transaction_id)) is None:
        return "UnknownTransaction"
    kept = [one for one in _current(state, now) if not _gives_way(one, message)]
    is_over = message.ends_at is not None and message.ends_at <= state.instant(now)
    return "Rejected" if is_over or len(kept) >= MAX_MESSAGES else None


def _gives_way(one: DisplayMessage, new: DisplayMessage) -> bool:
    is_in_the_way = one.priority is new.priority is MessagePriority.ALWAYS_FRONT
    return one.message_id == new.message_id or is_in_the_way


def _current(state: StationState, now: float) -> tuple[DisplayMessage, ...]:
    at = state.instant(now)
    return tuple(one for one in state.display if one.ends_at is None or at < one.ends_at)


def _is_in_time(message: DisplayMessage, at: datetime) -> bool:
    has_begun = message.starts_at is None or message.starts_at <= at
    return has_begun and (message.ends_at is None or at < message.ends_at)


def _is_asked_for(message: DisplayMessage, order: GetDisplayMessages) -> bool:
    return (
        (not order.message_ids or message.message_id in order.message_ids)
        and order.priority in (None, message.priority)
        and order.state in (None, message.state)
    )


def _state_of(state: StationState) -> MessageState:
    charging_states = {evse.status[1] for evse in state.evses if evse.transaction is not None}
    if charging_states & _SUSPENDED == charging_states and charging_states:
        return MessageState.SUSPENDED
    if charging_states:
        return MessageState.CHARGING
    return MessageState.IDLE if any(evse.is_operative for evse in state.evses) else MessageState.UNAVAILABLE
