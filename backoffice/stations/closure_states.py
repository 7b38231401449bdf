"""The life of a closure.

Invariants:
1. A place is closed by the closure's times; its state follows them, and may lag behind by a worker's round.
2. A closure that is over or called off never changes.
"""

from enum import StrEnum

from protocol.domain.state_table import StateTable


class ClosureKind(StrEnum):
    """Why: it was planned, or it happened."""

    MAINTENANCE = "maintenance"
    OUTAGE = "outage"


class ClosureState(StrEnum):
    """Where a closure is."""

    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"
    CALLED_OFF = "called_off"


class ClosureTrigger(StrEnum):
    """What moves it."""

    BEGUN = "its time has come"
    TIME_UP = "its time has passed"
    ENDED = "an operator ended it"


CLOSURE: StateTable[ClosureState, ClosureTrigger] = StateTable(
    "closure",
    {
        ClosureState.PLANNED: {
            ClosureTrigger.BEGUN: ClosureState.RUNNING,
            # Nobody looked while it ran.
            ClosureTrigger.TIME_UP: ClosureState.OVER,
            ClosureTrigger.ENDED: ClosureState.CALLED_OFF,
        },
        ClosureState.RUNNING: {
            ClosureTrigger.TIME_UP: ClosureState.OVER,
            ClosureTrigger.ENDED: ClosureState.OVER,
        },
        ClosureState.OVER: {},
        ClosureState.CALLED_OFF: {},
    },
)

OPEN_STATES = tuple(state for state in ClosureState if not CLOSURE.is_terminal(state))
"""Those in which a closure still closes something, now or later."""
