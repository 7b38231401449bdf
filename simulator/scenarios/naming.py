"""The names in a scenario: each is had once, and one that is not there may be meant to be another."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from simulator.scenarios.model import DriverRow, ModelRow, ParkerRow, SiteRow
from simulator.scenarios.reading import Lines

RowT = TypeVar("RowT", ModelRow, DriverRow, ParkerRow)


def by_name(rows: Sequence[RowT], what: str, lines: Lines) -> Mapping[str, RowT]:
    """The rows by their names. Raises InvalidScenario for a name that is there twice."""
    named: dict[str, RowT] = {}
    for number, row in enumerate(rows):
        if row.name in named:
            raise lines.error(f"$.{what}[{number}].name", f"{what} has {row.name!r} twice: rename one of them")
        named[row.name] = row
    return named


def site_names(row: SiteRow) -> Sequence[str]:
    """The names of the places that a row of `sites` stands for."""
    return (row.name,) if row.count == 1 else tuple(f"{row.name}-{number}" for number in range(1, row.count + 1))


def no_such(what: str, name: str, names: Iterable[str]) -> str:
    """What to say of a name that is none of these."""
    near = difflib.get_close_matches(name, list(names), n=1)
    return f"there is no {what} {name!r}; " + (
        f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
    )
