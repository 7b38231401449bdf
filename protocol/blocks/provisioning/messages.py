"""What a station and the CSMS say to each other about booting and configuration."""

from datetime import datetime
from enum import StrEnum

import msgspec

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


class VariableName(msgspec.Struct, frozen=True):
    """A variable of a component (2.x); in 1.6 `variable` is the configuration key and `component` is empty."""

    variable: str
    component: str = ""
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


class SetVariablesReply(msgspec.Struct, frozen=True):
    """What became of the assignments."""

    results: tuple[SetVariableResult, ...]
