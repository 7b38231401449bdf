"""The faults, and what each does.

| Fault | What happens while it lasts | `span_s` |
|---|---|---|
| drop | a frame vanishes | |
| delay | a frame comes later, and those behind it with it | by how much |
| duplicate | a frame comes twice | |
| reorder | a frame is overtaken by those behind it | by how much it is late |
| lost_answer | the CSMS's answer to a CALL vanishes: it has acted, and the station will ask again | |
| clock_skew | the station's clock is wrong by a constant | by how much; below 0: slow |
| half_open | the socket looks open and carries nothing, either way; the next one works | |
| power_cut | the station is dark: its transactions end by power loss, and it boots when the power is back | |
| hardware_fault | an EVSE has failed: it is Faulted, its transaction ends, and none begins | |
| flapping | each socket breaks, without a goodbye | how long one lives |
| outage | all sockets break, and none opens | |
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from simulator.errors import InvalidPlan


class FaultKind(StrEnum):
    """The rows of the table above."""

    DROP = "drop"
    DELAY = "delay"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    LOST_ANSWER = "lost_answer"
    CLOCK_SKEW = "clock_skew"
    HALF_OPEN = "half_open"
    POWER_CUT = "power_cut"
    HARDWARE_FAULT = "hardware_fault"
    FLAPPING = "flapping"
    OUTAGE = "outage"


FRAME_FAULTS = frozenset(
    (FaultKind.DROP, FaultKind.DELAY, FaultKind.DUPLICATE, FaultKind.REORDER, FaultKind.LOST_ANSWER)
)
"""What happens to single frames, by `probability`."""

_NEEDS_SPAN = frozenset((FaultKind.DELAY, FaultKind.REORDER, FaultKind.CLOCK_SKEW, FaultKind.FLAPPING))
_LONGEST_SKEW_S = 50 * 365 * 24 * 3600.0  # beyond any real clock, and far from where dates end


class Way(StrEnum):
    """Which frames a fault is about."""

    TO_CSMS = "to_csms"
    FROM_CSMS = "from_csms"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one station. Times are seconds since the station was switched on.

    It begins at `begins_s` and ends after `lasts_s`; None: never. With `every_s` it comes again and again, at random:
    that is the mean time without it, also before the first. Of frames it is about those that go this `way`, each with
    `probability`. `span_s` is what the table says, drawn for each frame or socket; for a clock, once, and of 50 years
    at most. Raises InvalidPlan for what cannot be.
    """

    kind: FaultKind
    begins_s: float = 0.0
    lasts_s: float | None = None
    every_s: float | None = None
    probability: float = 1.0
    way: Way = Way.BOTH
    span_s: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        if self.kind in _NEEDS_SPAN and self.span_s == (0.0, 0.0):
            raise InvalidPlan(f"the fault {self.kind} needs a span of seconds")
        if not all(map(math.isfinite, self.span_s)):
            raise InvalidPlan(f"the fault {self.kind} has the span {self.span_s}: both must be finite")
        if self.kind is FaultKind.CLOCK_SKEW and max(map(abs, self.span_s)) > _LONGEST_SKEW_S:
            raise InvalidPlan(f"the fault {self.kind} has the span {self.span_s}: a clock is wrong by 50 years at most")
        if self.kind is not FaultKind.CLOCK_SKEW and not 0 <= self.span_s[0] <= self.span_s[1]:
            raise InvalidPlan(f"the fault {self.kind} has the span {self.span_s}: the first must be the less, from 0")
        if not 0 <= self.probability <= 1:
            raise InvalidPlan(f"the fault {self.kind} has the probability {self.probability:g}; it lies within 0 and 1")
        if self.begins_s < 0 or (self.lasts_s is not None and self.lasts_s <= 0):
            raise InvalidPlan(f"the fault {self.kind} must begin at 0 or later, and last longer than 0")
        if self.every_s is not None and (self.every_s <= 0 or self.lasts_s is None):
            raise InvalidPlan(f"the fault {self.kind} can come again only if it ends, and after more than 0 s")
