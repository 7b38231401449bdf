"""A command on its way to a station: `stations` asks the gateway node that holds the socket.

Invariants:
1. A command carries the epoch that presence named; a node whose session has another answers NOT_HERE.
2. TIMED_OUT and UNREADABLE mean that the outcome is unknown: the station may have done it.
3. NOT_EXPRESSIBLE, NOT_VALID and BUSY mean that nothing was sent.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from protocol.blocks.authorization.messages import ClearCache
from protocol.blocks.availability.messages import ChangeAvailability
from protocol.blocks.certificates.messages import (
    CertificateSigned,
    DeleteCertificate,
    GetInstalledCertificates,
    InstallCertificate,
    InstalledCertificatesReply,
)
from protocol.blocks.data_transfer.messages import DataTransfer, DataTransferReply
from protocol.blocks.diagnostics.messages import CustomerInformation, GetDiagnostics, GetLog, LogReply
from protocol.blocks.display_message.messages import ClearDisplayMessage, GetDisplayMessages, SetDisplayMessage
from protocol.blocks.event_streams.messages import AdjustEventStream, EventStreamsReply, GetEventStreams
from protocol.blocks.firmware.messages import (
    PublishFirmware,
    SignedUpdateFirmware,
    UnpublishFirmware,
    UpdateFirmware,
)
from protocol.blocks.local_auth_list.messages import GetLocalListVersion, LocalListVersionReply, SendLocalList
from protocol.blocks.monitoring.messages import (
    ClearVariableMonitoring,
    ClearVariableMonitoringReply,
    GetMonitoringReport,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetVariableMonitoring,
    SetVariableMonitoringReply,
)
from protocol.blocks.payment.messages import WebPaymentStarted
from protocol.blocks.provisioning.messages import (
    GetBaseReport,
    GetReport,
    GetVariables,
    Reset,
    SetNetworkProfile,
    SetVariables,
    SetVariablesReply,
    VariablesReply,
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
    CompositeScheduleReply,
    GetChargingProfiles,
    GetCompositeSchedule,
    NotifyAllowedEnergyTransfer,
    SetChargingProfile,
    UpdateDynamicSchedule,
    UsePriorityCharging,
)
from protocol.blocks.tariff_and_cost.messages import (
    ChangeTransactionTariff,
    ClearTariffs,
    ClearTariffsReply,
    CostUpdated,
    GetTariffs,
    SetDefaultTariff,
    TariffsReply,
)
from protocol.blocks.transactions.messages import GetTransactionStatus, TransactionStatusReply
from protocol.domain.commands import CommandReply, Heard


class Outcome(StrEnum):
    """What became of a command."""

    ANSWERED = "answered"
    NOT_HERE = "not_here"
    BUSY = "busy"
    TIMED_OUT = "timed_out"
    CALL_ERROR = "call_error"
    UNREADABLE = "unreadable"
    NOT_EXPRESSIBLE = "not_expressible"
    NOT_VALID = "not_valid"


class CommandRequest(msgspec.Struct, frozen=True):
    """`command` is a row of COMMANDS, `message` its Struct as JSON."""

    command: str
    message: msgspec.Raw
    epoch: int
    timeout_s: float = 30.0


class CommandAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """`reply` is the command's reply Struct as JSON where ANSWERED; `error_code` the CALLERROR's code."""

    outcome: Outcome
    reply: msgspec.Raw = msgspec.Raw(b"null")
    error_code: str = ""
    detail: str = ""


class RawCall(msgspec.Struct, frozen=True):
    """A CALL in the words of the station's own version: `payload` is sent as it is."""

    action: str
    payload: msgspec.Raw


