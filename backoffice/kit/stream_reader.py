"""A stream of NATS read from a sequence on, in order and without a gap, or not at all.

Invariants:
1. What `next_batch` returns continues what it returned before: no message of the filter lies between.
2. Anything that could have made a gap (a reconnection, a message lost on the way, a consumer gone) raises
   ReaderBroken; `open(after)` then begins anew after the last message that was dealt with.

JetStream alone does not promise the first: with ack policy all, a message lost between server and client is covered by
the acknowledgement of the next one. Its consumer sequence, which counts deliveries, shows the gap.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError, NotFoundError

from backoffice.kit.bus import Bus
from backoffice.kit.errors import BusUnavailable
from backoffice.kit.forever import heed_cancellation

BATCH = 256
PULL_EXPIRES_S = 30.0
HEARTBEAT_S = 2.0
ACK_WAIT_S = 60.0
# A reader without a durable name is forgotten by the server when nobody pulls for this long.
INACTIVE_S = 60.0
_ACK = b"+ACK"
_STILL_WORKING = b"+WPI"


class ReaderBroken(Exception):
    """The reader may have missed something and is to be opened again."""


@dataclass(frozen=True, slots=True)
class StreamMessage:
    """One message of a stream. `waiting` counts those behind it; `reply` is where it is acknowledged."""

    stream_seq: int
    subject: str
    payload: bytes
    waiting: int = 0
    reply: str = ""


class StreamReader:
    """Reads what `filter_subject` lets through, or any of several that do not overlap.

    With a `durable` name the server keeps how far it was acknowledged.
    """

    def __init__(
        self, bus: Bus, stream: str, *, filter_subject: str | Sequence[str], durable: str | None = None
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._filter_subjects = [filter_subject] if isinstance(filter_subject, str) else list(filter_subject)
        self._durable = durable
        self._arrived = asyncio.Event()
        self._buffer: list[StreamMessage] = []
        self._broken: str | None = "not opened"
        self._subscription: Any = None  # Any: nats-py does not export its Subscription
        self._consumer = ""
        self._inbox = ""
        self._opening = 0
        self._outstanding = 0
        self._last_delivery = 0
        self._last_seq = 0

    async def open(self, *, after: int | None) -> None:
        """Reading begins behind stream sequence `after`; None: with the last message of every subject.

        Raises BusUnavailable.
        """
        await self.close()
        self._buffer, self._outstanding, self._last_delivery, self._last_seq = [], 0, 0, 0
        take = partial(self._take, opening=self._opening)
        try:
            with self._bus.naming_outages():
                self._consumer = await self._make_consumer(after)
                self._inbox = self._bus.client.new_inbox()
                self._subscription = await self._bus.client.subscribe(self._inbox, cb=take)
        except NotFoundError as error:
            raise BusUnavailable(f"there is no stream {self._stream}") from error
        self._broken = None

    async def next_batch(self, *, wait_s: float) -> Sequence[StreamMessage]:
        """What has arrived, at least one message unless `wait_s` passes without any. Raises ReaderBroken."""
        if not self._buffer:
            await self._pull()
            await self._wait(wait_s)
        if self._broken:
            raise ReaderBroken(self._broken)
        batch, self._buffer = self._buffer, []
        return batch

    async def acknowledge(self, message: StreamMessage) -> None:
        """The server need not keep this message, or any before it, for us. Lost on the way it does no harm."""
        await self._say(message, _ACK)

    async def keep_alive(self, message: StreamMessage) -> None:
        """The server goes on waiting for our acknowledgement."""
        await self._say(message, _STILL_WORKING)

    async def close(self) -> None:
        """Nothing is delivered any more."""
        self._opening += 1
        if self._subscription is not None:
            subscription, self._subscription = self._subscription, None
            if self._bus.is_connected:
                await subscription.unsubscribe()
        self._broken = self._broken or "closed"

    async def _make_consumer(self, after: int | None) -> str:
        if self._durable:
            await self._delete_durable(self._durable)
        config = ConsumerConfig(
            durable_name=self._durable,
            deliver_policy=DeliverPolicy.LAST_PER_SUBJECT if after is None else DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=None if after is None else after + 1,
            ack_policy=AckPolicy.ALL if self._durable else AckPolicy.NONE,
            ack_wait=ACK_WAIT_S if self._durable else None,
            filter_subject=self._filter_subjects[0] if len(self._filter_subjects) == 1 else None,
            filter_subjects=self._filter_subjects if len(self._filter_subjects) > 1 else None,
            max_ack_pending=4 * BATCH if self._durable else None,
            inactive_threshold=None if self._durable else INACTIVE_S,
            mem_storage=None if self._durable else True,
        )
        info = await self._bus.jetstream.add_consumer(self._stream, config=config)
        return str(info.name)

    async def _delete_durable(self, durable: str) -> None:
        try:
            await self._bus.jetstream.delete_consumer(self._stream, durable)
        except NotFoundError:
            return
        except APIError as error:
            raise BusUnavailable(str(error)) from error

    async def _pull(self) -> None:
        if self._broken or self._outstanding > 0:
            return
        request = {
            "batch": BATCH,
            "expires": int(PULL_EXPIRES_S * 1e9),
            "idle_heartbeat": int(HEARTBEAT_S * 1e9),
        }
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._consumer}"
        self._outstanding = BATCH
        try:
            with self._bus.naming_outages():
                await self._bus.client.publish(subject, json.dumps(request).encode(), reply=self._inbox)
        except BusUnavailable as error:
            self._broken = str(error)

    async def _wait(self, wait_s: float) -> None:
        """Returns when a message or a break is there, or `wait_s` have passed; silence of the server is a break."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_s
        while not self._buffer and not self._broken and (left := deadline - loop.time()) > 0:
            heed_cancellation()
            self._arrived.clear()
            try:
                async with asyncio.timeout(min(left, 2.5 * HEARTBEAT_S)):
                    await self._arrived.wait()
            except TimeoutError:
                if left > 2.5 * HEARTBEAT_S:
                    self._break("the server is silent")
            if not self._buffer:
                await self._pull()

    async def _take(self, message: Msg, *, opening: int) -> None:
        """Keeps a message; reads a status. Called by the client library in the order of arrival."""
        if opening != self._opening:
            return
        status = (message.headers or {}).get("Status")
        if status is None:
            self._keep(message)
        elif status in ("404", "408"):
            self._outstanding = 0
        elif status != "100":
            self._break(f"status {status} {(message.headers or {}).get('Description', '')}")
        self._arrived.set()

    def _keep(self, message: Msg) -> None:
        metadata = message.metadata
        if metadata.sequence.consumer != self._last_delivery + 1:
            self._break(f"delivery {metadata.sequence.consumer} after {self._last_delivery}")
            return
        self._last_delivery += 1
        self._outstanding -= 1
        if metadata.sequence.stream <= self._last_seq:
            return  # delivered again, because we took long to acknowledge
        self._last_seq = metadata.sequence.stream
        self._buffer.append(
            StreamMessage(
                stream_seq=metadata.sequence.stream,
                subject=message.subject,
                payload=message.data,
                waiting=metadata.num_pending,
                reply=message.reply,
            )
        )

    def _break(self, reason: str) -> None:
        self._broken = self._broken or reason
        self._arrived.set()

    async def _say(self, message: StreamMessage, word: bytes) -> None:
        try:
            with self._bus.naming_outages():
                await self._bus.client.publish(message.reply, word)
        except BusUnavailable as error:
            self._break(str(error))
