"""Facts into JetStream: many in flight, each with a deadline, none sent late.

Invariants:
1. `publish` returns only after the stream has every event, and raises within the deadline otherwise.
2. While NATS is away `publish` raises at once, and what was in flight when it went raises too.
3. A last value waits in its slot until NATS takes it; a newer one of the same slot replaces it.
4. A station has at most `SLOTS_OF_STATION` of them; where it names more, its own oldest one makes room and is counted.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from itertools import chain, islice

import structlog

from csms.adapters.jetstream_wire import PublishConnection
from csms.errors import FactTooLarge, PublishFailed
from csms.ports import Outgoing, Slot
from csms.telemetry import HELD_LATEST, IN_FLIGHT, LATEST_PUSHED_OUT, PUBLISH_FAILURES
from protocol.domain.identifiers import StationKey

log = structlog.get_logger(__name__)

_SWEEP_S = 0.25
_RECONNECT_S = 0.2
_PING_S = 5.0
_PONG_S = 5.0
_LATEST_AT_ONCE = 256

# Boot, connected, a disconnect for each epoch, 64 rules (`csms.deviations`), 8 of quarantine, and the connectors, whose
# numbers are the station's to choose: room for a hundred and more of them.
SLOTS_OF_STATION = 256
_LATEST_RETRY_S = 0.5


class JetStreamPublisher:
    """The EventPublisher of production: a connection that is made anew for ever, while `run` runs."""

    def __init__(self, urls: str, *, name: str, deadline_s: float, patience_s: float) -> None:
        """`urls` are tried in turn; they are separated by commas."""
        self._urls = deque(url.strip() for url in urls.split(","))
        self._name = name
        self._deadline_s = deadline_s
        self._patience_s = patience_s
        self._loop = asyncio.get_running_loop()
        self._connection: PublishConnection | None = None
        self._is_lost = asyncio.Event()
        self._left_at = self._loop.time()
        # Every deadline is the same distance away, so the oldest stands first.
        self._deadlines: deque[tuple[float, asyncio.Future[None], str, int]] = deque()
        self._latest: dict[StationKey, dict[Slot, Outgoing]] = {}
        self._has_latest = asyncio.Event()
        self._is_flushed = asyncio.Event()
        self._is_flushed.set()

    @property
    def is_connected(self) -> bool:
        """Whether NATS is there now."""
        return self._connection is not None and self._connection.is_ready

    @property
    def is_patient(self) -> bool:
        """False once NATS has been away for longer than the patience."""
        return self.is_connected or self._loop.time() - self._left_at <= self._patience_s

    async def publish(self, *events: Outgoing) -> None:
        """Return once every event is in its stream. Raises PublishFailed."""
        try:
            await self._send(events)
        except PublishFailed:
            PUBLISH_FAILURES.inc()
            raise

    def publish_latest(self, slot: Slot, event: Outgoing) -> None:
        """Never waits, never raises; bounded by `SLOTS_OF_STATION` for each station that spoke while NATS is away."""
        held = self._latest.setdefault(slot[0], {})
        held.pop(slot, None)
        held[slot] = event
        if len(held) > SLOTS_OF_STATION:
            del held[next(iter(held))]
            LATEST_PUSHED_OUT.inc()
        self._is_flushed.clear()
        self._has_latest.set()

    def publish_unacknowledged(self, event: Outgoing) -> bool:
        """Never waits, never raises. False where NATS does not take it now: then it is lost."""
        return self._connection is not None and self._connection.publish_unacknowledged(event.subject, event.payload)

    async def run(self) -> None:
        """Connect, sweep deadlines and publish last values, until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._stay_connected())
                tasks.create_task(self._sweep())
                tasks.create_task(self._publish_latest())
        finally:
            if self._connection is not None:
                self._connection.close()

    async def flush(self, *, timeout_s: float) -> None:
        """Wait until every last value is published, at most `timeout_s`: the goodbye of a node that drains."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._is_flushed.wait()
        except TimeoutError:
            log.warning("last values lost", count=self._held())

    def _send(self, events: tuple[Outgoing, ...]) -> "asyncio.Future[None]":
        if self._connection is None:
            raise PublishFailed(events[0].subject, "NATS is away")
        ack = self._connection.publish(*events)
        self._deadlines.append((self._loop.time() + self._deadline_s, ack, events[0].subject, len(events)))
        return ack

    async def _stay_connected(self) -> None:
        while True:
            self._is_lost.clear()
            try:
                self._connection = await PublishConnection.open(
                    self._urls[0], name=self._name, on_lost=self._is_lost.set
                )
            except (OSError, TimeoutError, PublishFailed) as error:
                log.info("NATS does not take events", reason=str(error) or type(error).__name__)
                self._urls.rotate(-1)
                await asyncio.sleep(_RECONNECT_S)
                continue
            self._has_latest.set()
            await self._watch(self._connection)
            self._connection = None
            self._left_at = self._loop.time()

    async def _watch(self, connection: PublishConnection) -> None:
        """Return when the connection is lost; one that answers no ping is given up."""
        while True:
            try:
                async with asyncio.timeout(_PING_S):
                    await self._is_lost.wait()
                    return
            except TimeoutError:
                pong = connection.ping()
            await asyncio.wait((pong,), timeout=_PONG_S)
            if not pong.done():
                connection.close()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            now = self._loop.time()
            while self._deadlines and (self._deadlines[0][1].done() or self._deadlines[0][0] <= now):
                _, ack, subject, count = self._deadlines.popleft()
                if not ack.done():
                    subject = subject if count == 1 else f"{subject}, or one of {count},"
                    ack.set_exception(PublishFailed(subject, f"no acknowledgement within {self._deadline_s:g} s"))
            if self._connection is not None:
                self._connection.forget_given_up()
            IN_FLIGHT.set(self._connection.in_flight if self._connection is not None else 0)
            HELD_LATEST.set(self._held())

    async def _publish_latest(self) -> None:
        while True:
            await self._has_latest.wait()
            self._has_latest.clear()
            batch = list(islice(self._each_latest(), _LATEST_AT_ONCE))
            if not batch:
                self._is_flushed.set()
                continue
            try:
                await self.publish(*(event for _, event in batch))
            except PublishFailed as error:
                # Said again, some may be in the stream twice: a status twice is no harm, a lost one is.
                log.info("last values held", count=self._held(), reason=str(error))
                await asyncio.sleep(_LATEST_RETRY_S)
                self._has_latest.set()
                continue
            except FactTooLarge as error:
                log.error("last value dropped", reason=str(error))
                batch = [(slot, event) for slot, event in batch if event.payload is error.payload]
            for slot, event in batch:
                self._forget_latest(slot, event)
            self._has_latest.set()

    def _held(self) -> int:
        return sum(len(held) for held in self._latest.values())

    def _each_latest(self) -> Iterator[tuple[Slot, Outgoing]]:
        """A station's in the order in which they were said."""
        return chain.from_iterable(held.items() for held in self._latest.values())

    def _forget_latest(self, slot: Slot, event: Outgoing) -> None:
        """It was published; a newer one that came meanwhile stays."""
        held = self._latest.get(slot[0], {})
        if held.get(slot) is not event:
            return
        del held[slot]
        if not held:
            del self._latest[slot[0]]
