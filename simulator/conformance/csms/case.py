"""A case for a CSMS: a row of a table, and a script."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from simulator.conformance.csms.bench import Bench
from simulator.conformance.driver import Need


@dataclass(frozen=True, slots=True)
class Case:
    """`id` is the certification programme's where it has such a case; ours begin with CY. `script` raises Failed."""

    id: str
    title: str
    script: Callable[[Bench], Awaitable[None]]
    needs: frozenset[Need] = frozenset()


def case(case_id: str, title: str, script: Callable[[Bench], Awaitable[None]], /, *needs: Need) -> Case:
    """A row."""
    return Case(case_id, title, script, frozenset(needs))


Block = tuple[str, tuple[Case, ...]]
"""The cases of one functional block, under its name."""
