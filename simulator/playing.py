"""A fleet's clock that jumps: a day of traffic over real sockets, as fast as the CSMS answers.

Invariants:
1. While a station waits for the network (for a connection, or for the answer to its CALL) the stations' time stands
   still; otherwise it jumps to the next wake-up. So no time-out ends because time has jumped.
2. A CALL that gets no answer within its time-out in real seconds holds the clock no longer: the stations' time reaches
   the time-out, and the station does what it does about silence.
3. What the stations do depends on the seed and on the answers, not on how long these took.
"""

import asyncio
import time
from collections.abc import Iterator
from typing import Protocol

from simulator.clock import VirtualClock
from simulator.running import RunningStation

_LAST_WORDS_S = 600.0


class Waits:
    """Which stations wait for the network, and since when in real seconds."""

    def __init__(self) -> None:
        self._since: dict[RunningStation, tuple[object, float]] = {}
        self._given_up: dict[RunningStation, object] = {}
        self._nobody = asyncio.Event()
        self._nobody.set()

    def follow(self, running: RunningStation) -> None:
        """The station may have begun or ended to wait."""
        awaited = running.awaited
        if awaited is None or self._given_up.get(running) == awaited:
            self._since.pop(running, None)
        elif (known := self._since.get(running)) is None or known[0] != awaited:
            self._since[running] = awaited, time.monotonic()
            self._given_up.pop(running, None)
        if self._since:
            self._nobody.clear()
        else:
            self._nobody.set()

    async def over(self) -> None:
        """Return once nobody waits, or whoever does has waited too long."""
        while self._since:
            try:
                async with asyncio.timeout(min(self._patience_s(time.monotonic()), default=None)):
                    await self._nobody.wait()
            except TimeoutError:
                self._give_up(time.monotonic())

    def _patience_s(self, now: float) -> Iterator[float]:
        for running, (_, since) in self._since.items():
            if not running.is_connecting:  # the network itself ends an attempt to connect
                yield max(0.0, since + running.state.settings.call_timeout_s - now)

    def _give_up(self, now: float) -> None:
        for running, (awaited, since) in tuple(self._since.items()):
            if not running.is_connecting and since + running.state.settings.call_timeout_s <= now:
                self._given_up[running] = awaited
                self.follow(running)


class Sleepers(Protocol):
    """Whoever is to be woken."""

    @property
    def next_wake_at(self) -> float | None:
        """When `wake_due` has something to do."""

    def wake_due(self) -> None:
        """Everything whose time has come has happened."""


class Play:
    """The stations' time from the clock's now for `seconds`; then `stop` is set.

    After that, or once somebody else has set it, a little time is left for last words.
    """

    def __init__(self, clock: VirtualClock, *, seconds: float, stop: asyncio.Event) -> None:
        self.clock = clock
        self.waits = Waits()
        self._ends_at = clock.now() + seconds
        self._stop = stop

    async def pulse(self, sleepers: Sleepers) -> None:
        """Wake whoever is due, and move the clock, until cancelled."""
        while not self._stop.is_set():
            sleepers.wake_due()
            await self.waits.over()
            next_at = sleepers.next_wake_at
            if next_at is None or next_at > self._ends_at:
                self._stop.set()
            self.clock.move_to(self._ends_at if next_at is None else min(next_at, self._ends_at))
            await asyncio.sleep(0)  # sockets are read, and whoever waited for `stop` goes first
        last_at = self.clock.now() + _LAST_WORDS_S
        while (next_at := sleepers.next_wake_at) is not None and next_at <= last_at:
            await self.waits.over()
            self.clock.move_to(next_at)
            sleepers.wake_due()
            await asyncio.sleep(0)
