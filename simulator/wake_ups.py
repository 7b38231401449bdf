"""Who wants to be woken when: one timing wheel for a whole process instead of a task for every timer.

Time is cut into slots of a hundredth of a second; a sleeper is put into the slot of his wake-up unsorted, and only the
slot whose time has come is put in order (Varghese and Lauck 1987, scheme 6, with a heap of the slots that hold anybody
in place of the wheel's turns). Setting a timer and having it go off cost the same however many there are, and a wake-up
takes no more memory than its place in a slot.

Invariants:
1. Whoever schedules again moves his wake-up: each has one.
2. Wake-ups come in the order of their times, equal ones in the order in which they were asked for; but who leaves a
   slot and comes back to it has his first place there, unless the slot was opened meanwhile.
3. A sleeper that moved leaves an entry behind, which is skipped, and is gone when its slot's time has come.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from math import inf
from operator import attrgetter
from typing import Generic, TypeVar

_SLOTS_PER_S = 100


class Sleeper:
    """Who can be woken. `due_at` is when; only a WakeUps sets it, and a sleeper has one."""

    __slots__ = ("due_at",)

    def __init__(self) -> None:
        self.due_at = inf


SleeperT = TypeVar("SleeperT", bound=Sleeper)
_due_at = attrgetter("due_at")


class WakeUps(Generic[SleeperT]):
    """The wake-ups of many sleepers, at times from 0 on. What was taken may lie behind what is asked for next."""

    __slots__ = ("_asked", "_filled", "_late", "_next", "_opened", "_row", "_slots", "_times")

    def __init__(self) -> None:
        self._slots: dict[int, list[SleeperT]] = {}  # who has asked for it, whether or not he has moved since
        self._filled: list[int] = []  # a heap of the keys of `_slots`
        self._opened = -1
        # Whom the slots up to `_opened` held, in order, and when; those before `_next` have been dealt with.
        self._row: list[SleeperT] = []
        self._times: list[float] = []
        self._next = 0
        self._late: list[tuple[float, int, SleeperT]] = []  # a heap of who asked for a slot that was open
        self._asked = 0

    def schedule(self, sleeper: SleeperT, at: float | None) -> None:
        """Wake the sleeper at this time and at no other; None: not at all."""
        if at is None:
            sleeper.due_at = inf
            return
        if sleeper.due_at == at:
            return
        sleeper.due_at = at
        number = int(at * _SLOTS_PER_S)
        if number <= self._opened:
            self._asked += 1
            heappush(self._late, (at, self._asked, sleeper))
        elif number in self._slots:
            self._slots[number].append(sleeper)
        else:
            self._slots[number] = [sleeper]
            heappush(self._filled, number)

    @property
    def next_at(self) -> float | None:
        """The next wake-up; None where nobody sleeps."""
        row, times, late = self._row, self._times, self._late
        while True:
            while late and late[0][2].due_at != late[0][0]:
                heappop(late)
            while self._next < len(row) and row[self._next].due_at != times[self._next]:
                self._next += 1
            if self._next < len(row):
                return min(times[self._next], late[0][0]) if late else times[self._next]
            if late:
                return late[0][0]
            if not self._filled:
                return None
            self._open(self._filled[0])

    def take_due(self, now: float) -> Iterator[SleeperT]:
        """Each sleeper whose time has come, as it comes; also one that is scheduled for the past meanwhile."""
        self._open(int(now * _SLOTS_PER_S))
        row, times, late = self._row, self._times, self._late
        while True:
            at = times[self._next] if self._next < len(times) else inf
            if late and late[0][0] < at:
                at = late[0][0]
                if at > now:
                    return
                sleeper = heappop(late)[2]
            elif at <= now:
                sleeper = row[self._next]
                self._next += 1
            else:
                return
            if sleeper.due_at == at:
                sleeper.due_at = inf
                yield sleeper

    def _open(self, number: int) -> None:
        """Whom the slots up to this one hold is in the row, behind whom it has already."""
        filled, row, times = self._filled, self._row, self._times
        if self._next * 2 > len(row):
            del row[: self._next], times[: self._next]
            self._next = 0
        while filled and filled[0] <= number:
            opened = heappop(filled)
            slot = self._slots.pop(opened)
            slot.sort(key=_due_at)
            if not opened <= slot[0].due_at * _SLOTS_PER_S <= slot[-1].due_at * _SLOTS_PER_S < opened + 1:
                slot = [one for one in slot if opened <= one.due_at * _SLOTS_PER_S < opened + 1]
            row += slot
            times += [one.due_at for one in slot]
        self._opened = max(self._opened, number)
