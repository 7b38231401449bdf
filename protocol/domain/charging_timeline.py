"""One charging profile over time, and the least of many values as they change: what a sweep over time is made of.

Times are whole microseconds after an instant of the caller's, so that nothing falls out of the calendar. What a profile
says, and until when, costs the logarithm of its periods.
"""

from bisect import bisect_right
from collections.abc import Hashable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Generic, TypeVar

from protocol.domain.charging_profile import ChargingPeriod, ChargingProfile, ProfileKind, Recurrency

_ValueT = TypeVar("_ValueT", bound=Hashable)

SECOND_US = 1_000_000
_CYCLE_US = {Recurrency.DAILY: 86_400 * SECOND_US, Recurrency.WEEKLY: 7 * 86_400 * SECOND_US}
_MICROSECOND = timedelta(microseconds=1)


class Timeline:
    """A profile's periods as they hold after `origin`; a relative schedule began at `begins_at`."""

    def __init__(self, profile: ChargingProfile, *, origin: datetime, begins_at: datetime) -> None:
        schedule = profile.schedule
        # A schedule that does not say when it begins does so with the transaction (OCPP 1.6 §7.13).
        starts_at = begins_at if profile.kind is ProfileKind.RELATIVE else schedule.starts_at or begins_at
        self._start_us = (starts_at - origin) // _MICROSECOND
        self._valid_us = [
            None if at is None else (at - origin) // _MICROSECOND for at in (profile.valid_from, profile.valid_to)
        ]
        is_recurring = profile.kind is ProfileKind.RECURRING and profile.recurrency is not None
        self._cycle_us = _CYCLE_US[profile.recurrency] if is_recurring and profile.recurrency else 0
        self._duration_us = None if schedule.duration_s is None else schedule.duration_s * SECOND_US
        # Of the periods that have begun the last one holds, in whichever order the station put them.
        by_start = sorted((period.start_s * SECOND_US, index) for index, period in enumerate(schedule.periods))
        self._offsets_us = [offset_us for offset_us, _ in by_start]
        self._periods: list[ChargingPeriod] = []
        last = -1
        for _, index in by_start:
            last = max(last, index)
            self._periods.append(schedule.periods[last])
        self._boundaries_us = sorted({*self._offsets_us, self._duration_us or 0, self._cycle_us})

    def period_at(self, at_us: int) -> ChargingPeriod | None:
        """The period that holds; None where the profile says nothing."""
        valid_from_us, valid_to_us = self._valid_us
        if (valid_from_us is not None and at_us < valid_from_us) or (valid_to_us is not None and at_us >= valid_to_us):
            return None
        elapsed_us = at_us - self._start_us
        if elapsed_us < 0:
            return None
        if self._cycle_us:
            elapsed_us %= self._cycle_us
        if self._duration_us is not None and elapsed_us >= self._duration_us:
            return None
        begun = bisect_right(self._offsets_us, elapsed_us)
        return self._periods[begun - 1] if begun else None

    def next_change(self, after_us: int) -> int | None:
        """When the profile may next say something else; None where it never does."""
        changes_us = [at_us for at_us in self._valid_us if at_us is not None and at_us > after_us]
        began_us = self._start_us
        if self._cycle_us and after_us >= began_us:
            began_us += (after_us - began_us) // self._cycle_us * self._cycle_us
        index = bisect_right(self._boundaries_us, after_us - began_us)
        if index < len(self._boundaries_us):
            changes_us.append(began_us + self._boundaries_us[index])
        return min(changes_us, default=None)


class Least(Generic[_ValueT]):
    """The least of values that come and go by name, in logarithmic time for each that changes."""

    def __init__(self) -> None:
        self._values: dict[int, _ValueT] = {}
        self._heap: list[tuple[_ValueT, int]] = []  # with what has gone or changed since, until it is on top

    def put(self, name: int, value: _ValueT | None) -> None:
        """That name has this value now; None: none."""
        if value == self._values.get(name):
            return
        if value is None:
            del self._values[name]
        else:
            self._values[name] = value
            heappush(self._heap, (value, name))

    def get(self) -> tuple[_ValueT, int] | None:
        """The least value and whose it is."""
        while self._heap:
            value, name = self._heap[0]
            if self._values.get(name) == value:
                return value, name
            heappop(self._heap)
        return None
