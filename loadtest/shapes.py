"""How many users are there when, as plain functions of the time; locustfile.py asks them.

| Shape | What it is for |
|---|---|
| ramp | the first quarter up to all users, then steady: the everyday run, and the one for thresholds |
| morning | few at night, all of them in the peak, fewer by day: whether the peak is worse than the average says |
| storm | all users at once; then, again and again, every station loses its socket and comes back within seconds |
| soak | up within a minute, then hours of the same: what grows, leaks or fills |
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

_SOAK_RAMP_S = 60.0
_NIGHT, _DAY = 0.2, 0.6
_STORMS = (0.4, 0.7)
"""When the storms come, as a share of the run."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`share_at(elapsed_s, length_s)` of the users is there; `storms` are moments, as a share of the run."""

    share_at: Callable[[float, float], float]
    storms: tuple[float, ...] = ()
    default_minutes: float = 2.0

    def users_at(self, elapsed_s: float, *, length_s: float, users: int) -> int | None:
        """How many are there; None once the run is over."""
        if elapsed_s >= length_s:
            return None
        return max(1, round(users * min(1.0, self.share_at(elapsed_s, length_s))))

    def storms_until(self, elapsed_s: float, *, length_s: float) -> int:
        """How many storms were due by then."""
        return sum(share * length_s <= elapsed_s for share in self.storms)


def _ramp(elapsed_s: float, length_s: float) -> float:
    return elapsed_s / (length_s / 4)


def _morning(elapsed_s: float, length_s: float) -> float:
    """Up from the night in the first 40 %, the peak for 20 %, down to the day in the next 20 %."""
    share = elapsed_s / length_s
    if share < 0.4:
        return _NIGHT + (1 - _NIGHT) * share / 0.4
    if share < 0.6:
        return 1.0
    return max(_DAY, 1 - (1 - _DAY) * (share - 0.6) / 0.2)


def _storm(elapsed_s: float, length_s: float) -> float:
    return elapsed_s / (length_s / 10)


def _soak(elapsed_s: float, length_s: float) -> float:
    return elapsed_s / min(_SOAK_RAMP_S, length_s / 4)


SHAPES: Mapping[str, Shape] = {
    "ramp": Shape(_ramp),
    "morning": Shape(_morning, default_minutes=10.0),
    "storm": Shape(_storm, storms=_STORMS, default_minutes=5.0),
    "soak": Shape(_soak, default_minutes=240.0),
}
