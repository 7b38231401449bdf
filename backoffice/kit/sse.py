"""A service's own events about one key, or one subject of a stream, live, as Server-Sent Events.

Their id is the stream sequence.

A client that comes back with `Last-Event-ID` misses nothing; one that comes without it first gets the newest event of
each kind. Comments every 15 s keep proxies awake (FastAPI sends them). The stream ends when the process does, and with
the access token that it was asked with.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from backoffice.kit.auth import TokenVerifier
from backoffice.kit.bus import Bus
from backoffice.kit.errors import BusUnavailable, InvalidRequest, Unauthenticated
from backoffice.kit.stream_reader import ReaderBroken, StreamReader
from protocol.bus.envelope import RawEnvelope, decode_envelope
from protocol.bus.subjects import Stream, domain_events_of
from protocol.domain.identifiers import TenantId

WAIT_S = 1.0
RETRY_S = 0.5
# A stream sequence: JetStream counts in 64 bits.
_EVENT_ID = re.compile(r"[0-9]{1,18}")


def _data_of(envelope: RawEnvelope) -> str:
    return bytes(envelope.data).decode()


class EventStream:
    """Follows subjects of a stream for one request."""

    def __init__(self, bus: Bus, *, is_over: Callable[[], bool], last_event_id: int | None) -> None:
        self._bus = bus
        self._is_over = is_over
        self._last_event_id = last_event_id

    async def follow(
        self, *, tenant: TenantId, key: str, service: str, event: str = "*"
    ) -> AsyncIterator[ServerSentEvent]:
        """The service's events about `key`, or those of one name: `event` is the name, `data` the event as JSON."""
        filter_subject = domain_events_of(tenant, key=key, service=service, event=event)
        async for one in self.follow_stream(Stream.DOMAIN, filter_subject=filter_subject):
            yield one

    async def follow_stream(
        self,
        stream: Stream,
        *,
        filter_subject: str | Sequence[str],
        show: Callable[[RawEnvelope], str | None] = _data_of,
        begins_now: bool = False,
    ) -> AsyncIterator[ServerSentEvent]:
        """The stream's events on the subject, or on several that do not overlap.

        `show` makes the data of one of them, JSON; None: it is not for this stream. `begins_now`: who comes without
        `Last-Event-ID` gets nothing that was before.
        """
        if begins_now and self._last_event_id is None:
            self._last_event_id = await self._bus.last_sequence(stream)
        reader = StreamReader(self._bus, stream, filter_subject=filter_subject)
        try:
            while not self._is_over():
                try:
                    await reader.open(after=self._last_event_id)
                    async for event in self._read(reader, show):
                        yield event
                except (ReaderBroken, BusUnavailable):
                    await asyncio.sleep(RETRY_S)
        finally:
            await reader.close()

    async def _read(
        self, reader: StreamReader, show: Callable[[RawEnvelope], str | None]
    ) -> AsyncIterator[ServerSentEvent]:
        while not self._is_over():
            for message in await reader.next_batch(wait_s=WAIT_S):
                envelope = decode_envelope(message.payload)
                self._last_event_id = message.stream_seq
                data = show(envelope)
                if data is None:
                    continue
                yield ServerSentEvent(
                    id=str(message.stream_seq),
                    event=message.subject.rpartition(".")[2],
                    raw_data=data,
                )


async def _event_stream(request: Request, last_event_id: Annotated[str | None, Header()] = None) -> EventStream:
    if last_event_id is not None and not _EVENT_ID.fullmatch(last_event_id):
        raise InvalidRequest("Last-Event-ID is the id of an event that this stream sent.")
    state = request.app.state
    _, _, token = request.headers.get("authorization", "").partition(" ")

    def is_over() -> bool:
        return bool(state.stopping.is_set() or (token and not _is_good(state.verifier, token.strip())))

    return EventStream(state.bus, is_over=is_over, last_event_id=int(last_event_id) if last_event_id else None)


def _is_good(verifier: TokenVerifier, token: str) -> bool:
    try:
        verifier.verify(token)
    except Unauthenticated:
        return False
    return True


EventStreamDep = Annotated[EventStream, Depends(_event_stream)]

__all__ = ["EventSourceResponse", "EventStream", "EventStreamDep", "ServerSentEvent"]
