"""The station's variables, under both of their names (OCPP 1.6 §9; OCPP 2.0.1 Part 2 appendix 3).

A row is here only if the station acts by it: nothing is claimed that is not so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace as changed
from typing import Any

from protocol.blocks.provisioning.messages import (
    GetVariables,
    SetVariableResult,
    SetVariables,
    SetVariablesReply,
    SetVariableStatus,
    VariableAssignment,
    VariableName,
    VariableResult,
    VariablesReply,
    VariableStatus,
)
from protocol.domain.device_model import AttributeType
from simulator.behaviours import (
    availability,
    certificates,
    hardware,
    local_auth_list,
    meter_values,
    network,
    smart_charging,
)
from simulator.plan import Settings
from simulator.state import Alarm, StationState

Write = Callable[[Settings, str], Settings]
"""The settings with a variable's new value. Raises ValueError for a text that is none."""

Act = Callable[[StationState, str, float], SetVariableStatus]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its 1.6 key, its 2.x component and name (empty where a version has none), and how it is read.

    Without `write` or `act` it is read-only; `needs_reboot`: what is written holds after the next reset. `act` does
    what a new value asks for where it is more than a setting; `is_secret`: it can be written and never read.
    """

    key: str
    component: str
    name: str
    read: Callable[[StationState], object]
    write: Write | None = None
    needs_reboot: bool = False
    act: Act | None = None
    is_secret: bool = False

    @property
    def is_writable(self) -> bool:
        return self.write is not None or self.act is not None


def _writes_number(field: str, *, least: int = 0) -> Write:
    def write(settings: Settings, text: str) -> Settings:
        number = int(text)
        if not least <= number <= _LARGEST:
            raise ValueError(f"{field} lies between {least} and {_LARGEST}; got {number}")
        return _with(settings, field, number)

    return write


def _writes_flag(field: str) -> Write:
    def write(settings: Settings, text: str) -> Settings:
        if text.lower() not in _FLAGS:
            raise ValueError(f"{field} is true or false; got {text!r}")
        return _with(settings, field, _FLAGS[text.lower()])

    return write


def _with(settings: Settings, field: str, value: Any) -> Settings:  # Any: the row tells the field's type
    return changed(settings, **{field: value})


def _writes_text(field: str, *, longest: int) -> Write:
    def write(settings: Settings, text: str) -> Settings:
        if not text.strip() or len(text) > longest:
            raise ValueError(f"{field} has 1 to {longest} characters")
        return _with(settings, field, text)

    return write


def _write_measurands(settings: Settings, text: str) -> Settings:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = set(names) - meter_values.MEASURANDS
    if unknown:
        raise ValueError(f"this meter does not measure {sorted(unknown)}")
    return changed(settings, sampled=names)


_LARGEST = 2**31 - 1
_FLAGS = {"true": True, "false": False}
_FEATURES = ("Core", "FirmwareManagement", "LocalAuthListManagement", "Reservation", "SmartCharging", "RemoteTrigger")


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "HeartbeatInterval",
        "OCPPCommCtrlr",
        "HeartbeatInterval",
        lambda state: state.settings.heartbeat_interval_s,
        _writes_number("heartbeat_interval_s"),
    ),
    Variable(
        "MeterValueSampleInterval",
        "SampledDataCtrlr",
        "TxUpdatedInterval",
        lambda state: state.settings.sample_interval_s,
        _writes_number("sample_interval_s"),
    ),
    Variable(
        "MeterValuesSampledData",
        "SampledDataCtrlr",
        "TxUpdatedMeasurands",
        lambda state: ",".join(state.settings.sampled),
        _write_measurands,
    ),
    Variable(
        "ConnectionTimeOut",
        "TxCtrlr",
        "EVConnectionTimeOut",
        lambda state: state.settings.ev_connect_timeout_s,
        _writes_number("ev_connect_timeout_s"),
    ),
    Variable("", "TxCtrlr", "TxStartPoint", lambda _state: "PowerPathClosed"),
    Variable("", "TxCtrlr", "TxStopPoint", lambda _state: "PowerPathClosed"),
    Variable("StopTransactionOnEVSideDisconnect", "TxCtrlr", "StopTxOnEVSideDisconnect", lambda _state: True),
    Variable("StopTransactionOnInvalidId", "TxCtrlr", "StopTxOnInvalidId", lambda _state: True),
    Variable("AuthorizeRemoteTxRequests", "AuthCtrlr", "AuthorizeRemoteStart", lambda _state: False),
    Variable(
        "AllowOfflineTxForUnknownId",
        "AuthCtrlr",
        "OfflineTxForUnknownIdEnabled",
        lambda state: state.settings.starts_offline,
        _writes_flag("starts_offline"),
    ),
    Variable(
        "LocalPreAuthorize",
        "AuthCtrlr",
        "LocalPreAuthorize",
        lambda state: state.settings.pre_authorizes,
        _writes_flag("pre_authorizes"),
    ),
    Variable(
        "AuthorizationCacheEnabled",
        "AuthCacheCtrlr",
        "Enabled",
        lambda state: state.settings.uses_cache,
        _writes_flag("uses_cache"),
    ),
    Variable(
        "LocalAuthListEnabled",
        "LocalAuthListCtrlr",
        "Enabled",
        lambda state: state.settings.uses_local_list,
        _writes_flag("uses_local_list"),
    ),
    Variable("LocalAuthListMaxLength", "", "", lambda _state: local_auth_list.MAX_TOKENS),
    Variable("SendLocalListMaxLength", "", "", lambda _state: local_auth_list.MAX_TOKENS),
    Variable(
        "TransactionMessageAttempts",
        "OCPPCommCtrlr",
        "MessageAttempts",
        lambda state: state.settings.refusal_attempts,
        _writes_number("refusal_attempts", least=1),
    ),
    Variable(
        "TransactionMessageRetryInterval",
        "OCPPCommCtrlr",
        "MessageAttemptInterval",
        lambda state: state.settings.refusal_wait_s,
        _writes_number("refusal_wait_s"),
    ),
    # 1.6 has no such key (a vendor's own, then): a station reads it when it starts.
    Variable(
        "MessageTimeout",
        "OCPPCommCtrlr",
        "MessageTimeout",
        lambda state: round(state.settings.call_timeout_s),
        _writes_number("call_timeout_s", least=1),
        needs_reboot=True,
    ),
    Variable("", "OCPPCommCtrlr", "RetryBackOffWaitMinimum", lambda state: round(state.settings.retry_min_s)),
    Variable("", "OCPPCommCtrlr", "RetryBackOffRandomRange", lambda state: round(state.settings.retry_random_s)),
    Variable("", "OCPPCommCtrlr", "RetryBackOffRepeatTimes", lambda state: state.settings.retry_doublings),
    # In 1.6 the station has one way to the CSMS, and a key moves it up; in 2.x slots do.
    Variable("SecurityProfile", "", "", network.security_profile, act=network.set_security_profile),
    Variable("", "SecurityCtrlr", "SecurityProfile", network.security_profile),
    Variable("AuthorizationKey", "", "", lambda _state: "", act=network.set_authorization_key, is_secret=True),
    Variable("", "SecurityCtrlr", "BasicAuthPassword", lambda _state: "", act=network.set_password, is_secret=True),
    Variable("", "SecurityCtrlr", "Identity", lambda state: state.plan.station_id),
    Variable(
        "CpoName",
        "SecurityCtrlr",
        "OrganizationName",
        lambda state: state.settings.organization,
        _writes_text("organization", longest=64),
    ),
    Variable("", "SecurityCtrlr", "CertificateEntries", lambda state: len(state.roots)),
    Variable(
        "",
        "OCPPCommCtrlr",
        "NetworkConfigurationPriority",
        lambda state: "1" if state.network is None else ",".join(map(str, state.network.priority)),
        act=network.set_priority,
    ),
    Variable(
        "",
        "OCPPCommCtrlr",
        "ActiveNetworkProfile",
        lambda state: 1 if state.network is None else state.network.way.slot,
    ),
    Variable(
        "",
        "OCPPCommCtrlr",
        "NetworkProfileConnectionAttempts",
        lambda state: state.settings.network_attempts,
        _writes_number("network_attempts", least=1),
    ),
    Variable("NumberOfConnectors", "", "", lambda state: len(state.evses)),
    Variable("ReserveConnectorZeroSupported", "", "", lambda _state: False),
    Variable("ChargeProfileMaxStackLevel", "", "", lambda _state: smart_charging.MAX_STACK_LEVEL),
    Variable("ChargingScheduleMaxPeriods", "", "", lambda _state: smart_charging.MAX_PERIODS),
    Variable("MaxChargingProfilesInstalled", "", "", lambda _state: smart_charging.MAX_PROFILES),
    Variable(
        "ChargingScheduleAllowedChargingRateUnit",
        "",
        "",
        lambda state: "Power" if state.plan.outlet.is_dc else "Current,Power",
    ),
    Variable("CertificateStoreMaxLength", "", "", lambda _state: certificates.MAX_ROOTS),
    Variable("SupportedFeatureProfiles", "", "", lambda _state: ",".join(_FEATURES)),
)

_BY_KEY: Mapping[str, Variable] = {row.key.lower(): row for row in VARIABLES if row.key}
_BY_NAME: Mapping[tuple[str, str], Variable] = {
    (row.component.lower(), row.name.lower()): row for row in VARIABLES if row.name
}
_COMPONENTS = frozenset(component for component, _ in _BY_NAME)


def on_get_variables(state: StationState, message: GetVariables, now: float) -> VariablesReply:
    """One answer a name; every 1.6 key where no name was given (OCPP 1.6 §5.8). Names ignore case."""
    names = message.names or tuple(VariableName(row.key) for row in VARIABLES if row.key)
    return VariablesReply(results=tuple(_read(state, name, now) for name in names))


def on_set_variables(state: StationState, message: SetVariables, now: float) -> SetVariablesReply:
    """One outcome an assignment; each that is good holds, whatever becomes of the others (OCPP 1.6 §5.3; 2.0.1 B05)."""
    results = (
        SetVariableResult(status=_set(state, assignment, now), name=assignment.name)
        for assignment in message.assignments
    )
    return SetVariablesReply(results=tuple(results))


def _set(state: StationState, assignment: VariableAssignment, now: float) -> SetVariableStatus:
    if assignment.name.attribute is not AttributeType.ACTUAL:
        return SetVariableStatus.NOT_SUPPORTED_ATTRIBUTE_TYPE
    row = find_variable(assignment.name)
    if row is None:
        if hardware.find(state, assignment.name) is not None:
            return SetVariableStatus.REJECTED
        is_known = is_known_component(assignment.name) or hardware.has_component(state, assignment.name)
        return SetVariableStatus.UNKNOWN_VARIABLE if is_known else SetVariableStatus.UNKNOWN_COMPONENT
    if row.act is not None:
        return row.act(state, assignment.value, now)
    if row.write is None:
        return SetVariableStatus.REJECTED
    try:
        settings = row.write(state.settings, assignment.value)
        later = row.write(state.settings_after_reboot or state.settings, assignment.value)
    except ValueError:
        return SetVariableStatus.REJECTED
    if row.needs_reboot:
        state.settings_after_reboot = later
        return SetVariableStatus.REBOOT_REQUIRED
    before, state.settings = state.settings, settings
    if state.settings_after_reboot is not None:
        state.settings_after_reboot = later
    _follow(state, before, now)
    return SetVariableStatus.ACCEPTED


def _follow(state: StationState, before: Settings, now: float) -> None:
    """What is timed by a setting is timed anew."""
    if state.settings.heartbeat_interval_s != before.heartbeat_interval_s:
        state.clear_alarm(Alarm.HEARTBEAT)
        availability.schedule_heartbeat(state, now + state.settings.heartbeat_interval_s)
    if state.settings.sample_interval_s != before.sample_interval_s:
        for evse in state.evses:
            state.clear_alarm(Alarm.SAMPLE, evse=evse.number)
            if evse.transaction is not None:
                meter_values.schedule_sample(state, evse, now)


def _read(state: StationState, name: VariableName, now: float) -> VariableResult:
    if name.attribute is not AttributeType.ACTUAL:
        return VariableResult(name=name, status=VariableStatus.NOT_SUPPORTED_ATTRIBUTE_TYPE)
    row = find_variable(name)
    if row is not None and row.is_secret:
        # 1.6 lists the key, without a value (§7.29).
        status = VariableStatus.REJECTED if name.component else VariableStatus.ACCEPTED
        return VariableResult(name=name, status=status, is_readonly=False)
    if row is not None:
        value = hardware.text_of(row.read(state))
        return VariableResult(name=name, status=VariableStatus.ACCEPTED, value=value, is_readonly=not row.is_writable)
    part = hardware.find(state, name)
    if part is not None:
        found = part.read(state, now)
        value = "" if found is None else hardware.text_of(found)
        return VariableResult(name=name, status=VariableStatus.ACCEPTED, value=value, is_readonly=True)
    is_known = is_known_component(name) or hardware.has_component(state, name)
    status = VariableStatus.UNKNOWN_VARIABLE if is_known else VariableStatus.UNKNOWN_COMPONENT
    return VariableResult(name=name, status=status)


def find_variable(name: VariableName) -> Variable | None:
    """The variable of that name; names ignore case."""
    if name.component:
        return _BY_NAME.get((name.component.lower(), name.variable.lower()))
    return _BY_KEY.get(name.variable.lower())


def is_known_component(name: VariableName) -> bool:
    """Whether some variable is of that component; a 1.6 key has none."""
    return not name.component or name.component.lower() in _COMPONENTS
