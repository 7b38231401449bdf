"""Who waits in this process for a session to be settled, and is woken once that can be read."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from backoffice.kit.database import Unit
from backoffice.sessions import repository


class Settled:
    """The sessions that somebody waits for."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def awaited(self, session_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the session may have been settled; whoever waits for it clears it."""
        event = asyncio.Event()
        waiting = self._waiting.setdefault(session_id, set())
        waiting.add(event)
        try:
            yield event
        finally:
            waiting.discard(event)
            if not waiting:
                self._waiting.pop(session_id, None)

    def note(self, unit: Unit, session_id: str) -> None:
        """Those who wait for the session are woken once the unit's transaction is over."""
        repository.when_over(unit, lambda: self._wake(session_id))

    def _wake(self, session_id: str) -> None:
        for event in self._waiting.get(session_id, ()):
            event.set()
