"""The station's configuration as the CSMS reads and sets it (OCPP 1.6 §5.3, §5.8; OCPP 2.0.1 B05, B06)."""

from collections.abc import Mapping

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
from simulator.behaviours import availability, hardware, meter_values
from simulator.behaviours.variables import VARIABLES, Variable
from simulator.plan import Settings
from simulator.state import Alarm, StationState

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
    if state.settings.aligned_interval_s != before.aligned_interval_s:
        meter_values.schedule_aligned(state, now)
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
        row = _BY_NAME.get((name.component.lower(), name.variable.lower()))
        is_named = row is not None and name.instance in (None, row.instance) and name.evse is None
        return row if is_named else None
    return _BY_KEY.get(name.variable.lower())


def is_known_component(name: VariableName) -> bool:
    """Whether some variable is of that component; a 1.6 key has none."""
    return not name.component or name.component.lower() in _COMPONENTS
