"""Stations' variables: what they told, what they accepted, what they are to be.

Invariants:
1. A value is known from the station alone: from its answers to a read or an assignment, and from its reports.
2. A secret's value is never kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from backoffice.kit.database import Unit
from backoffice.stations import device_repository
from backoffice.stations.models import StationVariable
from protocol.blocks.provisioning.messages import (
    GetVariables,
    SetVariableResult,
    SetVariables,
    SetVariablesReply,
    SetVariableStatus,
    VariableAssignment,
    VariableName,
    VariablesReply,
    VariableStatus,
)
from protocol.bus.masking import is_secret_variable
from protocol.domain.device_model import AttributeType, Mutability, ReportedVariable, VariableAttribute

_TAKEN = (SetVariableStatus.ACCEPTED, SetVariableStatus.REBOOT_REQUIRED)


async def note(unit: Unit, station_id: str, message: msgspec.Struct, reply: msgspec.Struct, *, now: datetime) -> None:
    """What the station's answer says of its variables is kept."""
    known: list[dict[str, object]] = []
    if isinstance(message, GetVariables) and isinstance(reply, VariablesReply):
        known = [
            _row(unit, station_id, result.name, result.value, now) | {"is_readonly": result.is_readonly}
            for result in reply.results
            if result.status is VariableStatus.ACCEPTED
        ]
    elif isinstance(message, SetVariables) and isinstance(reply, SetVariablesReply):
        known = [
            _row(unit, station_id, assignment.name, assignment.value, now)
            | {"needs_reboot": result.status is SetVariableStatus.REBOOT_REQUIRED}
            for assignment, result in _answered(message, reply)
            if result.status in _TAKEN
        ]
    await device_repository.save_variables(unit, known)


async def note_reported(unit: Unit, station_id: str, variables: Sequence[ReportedVariable], *, at: datetime) -> None:
    """What a part of a report says of the station's variables is kept, unless more was heard since."""
    rows = [
        _row(unit, station_id, replace(variable.name, attribute=attribute.type), attribute.value, at)
        | _described(variable, attribute)
        for variable in variables
        for attribute in variable.attributes
    ]
    await device_repository.save_variables(unit, rows, keeps_values=True)


def _row(unit: Unit, station_id: str, name: VariableName, value: str | None, now: datetime) -> dict[str, object]:
    return {
        "tenant_id": unit.tenant,
        "station_id": station_id,
        "component": name.component,
        "component_instance": name.component_instance or "",
        "variable": name.variable,
        "instance": name.instance or "",
        "evse": name.evse or 0,
        "connector": name.connector or 0,
        "attribute": name.attribute,
        "value": None if is_secret_variable(name.variable) else value,
        "needs_reboot": False,
        "known_at": now,
    }


def _answered(
    message: SetVariables, reply: SetVariablesReply
) -> Iterator[tuple[VariableAssignment, SetVariableResult]]:
    """Each assignment with its result: by its name, in whatever order; in that of the question where none is said."""
    by_name = {assignment.name: assignment for assignment in message.assignments}
    for position, result in enumerate(reply.results):
        if result.name is not None:
            assignment = by_name.get(result.name)
        else:
            assignment = message.assignments[position] if position < len(message.assignments) else None
        if assignment is not None:
            yield assignment, result


def _described(variable: ReportedVariable, attribute: VariableAttribute) -> dict[str, object]:
    said = variable.characteristics
    return {
        "is_readonly": attribute.mutability is Mutability.READ_ONLY,
        "mutability": attribute.mutability,
        "is_persistent": attribute.is_persistent,
        "is_constant": attribute.is_constant,
        "data_type": said.data_type if said else None,
        "unit": said.unit if said else None,
        "min_limit": said.min_limit if said else None,
        "max_limit": said.max_limit if said else None,
        "values_list": said.values_list if said else None,
        "supports_monitoring": said.supports_monitoring if said else None,
    }


class Comparison(StrEnum):
    """How a variable stands to its template."""

    SAME = "same"
    DIFFERENT = "different"
    READONLY = "readonly"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A variable and the value that a template says."""

    variable: str
    value: str
    component: str = ""


class Compared(NamedTuple):
    """A wanted variable, what is known of it, and the verdict. READONLY: different, and nothing can be done."""

    wanted: Wanted
    actual: str | None
    verdict: Comparison


def compare(wanted: Iterable[Wanted], known: Sequence[StationVariable]) -> list[Compared]:
    """How the station stands to the template, in its order. Names are compared without regard to case."""
    rows: Mapping[tuple[str, str], StationVariable] = {
        (row.component.lower(), row.variable.lower()): row for row in known if _is_plain(row)
    }
    return [_compared(one, rows.get((one.component.lower(), one.variable.lower()))) for one in wanted]


def _is_plain(row: StationVariable) -> bool:
    """Whether a template, which names neither an EVSE nor an instance, means this value."""
    is_of_station = not row.evse and not row.component_instance
    return is_of_station and not row.instance and row.attribute == AttributeType.ACTUAL


def _compared(wanted: Wanted, row: StationVariable | None) -> Compared:
    if row is None or row.value is None:
        return Compared(wanted, None, Comparison.UNKNOWN)
    if _plain(row.value) == _plain(wanted.value):
        return Compared(wanted, row.value, Comparison.SAME)
    return Compared(wanted, row.value, Comparison.READONLY if row.is_readonly else Comparison.DIFFERENT)


def _plain(value: str) -> str:
    """Lists without regard to blanks, words without regard to case: stations spell `True` and `A, B` as they like."""
    return ",".join(part.strip() for part in value.split(",")).lower()
