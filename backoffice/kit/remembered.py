"""Answers of another service, remembered for some seconds: for what changes seldom and is asked often."""

import time
from typing import Any, TypeVar

import msgspec

from backoffice.kit.bus import Bus, QueryRow
from backoffice.kit.errors import BusUnavailable, PeerFailed, ServiceSilent

QuestionT = TypeVar("QuestionT", bound=msgspec.Struct)
AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)

KEPT_S = 5.0
_KEPT_AT_MOST = 10_000


class RememberedAnswers:
    """Asks by query; the last answer stands while the service is silent."""

    def __init__(self, bus: Bus, *, timeout_s: float = 0.5) -> None:
        self._bus = bus
        self._timeout_s = timeout_s
        self._known: dict[tuple[str, str, msgspec.Struct], tuple[Any, float]] = {}  # Any: the answer of any query

    async def ask(self, query: QueryRow[QuestionT, AnswerT], question: QuestionT) -> AnswerT | None:
        """An answer of the last KEPT_S, or the last one ever; None where the service never answered."""
        key = (query.service, query.name, question)
        answer, asked_at = self._known.get(key, (None, 0.0))
        now = time.monotonic()
        if answer is None or now - asked_at > KEPT_S:
            try:
                answer = await self._bus.ask(query, question, timeout_s=self._timeout_s)
            except (ServiceSilent, BusUnavailable, PeerFailed):
                if answer is None:
                    return None
            if len(self._known) >= _KEPT_AT_MOST:
                self._known.clear()
            self._known[key] = answer, now
        found: AnswerT = answer
        return found
