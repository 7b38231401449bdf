"""What happens in the fleet, to whoever listens: each listener has a bounded queue, and hears what it missed.

Invariants:
1. A slow listener costs the fleet no more than its queue: where that is full, events are dropped, and counted.
2. How many were dropped is told where they are missing, before the next event that is not.
3. Without listeners nothing is kept.
4. An event shows what was so when it happened, whenever it is heard.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from simulator.control.schemas import EventView
from simulator.control.views import show_event
from simulator.fleet import FleetEvent

BOUND = 1000


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """`number` counts the fleet's events from 1, whether somebody listened or not."""

    number: int
    event: EventView


@dataclass(frozen=True, slots=True)
class Dropped:
    """So many events are missing here."""

    count: int


@dataclass(frozen=True, slots=True)
class Lost:
    """From here on nothing comes of some stations: their process is gone."""

    sentence: str


class Listener:
    """One queue; iterate to hear. It ends when the feed is closed."""

    def __init__(self, *, station_id: str | None, bound: int) -> None:
        self._station_id = station_id
        self._bound = bound
        self._queue: deque[NumberedEvent | Dropped | Lost] = deque()
        self._missed = 0
        self._news = asyncio.Event()
        self._is_closed = False

    def put(self, event: NumberedEvent) -> None:
        """Keep it, or count it as missed."""
        if self._station_id is not None and event.event.station_id != self._station_id:
            return
        if len(self._queue) >= self._bound:
            self._missed += 1
            return
        if self._missed:
            self._queue.append(Dropped(self._missed))
            self._missed = 0
        self._queue.append(event)
        self._news.set()

    def lose(self, lost: Lost) -> None:
        """It is told whatever the queue has: there are few of them."""
        self._queue.append(lost)
        self._news.set()

    def close(self) -> None:
        """Nothing more comes."""
        self._is_closed = True
        self._news.set()

    async def hear(self, *, quiet_s: float) -> AsyncIterator[NumberedEvent | Dropped | Lost | None]:
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

    def __init__(self) -> None:
        self._count = 0
        self._listeners: set[Listener] = set()

    def on_event(self, event: FleetEvent) -> None:
        """The fleet tells."""
        self._count += 1
        if self._listeners:
            self._put(show_event(event))

    def on_shown(self, event: bytes) -> None:
        """Another process has told, an EventView as JSON."""
        self._count += 1
        if self._listeners:
            self._put(EventView.model_validate_json(event))

    def lose(self, sentence: str) -> None:
        """Every listener hears that stations have no process any more."""
        for listener in self._listeners:
            listener.lose(Lost(sentence))

    def listen(self, *, station_id: str | None = None, bound: int = BOUND) -> Listener:
        """A new listener, of one station or of all; `leave` it in the end."""
        listener = Listener(station_id=station_id, bound=bound)
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """It hears nothing more."""
        self._listeners.discard(listener)

    def close(self) -> None:
        """Every listener ends once it has heard what it has."""
        for listener in self._listeners:
            listener.close()

    def _put(self, event: EventView) -> None:
        numbered = NumberedEvent(self._count, event)
        for listener in self._listeners:
            listener.put(numbered)
