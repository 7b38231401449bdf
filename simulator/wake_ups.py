"""Who wants to be woken when: one timing wheel for a whole process instead of a task for every timer.

Time is cut into slots of a hundredth of a second; a sleeper is put into the slot of his wake-up unsorted, and only the
slot whose time has come is put in order (Varghese and Lauck 1987, scheme 6, with a heap of the slots that hold anybody
in place of the wheel's turns). Setting a timer and having it go off cost the same however many there are, and a wake-up
takes no more memory than its place in a slot.

Invariants:
1. Whoever schedules again moves his wake-up: each has one.
2. Wake-ups come in the order of their times, equal ones in the order in which they were asked for: of a sleeper that
   leaves a slot that is open already and comes back to the same time, the first place counts.
3. A sleeper that moved leaves an entry behind, which is skipped, and is gone when its slot's time has come.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from math import inf
from typing import Generic, TypeVar

_SLOTS_PER_S = 100


class Sleeper:
    """Who can be woken. `due_at` is when; only a WakeUps sets it, and a sleeper has one."""

    __slots__ = ("due_at",)

    def __init__(self) -> None:
        self.due_at = inf


SleeperT = TypeVar("SleeperT", bound=Sleeper)


class WakeUps(Generic[SleeperT]):
    """The wake-ups of many sleepers, at times of one clock that begins at 0 and never goes back."""

    __slots__ = ("_asked", "_filled", "_near", "_opened", "_slots")

    def __init__(self) -> None:
        self._asked = 0
        self._slots: dict[int, list[SleeperT]] = {}  # who has asked for it, whether or not he has moved since
        self._filled: list[int] = []  # a heap of the keys of `_slots`
        self._near: list[tuple[float, int, SleeperT]] = []  # a heap of what the slots up to `_opened` held
        self._opened = -1

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
            self._put_near(sleeper)
        elif number in self._slots:
            self._slots[number].append(sleeper)
        else:
            self._slots[number] = [sleeper]
            heappush(self._filled, number)

    @property
    def next_at(self) -> float | None:
        """The next wake-up; None where nobody sleeps."""
        near = self._near
        while True:
            while near and near[0][2].due_at != near[0][0]:
                heappop(near)
            if near:
                return near[0][0]
            if not self._filled:
                return None
            self._open(self._filled[0])

    def take_due(self, now: float) -> Iterator[SleeperT]:
        """Each sleeper whose time has come, as it comes; also one that is scheduled for the past meanwhile."""
        self._open(int(now * _SLOTS_PER_S))
        near = self._near
        while near and near[0][0] <= now:
            at, _, sleeper = heappop(near)
            if sleeper.due_at == at:
                sleeper.due_at = inf
                yield sleeper

    def _open(self, number: int) -> None:
        """What the slots up to this one hold is near."""
        filled = self._filled
        while filled and filled[0] <= number:
            opened = heappop(filled)
            slot = self._slots.pop(opened)
            # Who has asked twice is here twice, and counts where he asked last.
            for sleeper in reversed(dict.fromkeys(reversed(slot))) if len(slot) > 1 else slot:
                if opened <= sleeper.due_at * _SLOTS_PER_S < opened + 1:
                    self._put_near(sleeper)
        self._opened = max(self._opened, number)

    def _put_near(self, sleeper: SleeperT) -> None:
        self._asked += 1
        heappush(self._near, (sleeper.due_at, self._asked, sleeper))
