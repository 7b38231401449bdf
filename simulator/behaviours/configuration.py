"""The station's variables, under both of their names (OCPP 1.6 §9; OCPP 2.0.1 Part 2 appendix 3).

A row is here only if the station acts by it: nothing is claimed that is not so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from protocol.blocks.provisioning.messages import (
    GetVariables,
    VariableName,
    VariableResult,
    VariablesReply,
    VariableStatus,
)
from simulator.state import StationState


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its 1.6 key, its 2.x component and name (empty where a version has none), and how it is read."""

    key: str
    component: str
    name: str
    read: Callable[[StationState], object]


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "HeartbeatInterval", "OCPPCommCtrlr", "HeartbeatInterval", lambda state: state.settings.heartbeat_interval_s
    ),
    Variable(
        "MeterValueSampleInterval",
        "SampledDataCtrlr",
        "TxUpdatedInterval",
        lambda state: state.settings.sample_interval_s,
    ),
    Variable(
        "MeterValuesSampledData",
        "SampledDataCtrlr",
        "TxUpdatedMeasurands",
        lambda state: ",".join(state.settings.sampled),
    ),
    Variable("ConnectionTimeOut", "TxCtrlr", "EVConnectionTimeOut", lambda state: state.settings.ev_connect_timeout_s),
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
    ),
    Variable(
        "TransactionMessageAttempts",
        "OCPPCommCtrlr",
        "MessageAttempts",
        lambda state: state.settings.refusal_attempts,
    ),
    Variable(
        "TransactionMessageRetryInterval",
        "OCPPCommCtrlr",
        "MessageAttemptInterval",
        lambda state: state.settings.refusal_wait_s,
    ),
    Variable("", "OCPPCommCtrlr", "MessageTimeout", lambda state: round(state.settings.call_timeout_s)),
    Variable("", "OCPPCommCtrlr", "RetryBackOffWaitMinimum", lambda state: round(state.settings.retry_min_s)),
    Variable("", "OCPPCommCtrlr", "RetryBackOffRandomRange", lambda state: round(state.settings.retry_random_s)),
    Variable("", "OCPPCommCtrlr", "RetryBackOffRepeatTimes", lambda state: state.settings.retry_doublings),
    Variable("NumberOfConnectors", "", "", lambda state: len(state.evses)),
    Variable("SupportedFeatureProfiles", "", "", lambda _state: "Core,RemoteTrigger"),
)

_BY_KEY: Mapping[str, Variable] = {row.key.lower(): row for row in VARIABLES if row.key}
_BY_NAME: Mapping[tuple[str, str], Variable] = {
    (row.component.lower(), row.name.lower()): row for row in VARIABLES if row.name
}
_COMPONENTS = frozenset(component for component, _ in _BY_NAME)


def on_get_variables(state: StationState, message: GetVariables, _now: float) -> VariablesReply:
    """One answer a name; every 1.6 key where no name was given (OCPP 1.6 §5.8). Names ignore case."""
    names = message.names or tuple(VariableName(row.key) for row in VARIABLES if row.key)
    return VariablesReply(results=tuple(_read(state, name) for name in names))


def _read(state: StationState, name: VariableName) -> VariableResult:
    row = _BY_NAME.get((name.component.lower(), name.variable.lower())) if name.component else None
    if not name.component:
        row = _BY_KEY.get(name.variable.lower())
    if row is not None:
        value = _text(row.read(state))
        return VariableResult(name=name, status=VariableStatus.ACCEPTED, value=value, is_readonly=True)
    is_known = not name.component or name.component.lower() in _COMPONENTS
    status = VariableStatus.UNKNOWN_VARIABLE if is_known else VariableStatus.UNKNOWN_COMPONENT
    return VariableResult(name=name, status=status)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
