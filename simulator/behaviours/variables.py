"""The station's variables, under both of their names (OCPP 1.6 §9; OCPP 2.0.1 Part 2 appendix 3).

A row is here only if the station acts by it: nothing is claimed that is not so.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace as changed
from typing import Any

from protocol.blocks.provisioning.messages import SetVariableStatus
from protocol.domain.metering import ENERGY_IMPORT_REGISTER
from simulator.behaviours import (
    certificates,
    local_auth_list,
    meter_values,
    network,
    smart_charging,
)
from simulator.plan import Settings
from simulator.state import StationState
from simulator.watching import Watch

Write = Callable[[Settings, str], Settings]
"""The settings with a variable's new value. Raises ValueError for a text that is none."""

Act = Callable[[StationState, str, float], SetVariableStatus]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its 1.6 key, its 2.x component and name (empty where a version has none), and how it is read.

    Without `write` or `act` it is read-only; `needs_reboot`: what is written holds after the next reset. `act` does
    what a new value asks for where it is more than a setting; `is_secret`: it can be written and never read.
    `instance` is the 2.x variable's.
    """

    key: str
    component: str
    name: str
    read: Callable[[StationState], object]
    write: Write | None = None
    needs_reboot: bool = False
    act: Act | None = None
    is_secret: bool = False
    instance: str | None = None

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


def _writes_measurands(field: str) -> Write:
    def write(settings: Settings, text: str) -> Settings:
        names = tuple(name.strip() for name in text.split(",") if name.strip())
        unknown = set(names) - meter_values.MEASURANDS
        if unknown:
            raise ValueError(f"this meter does not measure {sorted(unknown)}")
        return _with(settings, field, names)

    return write


def _phase_rotation(state: StationState) -> str:
    """How each connector's phases are wired: straight, and on DC or one phase there is nothing to say (§9.1.6)."""
    order = "RST" if state.plan.outlet.phases > 1 and not state.plan.outlet.is_dc else "NotApplicable"
    return ",".join(f"{number}.{order}" for number in range(len(state.evses) + 1))


_UNWATCHED = Watch()
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
        _writes_measurands("sampled"),
    ),
    Variable("", "SampledDataCtrlr", "TxStartedMeasurands", lambda _state: ENERGY_IMPORT_REGISTER),
    Variable(
        "StopTxnSampledData",
        "SampledDataCtrlr",
        "TxEndedMeasurands",
        lambda state: ",".join(state.settings.sampled_at_end),
        _writes_measurands("sampled_at_end"),
    ),
    Variable("StopTxnAlignedData", "", "", lambda _state: ""),
    Variable(
        "ClockAlignedDataInterval",
        "AlignedDataCtrlr",
        "Interval",
        lambda state: state.settings.aligned_interval_s,
        _writes_number("aligned_interval_s"),
    ),
    Variable(
        "MeterValuesAlignedData",
        "AlignedDataCtrlr",
        "Measurands",
        lambda state: ",".join(state.settings.aligned),
        _writes_measurands("aligned"),
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
        "LocalAuthorizeOffline",
        "AuthCtrlr",
        "LocalAuthorizeOffline",
        lambda state: state.settings.authorizes_offline,
        _writes_flag("authorizes_offline"),
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
    Variable("", "LocalAuthListCtrlr", "Entries", lambda state: len(state.local_list.verdicts)),
    Variable(
        "SendLocalListMaxLength", "LocalAuthListCtrlr", "ItemsPerMessage", lambda _state: local_auth_list.MAX_TOKENS
    ),
    Variable(
        "TransactionMessageAttempts",
        "OCPPCommCtrlr",
        "MessageAttempts",
        lambda state: state.settings.refusal_attempts,
        _writes_number("refusal_attempts", least=1),
        instance="TransactionEvent",
    ),
    Variable(
        "TransactionMessageRetryInterval",
        "OCPPCommCtrlr",
        "MessageAttemptInterval",
        lambda state: state.settings.refusal_wait_s,
        _writes_number("refusal_wait_s"),
        instance="TransactionEvent",
    ),
    # 1.6 has no such key (a vendor's own, then): a station reads it when it starts.
    Variable(
        "MessageTimeout",
        "OCPPCommCtrlr",
        "MessageTimeout",
        lambda state: round(state.settings.call_timeout_s),
        _writes_number("call_timeout_s", least=1),
        needs_reboot=True,
        instance="Default",
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
    Variable("ConnectorPhaseRotation", "", "", _phase_rotation),
    Variable("ConnectorPhaseRotationMaxLength", "", "", lambda state: len(state.evses)),
    Variable("GetConfigurationMaxKeys", "", "", lambda _state: len(VARIABLES)),
    Variable("ResetRetries", "", "", lambda _state: 0),
    Variable("UnlockConnectorOnEVSideDisconnect", "OCPPCommCtrlr", "UnlockOnEVSideDisconnect", lambda _state: True),
    Variable("", "MonitoringCtrlr", "ActiveMonitoringBase", lambda state: (state.watch or _UNWATCHED).base),
    Variable("", "MonitoringCtrlr", "ActiveMonitoringLevel", lambda state: (state.watch or _UNWATCHED).level),
    Variable(
        "ChargeProfileMaxStackLevel",
        "SmartChargingCtrlr",
        "ProfileStackLevel",
        lambda _state: smart_charging.MAX_STACK_LEVEL,
    ),
    Variable(
        "ChargingScheduleMaxPeriods", "SmartChargingCtrlr", "PeriodsPerSchedule", lambda _: smart_charging.MAX_PERIODS
    ),
    Variable("", "SmartChargingCtrlr", "RateUnit", lambda state: "W" if state.plan.outlet.is_dc else "A,W"),
    Variable(
        "",
        "SmartChargingCtrlr",
        "Entries",
        lambda state: len(state.profiles),
        instance="ChargingProfiles",
    ),
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
