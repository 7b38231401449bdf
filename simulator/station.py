"""A whole charging station without I/O: people and the CSMS act on it, it fills its outbox and says when to wake it.

Invariants:
1. Nothing here waits or reads a clock: what happens is a function of the state, what came, and `now`.
2. What a station has to say is in its outbox, in its order; the link takes it from there (`simulator.link`).
3. `wake_at` is never in the past after `wake(now)`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from protocol.blocks.authorization.messages import Authorize, ClearCache
from protocol.blocks.availability.messages import ChangeAvailability, StatusNotification
from protocol.blocks.certificates.messages import (
    CertificateSigned,
    DeleteCertificate,
    GetCertificateChainStatus,
    GetInstalledCertificates,
    InstallCertificate,
)
from protocol.blocks.data_transfer.messages import DataTransfer
from protocol.blocks.diagnostics.messages import CustomerInformation, GetDiagnostics, GetLog
from protocol.blocks.display_message.messages import ClearDisplayMessage, GetDisplayMessages, SetDisplayMessage
from protocol.blocks.event_streams.messages import AdjustEventStream, GetEventStreams, OpenEventStream
from protocol.blocks.firmware.messages import PublishFirmware, SignedUpdateFirmware, UnpublishFirmware, UpdateFirmware
from protocol.blocks.local_auth_list.messages import GetLocalListVersion, SendLocalList
from protocol.blocks.meter_values.messages import MeterValues
from protocol.blocks.monitoring.messages import (
    ClearVariableMonitoring,
    GetMonitoringReport,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetVariableMonitoring,
)
from protocol.blocks.payment.messages import WebPaymentStarted
from protocol.blocks.provisioning.messages import (
    BootNotification,
    GetBaseReport,
    GetReport,
    GetVariables,
    Reset,
    SetNetworkProfile,
    SetVariables,
)
from protocol.blocks.remote_control.messages import (
    ExtendedTriggerMessage,
    RequestStart,
    RequestStop,
    TriggerMessage,
    UnlockConnector,
)
from protocol.blocks.reservation.messages import CancelReservation, ReserveNow
from protocol.blocks.smart_charging.messages import (
    ClearChargingProfile,
    GetChargingProfiles,
    GetCompositeSchedule,
    NotifyAllowedEnergyTransfer,
    PullScheduleUpdate,
    SetChargingProfile,
    UpdateDynamicSchedule,
    UsePriorityCharging,
)
from protocol.blocks.tariff_and_cost.messages import (
    ChangeTransactionTariff,
    ClearTariffs,
    CostUpdated,
    GetTariffs,
    SetDefaultTariff,
)
from protocol.blocks.transactions.messages import GetTransactionStatus, TransactionEvent
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import IdToken
from protocol.domain.transaction_limit import TransactionLimit
from protocol.errors import ActionNotSupported
from simulator.behaviours import (
    authorization,
    availability,
    certificates,
    chain_status,
    configuration,
    customer_information,
    data_transfer,
    device_report,
    diagnostics,
    display_message,
    dynamic_charging,
    event_streams,
    firmware,
    local_auth_list,
    meter_values,
    monitoring,
    network,
    payment,
    provisioning,
    publication,
    remote_control,
    reservation,
    smart_charging,
    tariff_and_cost,
    transactions,
)
from simulator.chance import Chance
from simulator.evse import Evse
from simulator.outbox import Entry
from simulator.plan import StationPlan, back_off_s
from simulator.state import Alarm, Happening, Notice, StationState
from simulator.vehicle import Vehicle

_STATUS_SILENCES = 3

Command = Callable[[StationState, Any, float], msgspec.Struct]  # Any: the key of the table is its type

COMMANDS: Mapping[type[msgspec.Struct], Command] = {
    Reset: provisioning.on_reset,
    GetVariables: configuration.on_get_variables,
    GetBaseReport: device_report.on_get_base_report,
    GetReport: device_report.on_get_report,
    RequestStart: remote_control.on_request_start,
    RequestStop: remote_control.on_request_stop,
    TriggerMessage: remote_control.on_trigger,
    ExtendedTriggerMessage: remote_control.on_extended_trigger,
    UnlockConnector: remote_control.on_unlock,
    SetVariables: configuration.on_set_variables,
    ChangeAvailability: availability.on_change_availability,
    ClearCache: authorization.on_clear_cache,
    GetLocalListVersion: local_auth_list.on_get_version,
    SendLocalList: local_auth_list.on_send_list,
    ReserveNow: reservation.on_reserve,
    CancelReservation: reservation.on_cancel,
    SetChargingProfile: smart_charging.on_set_profile,
    ClearChargingProfile: smart_charging.on_clear_profile,
    GetCompositeSchedule: smart_charging.on_get_composite,
    GetChargingProfiles: smart_charging.on_get_profiles,
    UpdateFirmware: firmware.on_update,
    SignedUpdateFirmware: firmware.on_signed_update,
    GetLog: diagnostics.on_get_log,
    GetDiagnostics: diagnostics.on_get_diagnostics,
    InstallCertificate: certificates.on_install,
    DeleteCertificate: certificates.on_delete,
    GetInstalledCertificates: certificates.on_get_installed,
    CertificateSigned: certificates.on_signed,
    DataTransfer: data_transfer.on_data_transfer,
    GetTransactionStatus: transactions.on_get_status,
    CostUpdated: tariff_and_cost.on_cost,
    SetDefaultTariff: tariff_and_cost.on_set_default,
    GetTariffs: tariff_and_cost.on_get,
    ClearTariffs: tariff_and_cost.on_clear,
    ChangeTransactionTariff: tariff_and_cost.on_change,
    SetNetworkProfile: network.on_set_profile,
    SetMonitoringBase: monitoring.on_set_base,
    SetMonitoringLevel: monitoring.on_set_level,
    SetVariableMonitoring: monitoring.on_set_monitors,
    ClearVariableMonitoring: monitoring.on_clear_monitors,
    GetMonitoringReport: monitoring.on_get_report,
    AdjustEventStream: event_streams.on_adjust,
    GetEventStreams: event_streams.on_get,
    SetDisplayMessage: display_message.on_set,
    GetDisplayMessages: display_message.on_get,
    ClearDisplayMessage: display_message.on_clear,
    CustomerInformation: customer_information.on_request,
    PublishFirmware: publication.on_publish,
    UnpublishFirmware: publication.on_unpublish,
    WebPaymentStarted: payment.on_web_payment,
    UpdateDynamicSchedule: dynamic_charging.on_update,
    UsePriorityCharging: dynamic_charging.on_priority,
    NotifyAllowedEnergyTransfer: dynamic_charging.on_energy_transfer,
}
"""What the CSMS may ask."""

_ON_EVSE: Mapping[Alarm, Callable[[StationState, Evse, float], None]] = {
    Alarm.POWER: transactions.follow_vehicle,
    Alarm.SAMPLE: meter_values.take_sample,
    Alarm.EV_CONNECT: authorization.on_no_cable,
    Alarm.RESERVATION: reservation.on_expiry,
    Alarm.PAYMENT: payment.on_timeout,
    Alarm.TX_LIMIT: transactions.on_limit_due,
    Alarm.EVSE_RESET: provisioning.on_evse_reset,
}
_ON_STATION: Mapping[Alarm, Callable[[StationState, float], None]] = {
    Alarm.BOOT: provisioning.boot,
    Alarm.REBOOT: provisioning.reboot,
    Alarm.HEARTBEAT: availability.beat,
    Alarm.LIMIT: smart_charging.on_limit_due,
    Alarm.FIRMWARE: firmware.on_due,
    Alarm.UPLOAD: diagnostics.on_due,
    Alarm.PUBLICATION: publication.on_due,
    Alarm.MONITOR: monitoring.look,
    Alarm.NEW_SOCKET: network.on_leaving,
    Alarm.ALIGNED: meter_values.take_aligned,
    Alarm.CHAIN_STATUS: chain_status.ask,
    Alarm.SCHEDULE_UPDATE: dynamic_charging.on_pull_due,
}


class Station:
    """One station. `instant` tells the UTC time of a `now`; `rng` is the station's alone."""

    __slots__ = ("state",)

    def __init__(
        self, plan: StationPlan, *, rng: Chance, instant: Callable[[float], datetime], now: float = 0.0
    ) -> None:
        self.state = StationState.of(plan, rng=rng, instant=instant, now=now)

    def plug_in(self, evse: int, vehicle: Vehicle, now: float) -> None:
        """The car's cable is in. Raises ValueError where another car is, or where the cable does not fit the car."""
        place = self._evse(evse)
        if not vehicle.model.can_charge(is_dc=place.outlet.is_dc):
            raise ValueError(f"a {vehicle.model.name} has no inlet for EVSE {evse} of {self.state.plan.station_id}")
        if place.vehicle is not None:
            raise ValueError(f"EVSE {evse} of {self.state.plan.station_id} has a car already")
        place.advance(now)
        place.vehicle, place.has_served = vehicle, False
        place.settle()
        authorization.on_cable(self.state, place, now)
        self._settle(now)

    def unplug(self, evse: int, now: float) -> Vehicle | None:
        """The cable is out, and the car that was on it is returned; its transaction has ended."""
        place = self._evse(evse)
        transactions.end(self.state, place, now, reason="EVDisconnected", trigger="EVCommunicationLost")
        place.advance(now)
        vehicle, place.vehicle, place.has_served = place.vehicle, None, False
        place.settle()
        availability.report_changes(self.state, now)
        self._settle(now)
        return vehicle

    def present_token(self, evse: int, id_token: IdToken, now: float) -> None:
        """Somebody holds a token at the EVSE's reader."""
        authorization.present(self.state, self._evse(evse), id_token, now)
        self._settle(now)

    def limit(self, evse: int, limit: TransactionLimit, now: float) -> None:
        """A driver has chosen how far the transaction that runs goes."""
        transactions.choose_limit(self.state, self._evse(evse), limit, now)
        self._settle(now)

    def stop_locally(self, evse: int, now: float) -> None:
        """The transaction ends by the button on the station, whoever started it."""
        transactions.end(self.state, self._evse(evse), now, reason="Local", trigger="StopAuthorized")
        availability.report_changes(self.state, now)

    def go_online(self, now: float) -> None:
        """A socket to the CSMS is open."""
        self.state.is_online = True
        network.on_connected(self.state)
        self.state.outbox.forget_waits()
        self.state.note(Happening.ONLINE)
        provisioning.on_online(self.state, now)

    def go_offline(self, now: float) -> None:
        """The socket is gone: what bears on transactions is kept, the rest is dropped."""
        state = self.state
        state.is_online = False
        state.note(Happening.OFFLINE)
        dropped = state.outbox.drop_urgent()
        availability.forget_reports(state, dropped)
        for entry in dropped:
            self._leave_unanswered(entry, now)

    def fail_to_connect(self) -> None:
        """No socket to the CSMS was to be had."""
        network.on_failed(self.state)

    def answer(self, message: msgspec.Struct, now: float) -> msgspec.Struct:
        """What the station answers to the CSMS's request. Raises ActionNotSupported."""
        command = COMMANDS.get(type(message))
        if command is None:
            raise ActionNotSupported(type(message).__name__, version=self.state.plan.version)
        reply = command(self.state, message, now)
        self.state.note(Happening.COMMAND_ANSWERED, detail=f"{type(message).__name__} {getattr(reply, 'status', '')}")
        self._settle(now)
        return reply

    def take_reply(self, entry: Entry, reply: Any, now: float) -> None:  # Any: the entry's message tells its type
        """The CSMS has answered what the entry said."""
        state = self.state
        state.outbox.settle(entry)
        self._note_readings(entry)
        match entry.message:
            case TransactionEvent():
                transactions.on_reply(state, entry, reply, now)
            case Authorize():
                authorization.on_verdict(state, entry, reply, now)
            case BootNotification():
                provisioning.on_boot_reply(state, reply, now)
            case GetCertificateChainStatus():
                chain_status.on_reply(state, entry.message, reply, now)
            case OpenEventStream():
                event_streams.on_opened(state, entry.message, reply, now)
            case PullScheduleUpdate():
                dynamic_charging.on_pulled(state, entry.message, reply, now)
            case _:
                pass  # a heartbeat, a status and readings are merely heard
        self._settle(now)

    def take_refusal(self, entry: Entry, code: str, now: float) -> None:
        """The CSMS has answered with a CALLERROR, or with what is no answer.

        A fact is said again some times (OCPP 1.6 §9.1.30; OCPP 2.0.1 MessageAttempts), the rest is not.
        """
        state, entry.refusals = self.state, entry.refusals + 1
        if entry.is_fact and entry.refusals < state.settings.refusal_attempts:
            entry.not_before = now + state.settings.refusal_wait_s * entry.refusals
            return
        state.outbox.settle(entry)
        if entry.transaction is not None:
            entry.transaction.give_up(entry.message)
        if entry.transaction is not None and not isinstance(entry.message, MeterValues):
            state.note(Happening.TRANSACTION_REFUSED, evse=entry.evse, transaction=entry.transaction, detail=code)
        self._give_up(entry, now)

    def take_silence(self, entry: Entry, now: float) -> None:
        """The CSMS has not answered in time: a fact is said again until it does."""
        entry.silences += 1
        if entry.is_fact:
            entry.not_before = now + back_off_s(self.state.settings, entry.silences, rng=self.state.rng)
        elif not isinstance(entry.message, StatusNotification) or entry.silences >= _STATUS_SILENCES:
            self.state.outbox.settle(entry)
            self._give_up(entry, now)

    @property
    def wake_at(self) -> float | None:
        """When the station wants to be woken next; None for never."""
        alarms = self.state.alarms
        return min(alarms.values()) if alarms else None

    def wake(self, now: float) -> None:
        """What was due has happened."""
        state = self.state
        due = [(at, *key) for key, at in state.alarms.items() if at <= now]
        due.sort()
        for due_at, alarm, number in due:
            if state.alarms.get((alarm, number)) != due_at:
                continue  # an alarm before this one has moved it
            state.clear_alarm(alarm, evse=number)
            evse = state.evse(number)
            if evse is None:
                _ON_STATION[alarm](state, now)
            else:
                _ON_EVSE[alarm](state, evse, now)
        self._settle(now)

    def take_notices(self) -> tuple[Notice, ...]:
        """What has happened since the last time."""
        if not self.state.notices:
            return ()
        notices = tuple(self.state.notices)
        self.state.notices.clear()
        return notices

    def describe(self) -> str:
        """The state in a few words, for people."""
        state = self.state
        evses = "; ".join(f"EVSE {evse.number} {_describe_evse(evse)}" for evse in state.evses)
        link = "online" if state.is_online else "offline"
        return f"{link}, registration {state.registration or 'unknown'}, {evses}, {len(list(state.outbox))} to say"

    def _note_readings(self, entry: Entry) -> None:
        transaction, readings = entry.transaction, entry.readings
        if transaction is None or not readings:
            return
        transaction.readings_acknowledged += len(readings)
        self.state.note(Happening.READINGS_ACKNOWLEDGED, evse=entry.evse, transaction=transaction, readings=readings)

    def _give_up(self, entry: Entry, now: float) -> None:
        if isinstance(entry.message, BootNotification):
            provisioning.boot_later(self.state, now)
        self._leave_unanswered(entry, now)
        availability.forget_reports(self.state, (entry,))

    def _leave_unanswered(self, entry: Entry, now: float) -> None:
        if isinstance(entry.message, Authorize):
            authorization.on_no_verdict(self.state, entry, now)
        elif isinstance(entry.message, OpenEventStream):
            event_streams.on_opened(self.state, entry.message, CommandReply("Rejected"), now)
        elif isinstance(entry.message, GetCertificateChainStatus):
            chain_status.on_no_answer(self.state, now)

    def _settle(self, now: float) -> None:
        """What follows from whatever has happened."""
        if self.state.pending_reset is not None:
            provisioning.pursue_reset(self.state, now)
        if self.state.watch is not None:
            monitoring.look(self.state, now)

    def _evse(self, number: int) -> Evse:
        evse = self.state.evse(number)
        if evse is None:
            raise ValueError(f"station {self.state.plan.station_id} has no EVSE {number}")
        return evse


def _describe_evse(evse: Evse) -> str:
    status, charging_state = evse.status
    return str(status) if charging_state is None else f"{status}/{charging_state}"
