"""Facts into JetStream: many in flight, each with a deadline, none sent late.

The client library's own publish is unsafe alone: a future in flight when the server dies never ends, and while
disconnected it buffers silently and sends late.

Invariants:
1. `publish` returns only after the stream has the event, and raises within the deadline otherwise.
2. While NATS is away `publish` raises at once, and what was in flight when it went raises too.
3. A last value waits in its slot until NATS takes it; a newer one of the same slot replaces it.
"""

import asyncio
from collections import deque

import structlog
from nats.errors import Error as NatsError
from nats.js.api import PubAck
from nats.js.errors import Error as JetStreamError

from csms.adapters.nats import NatsBus
from csms.errors import PublishFailed
from csms.ports import Outgoing
from csms.telemetry import HELD_LATEST, IN_FLIGHT, PUBLISH_FAILURES

log = structlog.get_logger(__name__)

_SWEEP_S = 0.25
_LATEST_AT_ONCE = 256
_LATEST_RETRY_S = 0.5


class _NotConnected(Exception):
    """NATS went while the event was in flight."""


class JetStreamPublisher:
    """The EventPublisher of production."""

    def __init__(self, bus: NatsBus, *, deadline_s: float, patience_s: float) -> None:
        self._bus = bus
        self._deadline_s = deadline_s
        self._patience_s = patience_s
        self._loop = asyncio.get_running_loop()
        # Every deadline is the same distance away, so the oldest stands first.
        self._in_flight: deque[tuple[float, asyncio.Future[PubAck]]] = deque()
        self._latest: dict[str, Outgoing] = {}
        self._has_latest = asyncio.Event()
        self._is_flushed = asyncio.Event()
        self._is_flushed.set()
        bus.watch_connection(on_lost=self._abandon, on_found=self._has_latest.set)

    @property
    def is_patient(self) -> bool:
        """False once NATS has been away for longer than the patience."""
        return self._bus.away_s <= self._patience_s

    async def publish(self, *events: Outgoing) -> None:
        """Return once every event is in its stream. Raises PublishFailed."""
        if len(events) == 1:
            await self._confirm(events[0], await self._send(events[0]))
            return
        acks: list[asyncio.Future[PubAck]] = []
        try:
            for event in events:
                acks.append(await self._send(event))
            for event, ack in zip(events, acks, strict=True):
                await self._confirm(event, ack)
        finally:
            for ack in acks:
                ack.cancel()  # where one failed, nobody waits for the others

    def publish_latest(self, slot: str, event: Outgoing) -> None:
        """Never waits, never raises; bounded by the number of slots, which are connectors."""
        self._latest.pop(slot, None)
        self._latest[slot] = event
        self._is_flushed.clear()
        self._has_latest.set()

    async def run(self) -> None:
        """Sweep deadlines and publish last values, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sweep())
            tasks.create_task(self._publish_latest())

    async def flush(self, *, timeout_s: float) -> None:
        """Wait until every last value is published, at most `timeout_s`: the goodbye of a node that drains."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._is_flushed.wait()
        except TimeoutError:
            log.warning("last values lost", count=len(self._latest))

    async def _send(self, event: Outgoing) -> asyncio.Future[PubAck]:
        if not self._bus.is_connected:
            PUBLISH_FAILURES.inc()
            raise PublishFailed(event.subject, "NATS is away")
        headers = {"Nats-Msg-Id": event.dedupe_key} if event.dedupe_key else None
        try:
            ack = await self._bus.jetstream.publish_async(event.subject, event.payload, headers=headers)
        except (NatsError, JetStreamError) as error:
            PUBLISH_FAILURES.inc()
            raise PublishFailed(event.subject, str(error) or type(error).__name__) from error
        self._in_flight.append((self._loop.time() + self._deadline_s, ack))
        return ack

    async def _confirm(self, event: Outgoing, ack: "asyncio.Future[PubAck]") -> None:
        try:
            await ack
        except (_NotConnected, TimeoutError, NatsError, JetStreamError) as error:
            PUBLISH_FAILURES.inc()
            raise PublishFailed(event.subject, str(error) or type(error).__name__) from error

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            now = self._loop.time()
            while self._in_flight and (self._in_flight[0][1].done() or self._in_flight[0][0] <= now):
                _, ack = self._in_flight.popleft()
                if not ack.done():
                    ack.set_exception(TimeoutError(f"no acknowledgement within {self._deadline_s:g} s"))
            IN_FLIGHT.set(len(self._in_flight))
            HELD_LATEST.set(len(self._latest))

    def _abandon(self) -> None:
        for _, ack in self._in_flight:
            if not ack.done():
                ack.set_exception(_NotConnected("NATS went while the event was in flight"))
        self._in_flight.clear()

    async def _publish_latest(self) -> None:
        while True:
            await self._has_latest.wait()
            self._has_latest.clear()
            batch = list(self._latest.items())[:_LATEST_AT_ONCE]
            try:
                await self.publish(*(event for _, event in batch))
            except PublishFailed as error:
                # Said again, some may be in the stream twice: a status twice is no harm, a lost one is.
                log.info("last values held", count=len(self._latest), reason=str(error))
                await asyncio.sleep(_LATEST_RETRY_S)
                self._has_latest.set()
                continue
            for slot, event in batch:
                if self._latest.get(slot) is event:
                    del self._latest[slot]
            if self._latest:
                self._has_latest.set()
            else:
                self._is_flushed.set()