class RawAnswer(msgspec.Struct, frozen=True):
    """The payload of the CALLRESULT, as it came."""

    payload: msgspec.Raw


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One command by its name on the bus. `is_repeatable`: sending it twice does no harm."""

    name: str
    message: type[msgspec.Struct]
    reply: type[msgspec.Struct]
    is_repeatable: bool = False


COMMANDS: tuple[CommandRow, ...] = (
    CommandRow("start", RequestStart, CommandReply),
    CommandRow("stop", RequestStop, CommandReply),
    CommandRow("reset", Reset, CommandReply),
    CommandRow("trigger", TriggerMessage, CommandReply, is_repeatable=True),
    CommandRow("get_variables", GetVariables, VariablesReply, is_repeatable=True),
    CommandRow("set_variables", SetVariables, SetVariablesReply, is_repeatable=True),
    CommandRow("extended_trigger", ExtendedTriggerMessage, CommandReply, is_repeatable=True),
    CommandRow("unlock", UnlockConnector, CommandReply),
    CommandRow("change_availability", ChangeAvailability, CommandReply, is_repeatable=True),
    CommandRow("clear_cache", ClearCache, CommandReply, is_repeatable=True),
    CommandRow("data_transfer", DataTransfer, DataTransferReply),
    CommandRow("get_local_list_version", GetLocalListVersion, LocalListVersionReply, is_repeatable=True),
    CommandRow("send_local_list", SendLocalList, CommandReply),
    CommandRow("reserve", ReserveNow, CommandReply, is_repeatable=True),
    CommandRow("cancel_reservation", CancelReservation, CommandReply),
    CommandRow("set_charging_profile", SetChargingProfile, CommandReply, is_repeatable=True),
    CommandRow("clear_charging_profile", ClearChargingProfile, CommandReply),
    CommandRow("get_composite_schedule", GetCompositeSchedule, CompositeScheduleReply, is_repeatable=True),
    CommandRow("get_charging_profiles", GetChargingProfiles, CommandReply, is_repeatable=True),
    CommandRow("update_dynamic_schedule", UpdateDynamicSchedule, CommandReply, is_repeatable=True),
    CommandRow("use_priority_charging", UsePriorityCharging, CommandReply, is_repeatable=True),
    CommandRow("allow_energy_transfer", NotifyAllowedEnergyTransfer, CommandReply, is_repeatable=True),
    CommandRow("publish_firmware", PublishFirmware, CommandReply),
    CommandRow("unpublish_firmware", UnpublishFirmware, CommandReply),
    CommandRow("update_firmware", UpdateFirmware, CommandReply),
    CommandRow("signed_update_firmware", SignedUpdateFirmware, CommandReply),
    CommandRow("get_log", GetLog, LogReply),
    CommandRow("get_diagnostics", GetDiagnostics, LogReply),
    CommandRow("install_certificate", InstallCertificate, CommandReply, is_repeatable=True),
    CommandRow("delete_certificate", DeleteCertificate, CommandReply),
    CommandRow("get_installed_certificates", GetInstalledCertificates, InstalledCertificatesReply, is_repeatable=True),
    CommandRow("certificate_signed", CertificateSigned, CommandReply),
    CommandRow("adjust_event_stream", AdjustEventStream, CommandReply, is_repeatable=True),
    CommandRow("get_event_streams", GetEventStreams, EventStreamsReply, is_repeatable=True),
    CommandRow("web_payment_started", WebPaymentStarted, Heard),
    CommandRow("get_transaction_status", GetTransactionStatus, TransactionStatusReply, is_repeatable=True),
    CommandRow("cost_updated", CostUpdated, Heard, is_repeatable=True),
    CommandRow("set_default_tariff", SetDefaultTariff, CommandReply, is_repeatable=True),
    CommandRow("get_tariffs", GetTariffs, TariffsReply, is_repeatable=True),
    CommandRow("clear_tariffs", ClearTariffs, ClearTariffsReply, is_repeatable=True),
    CommandRow("change_transaction_tariff", ChangeTransactionTariff, CommandReply, is_repeatable=True),
    CommandRow("get_base_report", GetBaseReport, CommandReply),
    CommandRow("get_report", GetReport, CommandReply),
    CommandRow("set_network_profile", SetNetworkProfile, CommandReply, is_repeatable=True),
    CommandRow("set_monitoring_base", SetMonitoringBase, CommandReply, is_repeatable=True),
    CommandRow("set_monitoring_level", SetMonitoringLevel, CommandReply, is_repeatable=True),
    CommandRow("set_variable_monitoring", SetVariableMonitoring, SetVariableMonitoringReply),
    CommandRow("clear_variable_monitoring", ClearVariableMonitoring, ClearVariableMonitoringReply),
    CommandRow("get_monitoring_report", GetMonitoringReport, CommandReply),
    CommandRow("customer_information", CustomerInformation, CommandReply),
    CommandRow("set_display_message", SetDisplayMessage, CommandReply, is_repeatable=True),
    CommandRow("get_display_messages", GetDisplayMessages, CommandReply),
    CommandRow("clear_display_message", ClearDisplayMessage, CommandReply),
)

RAW = CommandRow("raw", RawCall, RawAnswer)
"""Any CALL of the station's version, by its action."""

COMMAND_OF_NAME = {row.name: row for row in (*COMMANDS, RAW)}
COMMAND_OF_MESSAGE = {row.message: row for row in (*COMMANDS, RAW)}


class PresenceEntry(msgspec.Struct, frozen=True):
    """Where a station's newest socket is, and when it opened there. The epoch is the entry's revision."""

    node: str
    opened_at: datetime | None = None


class EvictRequest(msgspec.Struct, frozen=True):
    """The station `station_key` has a newer socket at `epoch`; an older one is to be closed."""

    station_key: str
    epoch: int


NO_PASSWORD = ""
"""Stands for the hash of the password before the first."""


class RegistryEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the gateway must know of a station before it speaks. Written by `stations`, watched by every node.

    `credential_hash`: hex HMAC-SHA256 of the station's password; None: no password is asked. While a password is being
    changed `previous_credential_hash` is right too: the station may not have stored the new one. NO_PASSWORD: it had
    none, and what it shows besides the new one is not looked at.
    `certificate_name`: what the station's client certificate may call it besides its id. `revoked_serials`: of those in
    its name that are good no more, in hex.
    `default_version`: served when the station offers no subprotocol. `tolerance_off`: rules that are not tried, "*" for
    all. `pinned_rules`: those chosen for its model, tried first; some work by pin only. Both are read at connect.
    `plans_charging`: whether a profile follows when a vehicle says what it needs. `energy_transfer`: the kinds that
    vehicles may ask for, as AC_BPT; None: any. `settles_payments`: the CSMS settles what the station's
    terminal authorised (OCPP 2.1 C20).
    """

    security_profiles: tuple[int, ...] = (0, 1)
    credential_hash: str | None = None
    previous_credential_hash: str | None = None
    certificate_name: str | None = None
    revoked_serials: tuple[str, ...] = ()
    default_version: str = "1.6"
    registration: str = "Accepted"
    heartbeat_interval_s: int = 300
    tolerance_off: tuple[str, ...] = ()
    pinned_rules: tuple[str, ...] = ()
    plans_charging: bool = False
    energy_transfer: tuple[str, ...] | None = None
    settles_payments: bool = False
