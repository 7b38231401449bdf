"""When drivers come to one EVSE: processes whose rate follows the hour of a day. Pure.

A shape is twenty-four weights, one for each hour, of which only the proportions count: over a whole day an EVSE stays
empty for `mean_s` on average. A day may be shorter than a day: then a whole one passes in `day_s`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from simulator.chance import Chance
from simulator.errors import InvalidPlan

HOURS = 24
REAL_DAY_S = 86_400.0


class Shape(StrEnum):
    """How arrivals spread over the day. `constant` is one after exactly the mean, `poisson` the same at every hour."""

    CONSTANT = "constant"
    POISSON = "poisson"
    MORNING_PEAK = "morning_peak"
    MOTORWAY = "motorway"
    DEPOT_NIGHT = "depot_night"


WEIGHTS: Mapping[Shape, Sequence[float]] = {
    Shape.MORNING_PEAK: (1, 1, 1, 1, 2, 5, 14, 24, 22, 12, 7, 6, 6, 5, 5, 5, 6, 8, 7, 5, 4, 3, 2, 1),
    Shape.MOTORWAY: (2, 2, 1, 1, 2, 4, 6, 8, 9, 11, 13, 14, 14, 13, 13, 14, 15, 14, 12, 9, 7, 5, 4, 3),
    Shape.DEPOT_NIGHT: (1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 2, 2, 2, 4, 10, 22, 26, 16, 8, 4, 3, 2),
}
"""The weights of the hours; shapes without a row have no hours."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """`begins_at_h` is the hour at the clock's zero; None: what the clock says in UTC."""

    shape: Shape
    mean_s: float
    day_s: float = REAL_DAY_S
    begins_at_h: float | None = None

    def __post_init__(self) -> None:
        if not self.mean_s > 0 or not self.day_s > 0:
            raise InvalidPlan(f"arrivals are {self.mean_s:g} s apart in days of {self.day_s:g} s; both are above 0")
        if self.begins_at_h is not None and not 0 <= self.begins_at_h < HOURS:
            raise InvalidPlan(f"arrivals begin at hour {self.begins_at_h:g}; a day's hours are 0 to {HOURS - 1}")

    def hour_at(self, now: float, instant: datetime) -> float:
        """The hour of the arrivals' day."""
        if self.begins_at_h is not None:
            return (self.begins_at_h + now / self.day_s * HOURS) % HOURS
        midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
        return (instant - midnight).total_seconds() / self.day_s * HOURS % HOURS

    def draw_wait_s(self, hour: float, *, rng: Chance) -> float:
        """How long, from that hour on, until the next driver comes."""
        weights = WEIGHTS.get(self.shape)
        if weights is None:
            return self.mean_s if self.shape is Shape.CONSTANT else rng.wait(self.mean_s)
        # Thinning (Lewis and Shedler 1979): candidates at the highest rate, each kept as often as its hour's rate says.
        highest = max(weights)
        shortest_mean_s = self.mean_s * sum(weights) / HOURS / highest
        wait_s = 0.0
        while True:
            wait_s += rng.wait(shortest_mean_s)
            if rng.happens(weights[int(hour + wait_s / self.day_s * HOURS) % HOURS] / highest):
                return wait_s
