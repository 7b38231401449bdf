"""Who waits in this process for a session to be settled, wherever it is."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import msgspec

from backoffice.contracts import CATALOGUE
from backoffice.contracts.sessions import ChargingSessionCompleted
from backoffice.kit.bus import Bus
from protocol.bus.envelope import decode_envelope
from protocol.bus.subjects import event_filter


class Settled:
    """The sessions that somebody waits for."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._waiting: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def awaited(self, session_id: str) -> Iterator[asyncio.Event]:
        """An event that is set when the session has been settled; one that was settled before is not told of."""
        event = asyncio.Event()
        waiting = self._waiting.setdefault(session_id, set())
        waiting.add(event)
        try:
            yield event
        finally:
            waiting.discard(event)
            if not waiting:
                self._waiting.pop(session_id, None)

    async def listen(self) -> None:
        """Whoever waits hears of it as soon as it is on the bus. Never returns."""
        row = CATALOGUE.row_of(ChargingSessionCompleted)
        await self._bus.hear(event_filter(row.kind, owner=row.owner, event=row.name), self._wake)

    def _wake(self, payload: bytes) -> None:
        with suppress(msgspec.DecodeError):  # what is no event is dealt with by those who read the stream
            for event in self._waiting.get(decode_envelope(payload).subject, ()):
                event.set()
