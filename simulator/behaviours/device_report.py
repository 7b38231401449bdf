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
from simulator.behaviours.configuration import VARIABLES, Variable, text_of
from simulator.state import StationState

_REPORTED_AT_ONCE = 8
_NAMED = tuple(row for row in VARIABLES if row.name)


def on_get_base_report(state: StationState, message: GetBaseReport, now: float) -> CommandReply:
    """What can be configured, or everything, follows in parts; there is no summary (OCPP 2.0.1 B07)."""
    if message.base is ReportBase.SUMMARY:
        return CommandReply(status="NotSupported")
    rows = [row for row in _NAMED if message.base is ReportBase.FULL or row.write is not None]
    return _report(state, message.request_id, rows, now)


def on_get_report(state: StationState, message: GetReport, now: float) -> CommandReply:
    """What was asked for follows in parts. No component has a problem; all else is so of every one (B08)."""
    has_problem = set(message.criteria) == {ComponentCriterion.PROBLEM}
    rows = [] if has_problem else [row for row in _NAMED if _is_asked_for(row, message.variables)]
    return _report(state, message.request_id, rows, now)


def _is_asked_for(row: Variable, names: Sequence[VariableName]) -> bool:
    return not names or any(
        name.component.lower() == row.component.lower() and name.variable.lower() in ("", row.name.lower())
        for name in names
    )


def _report(state: StationState, request_id: int, rows: Sequence[Variable], now: float) -> CommandReply:
    if not rows:
        return CommandReply(status="EmptyResultSet")
    for seq_no, start in enumerate(range(0, len(rows), _REPORTED_AT_ONCE)):
        part = NotifyReport(
            request_id=request_id,
            seq_no=seq_no,
            is_last=start + _REPORTED_AT_ONCE >= len(rows),
            generated_at=state.instant(now),
            variables=tuple(_describe(state, row) for row in rows[start : start + _REPORTED_AT_ONCE]),
        )
        state.post(part, is_triggered=True)
    return CommandReply(status="Accepted")


def _describe(state: StationState, row: Variable) -> ReportedVariable:
    value = row.read(state)
    mutability = Mutability.READ_ONLY if row.write is None else Mutability.READ_WRITE
    kind = "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "string"
    return ReportedVariable(
        name=VariableName(row.name, component=row.component),
        attributes=(VariableAttribute(value=text_of(value), mutability=mutability),),
        characteristics=VariableCharacteristics(data_type=kind, supports_monitoring=False),
    )
