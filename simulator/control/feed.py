"""What happens in the fleet, to whoever listens: each listener has a bounded queue, and hears what it missed.

Invariants:
1. A slow listener costs the fleet no more than its queue: where that is full, events are dropped, and counted.
2. How many were dropped is told where they are missing, before the next event that is not.
3. Before the first listener no event is kept; from then on the last are, for whoever comes back: `KEPT` of them. Losses
   of workers are kept from the beginning, and never forgotten: there are no more of them than workers.
4. An event shows what was so when it happened, whenever it is heard.
5. Who comes back with the id of an event hears each that was after it once and in its order, losses among them, or is
   told that some are forgotten. Who comes without an id hears of every loss.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from heapq import merge

from simulator.control.schemas import EventView
from simulator.control.views import show_event
from simulator.fleet import FleetEvent

BOUND = 1000
KEPT = 1000
_RUN_BYTES = 4


@dataclass(frozen=True, slots=True)
class Numbered:
    """`number` counts the fleet's events and losses from 1, listeners or not; `run` is this life of the fleet."""

    run: str
    number: int

    @property
    def event_id(self) -> str:
        """What a listener comes back with."""
        return f"{self.run}-{self.number}"


@dataclass(frozen=True, slots=True)
class NumberedEvent(Numbered):
    """Something happened at a station."""

    event: EventView


@dataclass(frozen=True, slots=True)
class Lost(Numbered):
    """From here on nothing comes of some stations: their process is gone."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """So many events are missing here."""

    count: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Events behind `last_event_id` are forgotten: `count` of the fleet's; None where that is no id of this fleet."""

    last_event_id: str
    count: int | None


Told = NumberedEvent | Dropped | Lost | Gap
"""What a listener hears."""


class Listener:
    """One queue; iterate to hear. It ends when the feed is closed."""

    def __init__(self, *, station_id: str | None, bound: int) -> None:
        self._station_id = station_id
        self._bound = bound
        self._queue: deque[Told] = deque()
        self._missed = 0
        self._news = asyncio.Event()
        self._is_closed = False

    def put(self, told: NumberedEvent | Lost | Gap) -> None:
        """Keep it; an event is counted as missed where the queue is full. Losses and gaps are few, and always told."""
        if isinstance(told, NumberedEvent):
            if self._station_id is not None and told.event.station_id != self._station_id:
                return
            if len(self._queue) >= self._bound:
                self._missed += 1
                return
        if self._missed:
            self._queue.append(Dropped(self._missed))
            self._missed = 0
        self._queue.append(told)
        self._news.set()

    def close(self) -> None:
        """Nothing more comes."""
        self._is_closed = True
        self._news.set()

    async def hear(self, *, quiet_s: float) -> AsyncIterator[Told | None]:
        """What comes, as it comes; None after each `quiet_s` in which nothing did."""
        while not (self._is_closed and not self._queue and not self._missed):
            if self._queue:
                yield self._queue.popleft()
            elif self._missed:
                missed, self._missed = self._missed, 0
                yield Dropped(missed)
            else:
                self._news.clear()
                try:
                    async with asyncio.timeout(quiet_s):
                        await self._news.wait()
                except TimeoutError:
                    yield None


class EventFeed:
    """Give `on_event` to the fleet, or `on_shown` to the process that hears of it, and listen."""

    def __init__(self, *, run: str | None = None, kept: int = KEPT) -> None:
        self._run = run or secrets.token_hex(_RUN_BYTES)
        self._count = 0
        self._kept = kept
        self._recent: deque[NumberedEvent] | None = None
        self._losses: list[Lost] = []
        self._listeners: set[Listener] = set()
        self._is_closed = False

    def on_event(self, event: FleetEvent) -> None:
        """The fleet tells."""
        self._count += 1
        if self._recent is not None:
            self._put(show_event(event), self._recent)

    def on_shown(self, event: bytes) -> None:
        """Another process has told, an EventView as JSON."""
        self._count += 1
        if self._recent is not None:
            self._put(EventView.model_validate_json(event), self._recent)

    def lose(self, sentence: str) -> None:
        """Every listener hears that stations have no process any more, whenever it comes."""
        self._count += 1
        lost = Lost(self._run, self._count, sentence)
        self._losses.append(lost)
        for listener in self._listeners:
            listener.put(lost)

    def listen(
        self, *, station_id: str | None = None, last_event_id: str | None = None, bound: int = BOUND
    ) -> Listener:
        """A new listener, of one station or of all; `leave` it in the end. It hears what is behind `last_event_id`."""
        if self._recent is None:
            self._recent = deque(maxlen=self._kept)
        listener = Listener(station_id=station_id, bound=bound)
        if last_event_id is None:
            for lost in self._losses:
                listener.put(lost)
        else:
            self._resume(listener, last_event_id, self._recent)
        self._listeners.add(listener)
        if self._is_closed:
            listener.close()
        return listener

    def leave(self, listener: Listener) -> None:
        """It hears nothing more."""
        self._listeners.discard(listener)

    def close(self) -> None:
        """Every listener ends once it has heard what it has."""
        self._is_closed = True
        for listener in self._listeners:
            listener.close()

    def _put(self, event: EventView, recent: deque[NumberedEvent]) -> None:
        numbered = NumberedEvent(self._run, self._count, event)
        recent.append(numbered)
        for listener in self._listeners:
            listener.put(numbered)

    def _resume(self, listener: Listener, last_event_id: str, recent: deque[NumberedEvent]) -> None:
        heard = self._number_of(last_event_id)
        kept: Iterable[NumberedEvent | Lost] = merge(recent, self._losses, key=lambda one: one.number)
        behind = [one for one in kept if heard is None or one.number > heard]
        if heard is None:
            listener.put(Gap(last_event_id, None))
        elif forgotten := self._count - heard - len(behind):
            listener.put(Gap(last_event_id, forgotten))
        for one in behind:
            listener.put(one)

    def _number_of(self, event_id: str) -> int | None:
        """None for the id of another fleet's event, or of none."""
        run, dash, number = event_id.partition("-")
        if run != self._run or not dash or not (number.isascii() and number.isdigit()):
            return None
        return int(number) if len(number) <= len(str(self._count)) and int(number) <= self._count else None
