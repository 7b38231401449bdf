"""Being there and in service: heartbeats, states of connectors, availability (OCPP 1.6 §4.6, §4.9, §5.2; 2.0.1 G).

Invariant: while the station is online and accepted, what the CSMS was told of a connector is what it is.
"""

from collections.abc import Iterable

from protocol.blocks.availability.messages import (
    ChangeAvailability,
    Heartbeat,
    OperationalStatus,
    StatusNotification,
)
from protocol.domain.commands import CommandReply
from protocol.domain.status import ChargingState, ConnectorStatus
from simulator.evse import Evse
from simulator.outbox import Entry
from simulator.state import Alarm, StationState


def report_changes(state: StationState, now: float) -> None:
    """Every connector whose state the CSMS does not know is reported; in 1.6 the station itself is one (§3.8)."""
    if not (state.is_online and state.is_accepted):
        return
    itself = ConnectorStatus.AVAILABLE if state.is_operative else ConnectorStatus.UNAVAILABLE
    if state.traits.has_station_status and state.reported_itself is not itself:
        state.reported_itself = itself
        state.post(StatusNotification(status=itself, occurred_at=state.instant(now)))
    for evse in state.evses:
        if evse.reported != _what_is_told(state, evse):
            report_connector(state, evse, now)


def report_connector(state: StationState, evse: Evse, now: float, *, is_triggered: bool = False) -> None:
    """The connector's state is said as it is now."""
    status, charging_state = evse.reported = _what_is_told(state, evse)
    message = StatusNotification(
        status=status,
        evse=evse.number,
        connector=1,
        charging_state=charging_state,
        error_code=evse.defect,
        occurred_at=state.instant(now),
    )
    state.post(message, evse=evse.number, is_triggered=is_triggered)


def on_change_availability(state: StationState, message: ChangeAvailability, now: float) -> CommandReply:
    """The EVSE, or every one and the station itself, is in or out of service: now, or when its transaction has ended.

    It stays so over a reset (OCPP 1.6 §5.2).
    """
    evses = state.evses if message.evse is None else [evse for evse in state.evses if evse.number == message.evse]
    if not evses or message.connector not in (None, 1):
        return CommandReply(status="Rejected", reason="UnknownEVSE")
    is_operative = message.status is OperationalStatus.OPERATIVE
    if message.evse is None:
        state.is_operative = is_operative
    for evse in evses:
        evse.becomes_operative = is_operative
    changed = [settle_service(state, evse) for evse in evses]
    report_changes(state, now)
    return CommandReply(status="Accepted" if all(changed) else "Scheduled")


def settle_service(state: StationState, evse: Evse) -> bool:
    """Whether the EVSE is in the service that it was asked to be in; one that goes out of it lets nobody wait."""
    if evse.becomes_operative is None:
        return True
    if evse.transaction is not None and not evse.becomes_operative:
        return False
    evse.is_operative, evse.becomes_operative = evse.becomes_operative, None
    if not evse.is_operative:
        evse.grant = evse.reservation = None
        state.clear_alarm(Alarm.EV_CONNECT, evse=evse.number)
        state.clear_alarm(Alarm.RESERVATION, evse=evse.number)
    return True


def forget_reports(state: StationState, entries: Iterable[Entry]) -> None:
    """These did not arrive: what they reported is unknown to the CSMS."""
    for entry in entries:
        if not isinstance(entry.message, StatusNotification):
            continue
        evse = state.evse(entry.evse)
        if evse is None:
            state.reported_itself = None
        else:
            evse.reported = None


def beat(state: StationState, now: float) -> None:
    """A heartbeat is said if the station is online, and the next one is due in an interval."""
    if state.is_online and state.is_accepted and not state.outbox.is_urgent(Heartbeat):
        state.post(Heartbeat())
    schedule_heartbeat(state, now + state.settings.heartbeat_interval_s)


def schedule_heartbeat(state: StationState, at: float) -> None:
    """The next heartbeat is due at `at`; with an interval of 0 none is."""
    if state.settings.heartbeat_interval_s > 0:
        state.set_alarm(Alarm.HEARTBEAT, at)


def _what_is_told(state: StationState, evse: Evse) -> tuple[ConnectorStatus, ChargingState | None]:
    status, charging_state = evse.status
    return status, None if state.traits.sends_updates else charging_state
