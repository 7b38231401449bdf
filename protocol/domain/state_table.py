"""State machines as tables.

Invariants:
1. Every state is a key; a terminal state maps to no trigger.
2. `advance` changes nothing when it raises; `observe` never raises.
"""

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

from protocol.errors import IllegalTransition

S = TypeVar("S")
T = TypeVar("T")


class Observed(NamedTuple, Generic[S]):
    """A reported state, and whether the table has a way to it from the state before."""

    state: S
    is_surprise: bool


class StateTable(Generic[S, T]):
    """A machine: `transitions[state][trigger]` is the state that follows."""

    def __init__(self, name: str, transitions: Mapping[S, Mapping[T, S]]) -> None:
        """`name` stands in errors and diagrams. A target that is no key is a ValueError."""
        for state, row in transitions.items():
            for trigger, target in row.items():
                if target not in transitions:
                    raise ValueError(f"{name}: {state} --{trigger}--> {target}, which is not a state of the table")
        self.name = name
        self.transitions = transitions

    def advance(self, state: S, trigger: T) -> S:
        """The state after `trigger`; raises IllegalTransition where the table has none."""
        following = self.transitions[state].get(trigger)
        if following is None:
            raise IllegalTransition(machine=self.name, state=state, trigger=trigger)
        return following

    def observe(self, previous: S | None, reported: S) -> Observed[S]:
        """The report stands, whatever the table says; staying put and a first report surprise nobody."""
        expected = previous is None or previous == reported or reported in self.transitions[previous].values()
        return Observed(reported, not expected)

    def is_terminal(self, state: S) -> bool:
        """Whether nothing leads out of `state`."""
        return not self.transitions[state]

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram."""
        rows = [
            f"    {state} --> {target}: {trigger}"
            for state, row in self.transitions.items()
            for trigger, target in row.items()
        ]
        return "\n".join(["stateDiagram-v2", *rows])
