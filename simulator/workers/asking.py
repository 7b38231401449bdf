"""Questions to one worker, of which each is answered, refused, or known to stay without an answer.

Invariants:
1. Whoever asks hears something within the patience: there is no question that nobody ends.
2. Once the worker is gone nothing waits for it any more.
3. No question is longer than the worker reads, and none is done after who asked has been told that it may not be.
4. What a worker that reads nothing is sent has a bound: with `MOST_UNANSWERED` questions out, it is asked no more.
"""

import asyncio
import time
from collections.abc import Callable
from itertools import count

from simulator.control import errors
from simulator.control.errors import Away, ControlError, Invalid
from simulator.workers.messages import QUESTION_BYTES, Answered, Asked, Declined, Question, write

PATIENCE_S = 10.0
MOST_UNANSWERED = 1000

_REFUSALS: dict[str, type[ControlError]] = {
    kind.__name__: kind for kind in (errors.NotThere, errors.Refused, Invalid, Away, errors.Broken)
}


class Asking:
    """The questions to one worker, called `name`; `send` writes to it."""

    def __init__(
        self,
        name: str,
        *,
        send: Callable[[bytes], None],
        patience_s: float = PATIENCE_S,
        most_unanswered: int = MOST_UNANSWERED,
    ) -> None:
        self._name = name
        self._send = send
        self._patience_s = patience_s
        self._most_unanswered = most_unanswered
        self._unanswered = 0
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Answered | Declined]] = {}
        self._end: tuple[str, str] | None = None

    async def ask(self, question: Question) -> bytes:
        """The answer, JSON. Raises what the worker does, Invalid for a question that is too long, and Away."""
        if self._end is not None:
            raise _away(self._end)
        if self._unanswered >= self._most_unanswered:
            raise Away(f"{self._name} leaves {self._unanswered} questions unanswered", advice="ask again later")
        number = next(self._numbers)
        line = write(Asked(number, question, time.monotonic() + self._patience_s))
        if len(line) > QUESTION_BYTES:
            raise Invalid("the request is too long", advice=f"it may have {QUESTION_BYTES} bytes at most")
        self._send(line)
        self._unanswered += 1
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._patience_s):
                answer = await waiting
        except TimeoutError as error:
            raise Away(
                f"{self._name} has not answered for {self._patience_s:g} s",
                advice="whether it is done is not known: look at the station, then ask again",
            ) from error
        finally:
            del self._waiting[number]
        if isinstance(answer, Declined):
            raise _REFUSALS[answer.error](answer.sentence, advice=answer.advice)
        return bytes(answer.body)

    def settle(self, answer: Answered | Declined) -> None:
        """The worker has answered; too late is no matter."""
        self._unanswered -= 1
        waiting = self._waiting.get(answer.number)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def end(self, reason: str, *, advice: str) -> None:
        """The worker answers nothing more."""
        self._end = self._end or (reason, advice)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(_away(self._end))


def _away(end: tuple[str, str]) -> Away:
    reason, advice = end
    return Away(reason, advice=advice)
