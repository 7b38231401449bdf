"""Questions to one worker, of which each is answered, refused, or known to stay without an answer.

Invariants:
1. Whoever asks hears something within the patience: there is no question that nobody ends.
2. Once the worker is gone nothing waits for it any more.
3. No question is longer than the worker reads, and none is done after who asked has been told that it may not be.
4. What waits to be written to a worker has a bound in bytes: a question waits for its turn, and one whose turn does
   not come within the patience is not sent.
5. What has no answer yet has a bound in bytes, and so in questions: one above it is refused at once, and not sent.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from simulator.control import errors
from simulator.control.errors import Away, ControlError, Invalid
from simulator.workers.messages import QUESTION_BYTES, Answered, Asked, Declined, Question, write

PATIENCE_S = 10.0
_UNANSWERED_BYTES = 32 * 1024 * 1024
_ASKER_BYTES = 4 * 1024  # what it costs to wait, however short the question is
_NOTHING_DONE = "nothing was done: ask again later"

_REFUSALS: dict[str, type[ControlError]] = {
    kind.__name__: kind for kind in (errors.NotThere, errors.Refused, Invalid, Away, errors.Broken)
}


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Somebody who has asked, and how long there is for the turn and the answer together."""

    answer: asyncio.Future[Answered | Declined]
    patience: asyncio.Timeout


class Asking:
    """The questions to one worker, called `name`. `send` writes to it once what was written before is on its way."""

    def __init__(self, name: str, *, send: Callable[[bytes], Awaitable[None]], patience_s: float = PATIENCE_S) -> None:
        self._name = name
        self._send = send
        self._patience_s = patience_s
        self._turn = asyncio.Lock()
        self._numbers = count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._unanswered_bytes = 0
        self._end: tuple[str, str] | None = None

    async def ask(self, question: Question) -> bytes:
        """The answer, JSON. Raises what the worker does, Invalid for a question that is too long, and Away."""
        if self._end is not None:
            raise _away(self._end)
        number = next(self._numbers)
        line = write(Asked(number, question, time.monotonic() + self._patience_s))
        if len(line) > QUESTION_BYTES:
            raise Invalid("the request is too long", advice=f"it may have {QUESTION_BYTES} bytes at most")
        is_sent = False
        try:
            async with asyncio.timeout(self._patience_s) as patience:
                with self._awaited(number, len(line) + _ASKER_BYTES, patience) as awaited:
                    async with self._turn:
                        await self._send(line)
                    is_sent = True
                    answer = await awaited
        except TimeoutError as error:
            raise self._silence(is_sent=is_sent) from error
        if isinstance(answer, Declined):
            raise _REFUSALS[answer.error](answer.sentence, advice=answer.advice)
        return bytes(answer.body)

    def settle(self, answer: Answered | Declined) -> None:
        """The worker has answered; too late is no matter."""
        waiting = self._waiting.get(answer.number)
        if waiting is not None and not waiting.answer.done():
            waiting.answer.set_result(answer)

    def end(self, reason: str, *, advice: str) -> None:
        """The worker answers nothing more: the patience of all who wait, for their turns too, is over."""
        self._end = self._end or (reason, advice)
        now = asyncio.get_running_loop().time()
        for waiting in self._waiting.values():
            if not waiting.answer.done() and not waiting.patience.expired():
                waiting.patience.reschedule(now)

    @contextmanager
    def _awaited(
        self, number: int, cost_bytes: int, patience: asyncio.Timeout
    ) -> Iterator[asyncio.Future[Answered | Declined]]:
        """The answer of that number, for as long as somebody waits. Raises Away where too much has no answer yet."""
        if self._unanswered_bytes + cost_bytes > _UNANSWERED_BYTES:
            raise Away(f"{self._name} is asked too much at once", advice=_NOTHING_DONE)
        self._unanswered_bytes += cost_bytes
        waiting = self._waiting[number] = _Waiting(asyncio.get_running_loop().create_future(), patience)
        try:
            yield waiting.answer
        finally:
            del self._waiting[number]
            self._unanswered_bytes -= cost_bytes

    def _silence(self, *, is_sent: bool) -> Away:
        if self._end is not None:
            return _away(self._end)
        if not is_sent:
            return Away(f"{self._name} has not read for {self._patience_s:g} s what it is asked", advice=_NOTHING_DONE)
        return Away(
            f"{self._name} has not answered for {self._patience_s:g} s",
            advice="whether it is done is not known: look at the station, then ask again",
        )


def _away(end: tuple[str, str]) -> Away:
    reason, advice = end
    return Away(reason, advice=advice)
