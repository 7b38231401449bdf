"""Reports of the device model: the variables that `configuration` has, in parts (OCPP 2.0.1 B07, B08)."""

from collections.abc import Sequence

from protocol.blocks.provisioning.messages import (
    ComponentCriterion,
    GetBaseReport,
    GetReport,
    NotifyReport,
    ReportBase,
    VariableName,
)
from protocol.domain.commands import CommandReply
from protocol.domain.device_model import (
    Mutability,
    ReportedVariable,
    VariableAttribute,
    VariableCharacteristics,
)
from simulator.behaviours import hardware
from simulator.behaviours.variables import VARIABLES, Variable
from simulator.state import StationState

_REPORTED_AT_ONCE = 8
_NAMED = tuple(row for row in VARIABLES if row.name)


def on_get_base_report(state: StationState, message: GetBaseReport, now: float) -> CommandReply:
    """What can be configured, or everything, follows in parts; there is no summary (OCPP 2.0.1 B07)."""
    if message.base is ReportBase.SUMMARY:
        return CommandReply(status="NotSupported")
    is_full = message.base is ReportBase.FULL
    rows = [_describe(state, row) for row in _NAMED if is_full or row.is_writable]
    parts = [_describe_part(state, part, now) for part in hardware.parts(state)] if is_full else []
    return _report(state, message.request_id, [*rows, *parts], now)


def on_get_report(state: StationState, message: GetReport, now: float) -> CommandReply:
    """What was asked for follows in parts. No component has a problem; all else is so of every one (B08)."""
    has_problem = set(message.criteria) == {ComponentCriterion.PROBLEM}
    rows = [_describe(state, row) for row in _NAMED]
    parts = [_describe_part(state, part, now) for part in hardware.parts(state)]
    found = [] if has_problem else [one for one in (*rows, *parts) if _is_asked_for(one.name, message.variables)]
    return _report(state, message.request_id, found, now)


def _is_asked_for(one: VariableName, names: Sequence[VariableName]) -> bool:
    return not names or any(
        name.component.lower() == one.component.lower()
        and name.variable.lower() in ("", one.variable.lower())
        and name.evse in (None, one.evse)
        for name in names
    )


def _report(state: StationState, request_id: int, rows: Sequence[ReportedVariable], now: float) -> CommandReply:
    if not rows:
        return CommandReply(status="EmptyResultSet")
    for seq_no, start in enumerate(range(0, len(rows), _REPORTED_AT_ONCE)):
        part = NotifyReport(
            request_id=request_id,
            seq_no=seq_no,
            is_last=start + _REPORTED_AT_ONCE >= len(rows),
            generated_at=state.instant(now),
            variables=tuple(rows[start : start + _REPORTED_AT_ONCE]),
        )
        state.post(part, is_triggered=True)
    return CommandReply(status="Accepted")


def _describe(state: StationState, row: Variable) -> ReportedVariable:
    value = row.read(state)
    mutability = Mutability.READ_WRITE if row.is_writable else Mutability.READ_ONLY
    if row.is_secret:
        value, mutability = None, Mutability.WRITE_ONLY
    kind = "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "string"
    return ReportedVariable(
        name=VariableName(row.name, component=row.component, instance=row.instance),
        attributes=(
            VariableAttribute(value=None if value is None else hardware.text_of(value), mutability=mutability),
        ),
        characteristics=VariableCharacteristics(data_type=kind, supports_monitoring=False),
    )


def _describe_part(state: StationState, part: hardware.Part, now: float) -> ReportedVariable:
    feature, value = part.feature, part.read(state, now)
    return ReportedVariable(
        name=part.name,
        attributes=(
            VariableAttribute(value="" if value is None else hardware.text_of(value), mutability=Mutability.READ_ONLY),
        ),
        characteristics=VariableCharacteristics(
            data_type=feature.data_type,
            supports_monitoring=feature.can_be_watched,
            unit=feature.unit,
            max_limit=None if feature.most is None else feature.most(state),
        ),
    )
