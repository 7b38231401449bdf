"""Time as the simulator reads it: seconds that never go back, and the instants of UTC that they stand for.

A station's clock is its process's clock and is right; a station that is wrong about the time is a fault to be planned.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol


class Clock(Protocol):
    """`now` is what every `now` parameter of the simulator carries."""

    def now(self) -> float:
        """Seconds since the clock's zero."""

    def instant(self, now: float) -> datetime:
        """The UTC instant of `now`, to the millisecond: as exact as a station's timestamps."""


class SystemClock:
    """The machine's time: monotonic seconds, anchored to UTC once."""

    def __init__(self) -> None:
        self._zero_s = time.monotonic()
        started_at = datetime.now(UTC)
        started_at = started_at.replace(microsecond=started_at.microsecond // 1000 * 1000)
        self.instant: Callable[[float], datetime] = partial(_instant, started_at)  # one for all who keep it

    def now(self) -> float:
        return time.monotonic() - self._zero_s


class VirtualClock:
    """Time that moves when told to: a day of traffic in seconds, the same each time."""

    def __init__(self, started_at: datetime = datetime(2026, 1, 1, 6, tzinfo=UTC)) -> None:
        self.instant: Callable[[float], datetime] = partial(_instant, started_at)
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def move_to(self, now: float) -> None:
        """It is `now`, unless that is past already."""
        self._now = max(self._now, now)


def _instant(zero: datetime, now: float) -> datetime:
    return zero + timedelta(0, 0, 0, round(now * 1000))
