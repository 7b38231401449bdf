"""Questions to one worker, of which each is answered, refused, or known to stay without an answer.

Invariants:
1. Whoever asks hears something within the patience: there is no question that nobody ends.
2. Once the worker is gone nothing waits for it any more.
"""

import asyncio
from collections.abc import Callable
from itertools import count

from simulator.control import errors
from simulator.control.errors import Away, ControlError
from simulator.workers.messages import Answered, Asked, Declined, Question, write

PATIENCE_S = 10.0

_REFUSALS: dict[str, type[ControlError]] = {
    kind.__name__: kind for kind in (errors.NotThere, errors.Refused, errors.Invalid)
}


class Asking:
    """The questions to one worker, called `name`; `send` writes to it."""

    def __init__(self, name: str, *, send: Callable[[bytes], None], patience_s: float = PATIENCE_S) -> None:
        self._name = name
        self._send = send
        self._patience_s = patience_s
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Answered | Declined]] = {}
        self._end: tuple[str, str] | None = None

    async def ask(self, question: Question) -> bytes:
        """The answer, JSON. Raises what the worker does, and Away."""
        if self._end is not None:
            raise _away(self._end)
        number = next(self._numbers)
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._send(write(Asked(number, question)))
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
