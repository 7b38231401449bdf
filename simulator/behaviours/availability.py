"""Being there: heartbeats, and the states of connectors (OCPP 1.6 §4.6, §4.9; OCPP 2.0.1 G01, G02).

Invariant: while the station is online and accepted, what the CSMS was told of a connector is what it is.
"""

from collections.abc import Iterable

from protocol.blocks.availability.messages import Heartbeat, StatusNotification
from protocol.domain.status import ChargingState, ConnectorStatus
from simulator.evse import Evse
from simulator.outbox import Entry
from simulator.state import Alarm, StationState


def report_changes(state: StationState, now: float) -> None:
    """Every connector whose state the CSMS does not know is reported; 1.6 reports the station itself once a boot."""
    if not (state.is_online and state.is_accepted):
        return
    if state.traits.has_station_status and not state.has_reported_itself:
        state.has_reported_itself = True
        state.post(StatusNotification(status=ConnectorStatus.AVAILABLE, occurred_at=state.instant(now)))
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
        occurred_at=state.instant(now),
    )
    state.post(message, evse=evse.number, is_triggered=is_triggered)


def forget_reports(state: StationState, entries: Iterable[Entry]) -> None:
    """These did not arrive: what they reported is unknown to the CSMS."""
    for entry in entries:
        if not isinstance(entry.message, StatusNotification):
            continue
        evse = state.evse(entry.evse)
        if evse is None:
            state.has_reported_itself = False
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
