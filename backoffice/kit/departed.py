"""Whose logins have ended: access tokens from before that, good until they end otherwise, let nobody in.

Else a token that outlives its account could bring back what every service has just forgotten, and somebody who was
dismissed or whose password was stolen would have hours left.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec
import structlog

from backoffice.kit.auth import EVERYBODY, TokenVerifier
from backoffice.kit.bus import Bus
from backoffice.kit.errors import BusUnavailable
from backoffice.kit.forever import forever
from backoffice.kit.stream_reader import ReaderBroken, StreamMessage, StreamReader
from protocol.bus.envelope import RawEnvelope, decode_envelope
from protocol.bus.subjects import Kind, Stream, event_filter

Taker = Callable[[RawEnvelope], None]

log = structlog.get_logger(__name__)

_WAIT_S = 30.0
_RETRY_S = 0.5
_DELETED, _ENDED, _TENANT_DISABLED = "driver_deleted", "logins_ended", "tenant_disabled"
# Nobody comes back under the id of who is deleted, so a token that was made meanwhile is no good either.
_FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)


class Departed:
    """Follows what identity says of logins that ended, for a process that answers requests."""

    def __init__(self, bus: Bus, verifier: TokenVerifier) -> None:
        self._bus = bus
        self._verifier = verifier
        self._takers: Mapping[str, Taker] = {
            _DELETED: self._take_deleted,
            _ENDED: self._take_ended,
            _TENANT_DISABLED: self._take_tenant,
        }

    async def keep_up(self) -> None:
        """Never returns. Begins with all that the stream still has: it keeps them for longer than any token lasts."""
        subjects = [event_filter(Kind.DOMAIN, owner="identity", event=event) for event in self._takers]
        reader = StreamReader(self._bus, Stream.DOMAIN, filter_subject=subjects)
        try:
            for _ in forever():
                try:
                    # Every account has subjects of its own, so the last of each subject is all of them.
                    await reader.open(after=None)
                    await self._follow(reader)
                except (ReaderBroken, BusUnavailable):
                    await asyncio.sleep(_RETRY_S)
        finally:
            await reader.close()

    async def _follow(self, reader: StreamReader) -> None:
        for _ in forever():
            for message in await reader.next_batch(wait_s=_WAIT_S):
                self._take(message)

    def _take(self, message: StreamMessage) -> None:
        try:
            envelope = decode_envelope(message.payload)
        except msgspec.DecodeError:
            log.warning("the end of a login that is no event", stream_seq=message.stream_seq)
            return
        self._takers[message.subject.rpartition(".")[2]](envelope)

    def _take_deleted(self, envelope: RawEnvelope) -> None:
        self._verifier.refuse(envelope.tenant, envelope.subject, made_before=_FOR_GOOD)

    def _take_ended(self, envelope: RawEnvelope) -> None:
        self._verifier.refuse(envelope.tenant, envelope.subject, made_before=envelope.time)

    def _take_tenant(self, envelope: RawEnvelope) -> None:
        self._verifier.refuse(envelope.tenant, EVERYBODY, made_before=envelope.time)
