"""Who wants to be woken when: one heap for a whole process instead of a task for every timer.

Invariants:
1. Whoever schedules again moves his wake-up: each has one.
2. Wake-ups come in the order of their times, equal ones in the order in which they were asked for.
"""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

SleeperT = TypeVar("SleeperT")

_STALE_SHARE = 4


class WakeUps(Generic[SleeperT]):
    """A sleeper is any hashable object."""

    __slots__ = ("_asked", "_heap", "_times")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, SleeperT]] = []
        self._times: dict[SleeperT, tuple[float, int]] = {}
        self._asked = 0

    def schedule(self, sleeper: SleeperT, at: float | None) -> None:
        """Wake the sleeper at this time and at no other; None: not at all."""
        current = self._times.get(sleeper)
        if at is None:
            self._times.pop(sleeper, None)
        elif current is None or current[0] != at:
            self._asked += 1
            self._times[sleeper] = at, self._asked
            heappush(self._heap, (at, self._asked, sleeper))
            self._forget_stale()

    @property
    def next_at(self) -> float | None:
        """The next wake-up; None where nobody sleeps."""
        while self._heap and not self._is_current(self._heap[0]):
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: float) -> Iterator[SleeperT]:
        """Each sleeper whose time has come, as it comes."""
        while (at := self.next_at) is not None and at <= now:
            sleeper = heappop(self._heap)[2]
            del self._times[sleeper]
            yield sleeper

    def _is_current(self, row: tuple[float, int, SleeperT]) -> bool:
        return self._times.get(row[2]) == row[:2]

    def _forget_stale(self) -> None:
        if len(self._heap) > 64 and len(self._heap) > _STALE_SHARE * len(self._times):
            self._heap = [row for row in self._heap if self._is_current(row)]
            heapify(self._heap)
