"""Which buckets a plot is made of.

Invariants:
1. A bucket begins at a multiple of its length since the epoch, in UTC, and holds its begin and not its end.
2. Each length is a multiple of the one that it is rolled up from: a quarter of an hour, an hour, a day.
3. A plot of `points` points has that many at most, by the shortest length of `STEPS` that keeps to it, else by days.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
STEPS = (QUARTER, 2 * QUARTER, *(hours * HOUR for hours in (1, 2, 3, 4, 6, 8, 12)), DAY)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a time is cut: buckets of `step`, the first from `begin` on, made of roll-ups of `base` before `end`."""

    begin: datetime
    end: datetime
    step: timedelta
    base: timedelta


def bucket_of(at: datetime, step: timedelta) -> datetime:
    """The begin of the bucket that `at` lies in."""
    return at - (at - _EPOCH) % step


def plan_series(begin: datetime, end: datetime, *, points: int) -> Plan:
    """The buckets that [begin, end) touches, `points` of them at most."""
    step = next((step for step in STEPS if _touched(begin, end, step) <= points), None)
    days = 2
    while step is None:
        step = days * DAY if _touched(begin, end, days * DAY) <= points else None
        days = max(days + 1, -(-(end - begin) // (points * DAY)))
    base = next(base for base in (DAY, HOUR, QUARTER) if not step % base)
    return Plan(bucket_of(begin, step), end, step, base)


def _touched(begin: datetime, end: datetime, step: timedelta) -> int:
    return -((bucket_of(begin, step) - end) // step)
