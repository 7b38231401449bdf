"""What the CSMS asks for while people charge (OCPP 1.6 §5.11, §5.12, §5.17, §5.18; OCPP 2.0.1 F).

"Accepted" is said only of what will happen: a start begins a transaction, or waits for the cable.
"""

from collections.abc import Callable, Mapping, Sequence

from protocol.blocks.availability.messages import Heartbeat
from protocol.blocks.remote_control.messages import (
    ExtendedTriggerMessage,
    RequestStart,
    RequestStop,
    TriggerKind,
    TriggerMessage,
    UnlockConnector,
)
from protocol.domain.certificates import SigningUse
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import IdToken
from protocol.domain.metering import ReadingContext
from simulator.behaviours import (
    authorization,
    availability,
    certificates,
    diagnostics,
    firmware,
    meter_values,
    provisioning,
    publication,
    smart_charging,
    transactions,
)
from simulator.evse import Evse, Grant
from simulator.state import StationState

_ACCEPTED = CommandReply(status="Accepted")

Saying = Callable[[StationState, Sequence[Evse], float], bool]
"""Says something, and whether there was anything to say."""


def on_request_start(state: StationState, message: RequestStart, now: float) -> CommandReply:
    """A transaction begins on the EVSE, on the one with a waiting car, or waits for a cable."""
    if not state.is_accepted or state.pending_reset is not None:
        return _rejected("NotReady")
    evse = _choose_evse(state, message)
    if evse is None:
        return _rejected("NoFreeEVSE")
    if smart_charging.refuses_start(message.charging_profile, state):
        return _rejected("InvalidProfile")
    allowance = Grant(
        message.id_token,
        remote_start_id=message.remote_start_id,
        is_remote=True,
        profile=message.charging_profile,
    )
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
    return _trigger(state, message, now, _SAYINGS)


def on_extended_trigger(state: StationState, message: ExtendedTriggerMessage, now: float) -> CommandReply:
    """The same, by the action of 1.6's security extension, which has more to ask for."""
    return _trigger(state, message, now, _EXTENDED_SAYINGS)


def _trigger(
    state: StationState, message: TriggerMessage, now: float, sayings: Mapping[TriggerKind, Saying]
) -> CommandReply:
    say = sayings[message.requested]
    evses = state.evses if message.evse is None else [evse for evse in state.evses if evse.number == message.evse]
    return _ACCEPTED if evses and say(state, evses, now) else _rejected("NothingToSend")


def on_unlock(state: StationState, message: UnlockConnector, now: float) -> CommandReply:
    """The cable is let go; a transaction on it has ended first, where the version says so (OCPP 1.6 §5.18)."""
    evse = state.evse(message.evse)
    if evse is None or message.connector != 1:
        return CommandReply(status="UnknownConnector")
    if evse.transaction is not None and not state.traits.stops_on_unlock:
        return CommandReply(status="OngoingAuthorizedTransaction")
    # The word is 1.6's own (§7.36): no other version stops a transaction so.
    transactions.end(state, evse, now, reason="UnlockCommand", trigger="UnlockCommand")
    availability.report_changes(state, now)
    return CommandReply(status="Unlocked")


def _choose_evse(state: StationState, message: RequestStart) -> Evse | None:
    """The free EVSE of that number; without one, any free EVSE: his reserved one, then those with a waiting car."""
    evses = state.evses if message.evse is None else [evse for evse in state.evses if evse.number == message.evse]
    free = [evse for evse in evses if _is_free_for(evse, message.id_token)]
    return max(free, key=lambda evse: (evse.reservation is not None, evse.vehicle is not None), default=None)


def _is_free_for(evse: Evse, id_token: IdToken) -> bool:
    is_idle = evse.transaction is None and evse.grant is None and evse.asked is None
    is_kept_from_him = evse.reservation is not None and not evse.reservation.admits(id_token, None)
    return is_idle and evse.is_in_service and not is_kept_from_him


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


def _say_firmware(state: StationState, _evses: Sequence[Evse], _now: float) -> bool:
    firmware.say_status(state, is_triggered=True)
    return True


def _say_upload(state: StationState, _evses: Sequence[Evse], _now: float) -> bool:
    diagnostics.say_status(state, is_of_log=not state.traits.has_diagnostics_status)
    return True


def _say_publication(state: StationState, _evses: Sequence[Evse], _now: float) -> bool:
    publication.say_status(state, is_triggered=True)
    return True


def _say_log(state: StationState, _evses: Sequence[Evse], _now: float) -> bool:
    diagnostics.say_status(state, is_of_log=True)
    return True


def _asking_for_certificate(use: SigningUse | None) -> Saying:
    def ask(state: StationState, _evses: Sequence[Evse], _now: float) -> bool:
        certificates.ask_for_certificate(state, use)
        return True

    return ask


_SAYINGS: Mapping[TriggerKind, Saying] = {
    TriggerKind.BOOT_NOTIFICATION: _say_boot,
    TriggerKind.HEARTBEAT: _say_heartbeat,
    TriggerKind.STATUS_NOTIFICATION: _say_status,
    TriggerKind.METER_VALUES: _say_readings,
    TriggerKind.TRANSACTION_EVENT: _say_transactions,
    TriggerKind.FIRMWARE_STATUS_NOTIFICATION: _say_firmware,
    TriggerKind.LOG_STATUS_NOTIFICATION: _say_upload,
    TriggerKind.PUBLISH_FIRMWARE_STATUS_NOTIFICATION: _say_publication,
    TriggerKind.SIGN_STATION_CERTIFICATE: _asking_for_certificate(SigningUse.STATION),
    TriggerKind.SIGN_V2G_CERTIFICATE: _asking_for_certificate(SigningUse.V2G),
    TriggerKind.SIGN_COMBINED_CERTIFICATE: _asking_for_certificate(None),
}
_EXTENDED_SAYINGS: Mapping[TriggerKind, Saying] = {
    **_SAYINGS,
    TriggerKind.LOG_STATUS_NOTIFICATION: _say_log,
}


def _rejected(reason: str) -> CommandReply:
    return CommandReply(status="Rejected", reason=reason)
