"""Boot, and the resets that lead to one (OCPP 1.6 §4.2, §5.14; OCPP 2.0.1 B01 to B03, B11, B12).

Invariants:
1. A station boots after power-up and after a reset, never because a socket was lost (OCPP 2.0.1 B01.FR.01).
2. Before a reset the transactions end, and their ends are said first where the CSMS answers in time.
3. A reset forgets who was waiting for a cable; it forgets no fact, and nothing that the CSMS has set.
"""

from dataclasses import replace as changed
from functools import lru_cache

from protocol.blocks.provisioning.messages import BootNotification, BootReason, BootReply, Reset, ResetKind
from protocol.domain.commands import CommandReply
from protocol.domain.status import RegistrationStatus
from simulator.behaviours import meter_values, network, transactions
from simulator.behaviours.availability import report_changes, schedule_heartbeat
from simulator.evse import Evse
from simulator.plan import Settings
from simulator.state import Alarm, Happening, StationState

_OUTLIVES_RESET = frozenset(
    (
        Alarm.RESERVATION,
        Alarm.LIMIT,
        Alarm.CHAIN_STATUS,
        Alarm.FIRMWARE,
        Alarm.UPLOAD,
        Alarm.PUBLICATION,
        Alarm.SCHEDULE_UPDATE,
    )
)
_GRACE_S = {ResetKind.IMMEDIATE: 2.0, ResetKind.ON_IDLE: 10.0, ResetKind.IMMEDIATE_AND_RESUME: 2.0}
_LAST_WORDS_S = 0.2
_DARK_S = (2.0, 5.0)


def on_online(state: StationState, now: float) -> None:
    """A socket is there: the station boots if it has to, else goes on where it was."""
    if state.boot_reason is not None:
        boot(state, now)
    report_changes(state, now)


def boot(state: StationState, _now: float, *, is_triggered: bool = False) -> None:
    """The boot is said if the station is online; else it will be when it is."""
    state.clear_alarm(Alarm.BOOT)
    if not state.is_online or state.outbox.is_urgent(BootNotification):
        return
    plan = state.plan
    message = BootNotification(
        vendor=plan.vendor,
        model=plan.model,
        serial_number=plan.station_id[:25],
        firmware_version=state.firmware_version,
        reason=BootReason.TRIGGERED if is_triggered else state.boot_reason or BootReason.UNKNOWN,
    )
    state.post(message, is_triggered=is_triggered)


def on_boot_reply(state: StationState, reply: BootReply, now: float) -> None:
    """Accepted: the station works. Otherwise it boots again after the interval, and says nothing else until then."""
    state.registration = reply.status
    if reply.status is not RegistrationStatus.ACCEPTED:
        boot_later(state, now, wait_s=reply.interval_s)
        return
    state.boot_reason = None
    meter_values.schedule_aligned(state, now)
    if reply.interval_s > 0:
        state.settings = _beating_every(state.settings, reply.interval_s)
    # Stations that were switched on together would beat together.
    schedule_heartbeat(state, now + state.settings.heartbeat_interval_s * state.rng.between(0.5, 1.0))
    state.note(Happening.BOOTED)
    report_changes(state, now)


@lru_cache
def _beating_every(settings: Settings, interval_s: int) -> Settings:
    """The settings with this interval: the same object for all stations that are told the same."""
    return changed(settings, heartbeat_interval_s=interval_s)


def boot_later(state: StationState, now: float, *, wait_s: int = 0) -> None:
    """The boot is said again: after `wait_s`, or after the station's own interval."""
    state.set_alarm(Alarm.BOOT, now + (wait_s or state.settings.boot_retry_s))


def on_reset(state: StationState, message: Reset, now: float) -> CommandReply:
    """The station resets now, or when its last transaction has ended."""
    if message.evse is not None:
        return _reset_evse(state, message, now)
    if state.pending_reset is not None or state.is_rebooting:
        return CommandReply(status="Rejected", reason="ResetInProgress")
    state.pending_reset = message
    if message.kind is ResetKind.ON_IDLE and state.traits.waits_for_idle and state.is_charging:
        return CommandReply(status="Scheduled")
    if message.kind is ResetKind.IMMEDIATE_AND_RESUME:
        return CommandReply(status="Accepted")
    reason = "ImmediateReset" if message.kind is ResetKind.IMMEDIATE else "Reboot"
    for evse in state.evses:
        transactions.end(state, evse, now, reason=reason, trigger="ResetCommand")
    report_changes(state, now)
    return CommandReply(status="Accepted")


def on_evse_reset(state: StationState, evse: Evse, now: float) -> None:
    """The EVSE goes dark; the second time, it is back."""
    evse.is_resetting = not evse.is_resetting
    if evse.is_resetting:
        evse.grant = None
        state.clear_alarm(Alarm.EV_CONNECT, evse=evse.number)
        state.set_alarm(Alarm.EVSE_RESET, now + state.rng.between(*_DARK_S), evse=evse.number)
    report_changes(state, now)


def pursue_reset(state: StationState, now: float) -> None:
    """A reset that was asked for happens once nothing is left to say, and at the latest when its grace is over."""
    if state.pending_reset is None or (state.is_charging and not _resumes(state.pending_reset)):
        return
    due_at = state.alarms.get((Alarm.REBOOT, 0))
    if due_at is None:
        due_at = now + _GRACE_S[state.pending_reset.kind]
    if not state.outbox.has_facts:
        due_at = min(due_at, now + _LAST_WORDS_S)
    state.set_alarm(Alarm.REBOOT, due_at)


def reboot(state: StationState, now: float) -> None:
    """The station goes dark; the second time, it is back."""
    if state.is_rebooting:
        state.is_rebooting = False
        for evse in state.evses:
            transactions.resume(state, evse, now)
        return
    state.pending_reset = None
    state.is_rebooting = True
    state.registration = None
    state.boot_reason = BootReason.REMOTE_RESET
    state.reported_itself = None
    if state.settings_after_reboot is not None:
        state.settings, state.settings_after_reboot = state.settings_after_reboot, None
    network.on_reset(state)
    state.alarms = {key: at for key, at in state.alarms.items() if key[0] in _OUTLIVES_RESET}
    for evse in state.evses:
        evse.grant = evse.reported = None
        evse.is_being_paid = evse.is_resetting = evse.pending_reset = False
        transactions.interrupt(evse, now)
    state.set_alarm(Alarm.REBOOT, now + state.rng.between(*_DARK_S))


def _reset_evse(state: StationState, message: Reset, now: float) -> CommandReply:
    """The EVSE resets by itself, and the station goes on (OCPP 2.0.1 B11, B12)."""
    evse = None if message.evse is None else state.evse(message.evse)
    if evse is None or _resumes(message):
        return CommandReply(status="Rejected", reason="UnknownEVSE" if evse is None else "OnlyWholeStation")
    if evse.is_resetting or evse.pending_reset or state.pending_reset is not None:
        return CommandReply(status="Rejected", reason="ResetInProgress")
    if evse.transaction is None:
        state.set_alarm(Alarm.EVSE_RESET, now, evse=evse.number)
        return CommandReply(status="Accepted")
    evse.pending_reset = True
    if message.kind is ResetKind.ON_IDLE:
        return CommandReply(status="Scheduled")
    transactions.end(state, evse, now, reason="ImmediateReset", trigger="ResetCommand")
    report_changes(state, now)
    return CommandReply(status="Accepted")


def _resumes(reset: Reset) -> bool:
    return reset.kind is ResetKind.IMMEDIATE_AND_RESUME
