"""A fleet whose clocks jump: a day of traffic over real sockets, as fast as the CSMS answers.

Stations do not know each other, so each has a clock of its own. While one waits for an answer, others live on.

Invariants:
1. While a station waits for the network (for a connection, or for the answer to its CALL) its time stands still, and
   with it its drivers; otherwise it jumps to the next wake-up. So no time-out ends because time has jumped.
2. A CALL that gets no answer within its time-out in real seconds holds the clock no longer: the station's time reaches
   the time-out, and the station does what it does about silence.
3. What a station does depends on the seed and on its answers, neither on how long these took nor on other stations. A
   driver keeps to one EVSE: tokens are dealt out, not shared.
"""

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from protocol.domain.identifiers import StationKey
from simulator.clock import VirtualClock
from simulator.running import Companion, RunningStation

_AT_ONCE = 256
_WAKES_BETWEEN_READS = 64
_LAST_WORDS_S = 600.0

Sleeper = RunningStation | Companion


class Sleepers(Protocol):
    """Whoever is to be woken."""

    @property
    def next_wake_at(self) -> float | None:
        """When the first is due."""

    def take_next(self) -> Sleeper:
        """Who is due first, and is to be woken now."""


class Waits:
    """Which stations wait for the network, and since when in real seconds."""

    def __init__(self) -> None:
        self._since: dict[RunningStation, tuple[object, float]] = {}
        self._given_up: dict[RunningStation, object] = {}
        self._ended = asyncio.Event()

    def __contains__(self, running: RunningStation) -> bool:
        return running in self._since

    def __len__(self) -> int:
        return len(self._since)

    def follow(self, running: RunningStation) -> None:
        """The station may have begun or ended to wait."""
        awaited = running.awaited
        if awaited is None or self._given_up.get(running) == awaited:
            if self._since.pop(running, None) is not None:
                self._ended.set()
        elif (known := self._since.get(running)) is None or known[0] != awaited:
            self._since[running] = awaited, time.monotonic()
            self._given_up.pop(running, None)

    def forget_ends(self) -> None:
        """What ends from now on is what `fewer` tells."""
        self._ended.clear()

    async def fewer(self) -> None:
        """Return once a station waits no longer, or has waited too long; at once where one has since `forget_ends`."""
        while self._since and not self._ended.is_set():
            try:
                async with asyncio.timeout(min(self._patience_s(time.monotonic()), default=None)):
                    await self._ended.wait()
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
                running.remind()


class Play:
    """The stations' time from `started_at` for `seconds`; then `stop` is set.

    After that, or once somebody else has set it, a little time is left to stations with facts to say. `clock` is where
    the foremost station is.
    """

    def __init__(self, started_at: datetime, *, seconds: float, stop: asyncio.Event) -> None:
        self.clock = VirtualClock(started_at)
        self._started_at = started_at
        self._seconds = seconds
        self._stop = stop
        self._waits = Waits()
        self._clocks: dict[StationKey, VirtualClock] = {}
        self._held: dict[RunningStation, dict[Companion, float]] = {}

    def clock_of(self, key: StationKey) -> VirtualClock:
        """The station's own clock."""
        return self._clocks.setdefault(key, VirtualClock(self._started_at))

    def follow(self, sleeper: Sleeper) -> dict[Companion, float]:
        """Somebody has asked for another wake-up. Returns who was held and no longer is, with the times."""
        if isinstance(sleeper, Companion):
            self._held.get(sleeper.running, {}).pop(sleeper, None)
            return {}
        self._waits.follow(sleeper)
        return {} if sleeper in self._waits else self._held.pop(sleeper, {})

    async def pulse(self, sleepers: Sleepers) -> None:
        """Wake whoever is due, each by the station's own clock, until cancelled."""
        while not self._stop.is_set():
            await self._live(sleepers, until=self._seconds)
            if not self._waits and not _is_due(sleepers, self._seconds):
                self.clock.move_to(self._seconds)
                for clock in self._clocks.values():
                    clock.move_to(self._seconds)
                self._stop.set()
        await asyncio.sleep(0)  # whoever waited for `stop` goes first
        last_at = self.clock.now() + _LAST_WORDS_S
        while self._waits or _is_due(sleepers, last_at):
            await self._live(sleepers, until=last_at, is_over=True)

    async def _live(self, sleepers: Sleepers, *, until: float, is_over: bool = False) -> None:
        """Some have been woken, and sockets were read; where only answers bring anything on, one has come."""
        self._waits.forget_ends()
        is_more = self._wake(sleepers, until=until, is_over=is_over)
        await asyncio.sleep(0)
        if self._waits and not is_more:
            await self._waits.fewer()

    def _wake(self, sleepers: Sleepers, *, until: float, is_over: bool) -> bool:
        """Whoever is due has been woken; or enough for now, and it is True that there may be more."""
        for _ in range(_WAKES_BETWEEN_READS):
            at = sleepers.next_wake_at
            if at is None or at > until or len(self._waits) >= _AT_ONCE:
                return False
            sleeper = sleepers.take_next()
            running = sleeper.running if isinstance(sleeper, Companion) else sleeper
            if is_over and not running.state.outbox.has_facts:
                continue
            if running not in self._waits:
                clock = self._clocks[running.plan.key]
                clock.move_to(at)
                self.clock.move_to(clock.now())
                sleeper.wake(clock.now())
            elif isinstance(sleeper, Companion):
                self._held.setdefault(running, {})[sleeper] = at
            # A station that waits asks again for its wake-up when its answer comes.
        return True


def _is_due(sleepers: Sleepers, until: float) -> bool:
    at = sleepers.next_wake_at
    return at is not None and at <= until
