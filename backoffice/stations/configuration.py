"""Stations' variables: what they told, what they accepted, what they are to be.

Invariants:
1. A value is known from the station's own answers alone: to a read, or to an assignment that it accepted.
2. A secret's value is never kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from backoffice.kit.database import Unit
from backoffice.stations import known_repository
from backoffice.stations.models import StationVariable
from protocol.blocks.provisioning.messages import (
    GetVariables,
    SetVariables,
    SetVariablesReply,
    SetVariableStatus,
    VariableName,
    VariablesReply,
    VariableStatus,
)
from protocol.bus.masking import is_secret_variable

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
        # 1.6 answers without a name; every other version in the order of the question.
        known = [
            _row(unit, station_id, assignment.name, assignment.value, now)
            | {"needs_reboot": result.status is SetVariableStatus.REBOOT_REQUIRED}
            for assignment, result in zip(message.assignments, reply.results, strict=False)
            if result.status in _TAKEN
        ]
    for values in known:
        await known_repository.save_variable(unit, values)


def _row(unit: Unit, station_id: str, name: VariableName, value: str | None, now: datetime) -> dict[str, object]:
    return {
        "tenant_id": unit.tenant,
        "station_id": station_id,
        "component": name.component,
        "variable": name.variable,
        "evse": name.evse or 0,
        "value": None if is_secret_variable(name.variable) else value,
        "needs_reboot": False,
        "known_at": now,
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
        (row.component.lower(), row.variable.lower()): row for row in known if row.evse == 0
    }
    return [_compared(one, rows.get((one.component.lower(), one.variable.lower()))) for one in wanted]


def _compared(wanted: Wanted, row: StationVariable | None) -> Compared:
    if row is None or row.value is None:
        return Compared(wanted, None, Comparison.UNKNOWN)
    if _plain(row.value) == _plain(wanted.value):
        return Compared(wanted, row.value, Comparison.SAME)
    return Compared(wanted, row.value, Comparison.READONLY if row.is_readonly else Comparison.DIFFERENT)


def _plain(value: str) -> str:
    """Lists without regard to blanks, words without regard to case: stations spell `True` and `A, B` as they like."""
    return ",".join(part.strip() for part in value.split(",")).lower()
