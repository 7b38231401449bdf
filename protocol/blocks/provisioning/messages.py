"""What a station and the CSMS say to each other about booting and configuration."""

from datetime import datetime
from enum import StrEnum

import msgspec

from protocol.domain.device_model import ReportedVariable, VariableName as VariableName
from protocol.domain.reports import ReportPart
from protocol.domain.status import RegistrationStatus


class BootReason(StrEnum):
    """OCPP 2.0.1 §3 BootReasonEnumType; 1.6 says none and is read as UNKNOWN."""

    APPLICATION_RESET = "ApplicationReset"
    FIRMWARE_UPDATE = "FirmwareUpdate"
    LOCAL_RESET = "LocalReset"
    POWER_UP = "PowerUp"
    REMOTE_RESET = "RemoteReset"
    SCHEDULED_RESET = "ScheduledReset"
    TRIGGERED = "Triggered"
    UNKNOWN = "Unknown"
    WATCHDOG = "Watchdog"


class BootNotification(msgspec.Struct, frozen=True):
    """A station says what it is."""

    vendor: str
    model: str
    serial_number: str | None = None
    firmware_version: str | None = None
    reason: BootReason = BootReason.UNKNOWN


class BootReply(msgspec.Struct, frozen=True):
    """`interval_s` is the heartbeat interval when accepted, else the wait before the next boot."""

    status: RegistrationStatus
    current_time: datetime
    interval_s: int


class ResetKind(StrEnum):
    """Now, or when no transaction runs (1.6 Hard and Soft, §5.14); or now, and transactions go on (2.1 B11)."""

    IMMEDIATE = "Immediate"
    ON_IDLE = "OnIdle"
    IMMEDIATE_AND_RESUME = "ImmediateAndResume"


class Reset(msgspec.Struct, frozen=True):
    """The CSMS asks the station, or one EVSE (2.x), to reset."""

    kind: ResetKind
    evse: int | None = None


PASSWORD_VARIABLE = VariableName("BasicAuthPassword", component="SecurityCtrlr")
"""What a station shows when it connects (OCPP 2.0.1 §A01; in 1.6 it is the AuthorizationKey, in hex)."""


class VariableStatus(StrEnum):
    """OCPP 2.0.1 §3 GetVariableStatusEnumType."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    UNKNOWN_COMPONENT = "UnknownComponent"
    UNKNOWN_VARIABLE = "UnknownVariable"
    NOT_SUPPORTED_ATTRIBUTE_TYPE = "NotSupportedAttributeType"


class GetVariables(msgspec.Struct, frozen=True):
    """The CSMS reads variables. In 1.6 no name at all means every key; 2.x wants at least one (B06.FR.01)."""

    names: tuple[VariableName, ...] = ()


class VariableResult(msgspec.Struct, frozen=True):
    """One answer; `value` is None unless accepted, and may be None then (1.6 §7.29)."""

    name: VariableName
    status: VariableStatus
    value: str | None = None
    is_readonly: bool | None = None
    reason: str = ""


class VariablesReply(msgspec.Struct, frozen=True):
    """The answers, in the order of the station."""

    results: tuple[VariableResult, ...]


class VariableAssignment(msgspec.Struct, frozen=True):
    """The value that a variable is to have."""

    name: VariableName
    value: str


class SetVariables(msgspec.Struct, frozen=True):
    """The CSMS sets variables; 1.6 sets one at a time (§5.3)."""

    assignments: tuple[VariableAssignment, ...]


class SetVariableStatus(StrEnum):
    """OCPP 2.0.1 §3 SetVariableStatusEnumType."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    UNKNOWN_COMPONENT = "UnknownComponent"
    UNKNOWN_VARIABLE = "UnknownVariable"
    NOT_SUPPORTED_ATTRIBUTE_TYPE = "NotSupportedAttributeType"
    REBOOT_REQUIRED = "RebootRequired"


class SetVariableResult(msgspec.Struct, frozen=True):
    """What became of one assignment. `name` is None in 1.6, where the only one was meant."""

    status: SetVariableStatus
    name: VariableName | None = None
    reason: str = ""


class SetVariablesReply(msgspec.Struct, frozen=True):
    """What became of the assignments."""

    results: tuple[SetVariableResult, ...]


class ReportBase(StrEnum):
    """What a base report holds (OCPP 2.0.1 §3 ReportBaseEnumType)."""

    CONFIGURATION = "ConfigurationInventory"
    FULL = "FullInventory"
    SUMMARY = "SummaryInventory"


class ComponentCriterion(StrEnum):
    """Which components a report is of: those of which this variable is true (§3 ComponentCriterionEnumType)."""

    ACTIVE = "Active"
    AVAILABLE = "Available"
    ENABLED = "Enabled"
    PROBLEM = "Problem"


class GetBaseReport(msgspec.Struct, frozen=True):
    """The CSMS asks for the device model; the variables come in parts (OCPP 2.0.1 B07)."""

    request_id: int
    base: ReportBase


class GetReport(msgspec.Struct, frozen=True):
    """The CSMS asks for some of the device model: what fits any criterion and is among `variables` (B08)."""

    request_id: int
    criteria: tuple[ComponentCriterion, ...] = ()
    variables: tuple[VariableName, ...] = ()


class NotifyReport(ReportPart, frozen=True, kw_only=True):
    """Some of the variables that were asked for (B07, B08)."""

    variables: tuple[ReportedVariable, ...] = ()


class AccessPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A mobile network's access point (OCPP 2.0.1 §2 APNType)."""

    apn: str
    authentication: str
    user_name: str | None = None
    apn_password: str | None = None
    sim_pin: int | None = None
    preferred_network: str | None = None
    use_only_preferred_network: bool | None = None


class Vpn(msgspec.Struct, frozen=True, kw_only=True):
    """A virtual private network (OCPP 2.0.1 §2 VPNType)."""

    server: str
    user: str
    password: str
    key: str
    type: str
    group: str | None = None


class NetworkProfile(msgspec.Struct, frozen=True, kw_only=True):
    """How a station reaches a CSMS (§2 NetworkConnectionProfileType). `message_timeout_s` is of its CALLs."""

    csms_url: str
    security_profile: int
    interface: str
    message_timeout_s: int
    ocpp_version: str = "OCPP20"
    transport: str = "JSON"
    apn: AccessPoint | None = None
    vpn: Vpn | None = None


class SetNetworkProfile(msgspec.Struct, frozen=True):
    """The slot is to hold this profile; it is used when NetworkConfigurationPriority says so (B09, B10)."""

    slot: int
    profile: NetworkProfile
