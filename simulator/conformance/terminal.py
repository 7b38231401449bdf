"""A person at the terminal, who is told something and presses Enter."""

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TextIO

from simulator.conformance.verdicts import CannotJudge

Ask = Callable[[str], Awaitable[None]]

_NOBODY = "nobody is at this terminal to press Enter"


class Terminal:
    """Lines are read in a thread that nobody waits for: a question that is given up does not hold up the end.

    An Enter that comes after its question was given up answers none.
    """

    def __init__(self, lines: TextIO | None = None) -> None:
        self._lines = lines if lines is not None else sys.stdin
        self._reader: threading.Thread | None = None
        self._waiting: asyncio.Future[str] | None = None
        self._given_up = 0
        self._is_over = False

    async def ask(self, text: str) -> None:
        """Enter was pressed. Raises CannotJudge where nobody is there to press it."""
        if self._is_over:
            raise CannotJudge(_NOBODY)
        print(f"\n>>> {text}\n    Then press Enter.", flush=True)
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        if self._reader is None:
            self._reader = threading.Thread(target=self._read, args=(loop,), name="terminal", daemon=True)
            self._reader.start()
        try:
            line = await self._waiting
        except asyncio.CancelledError:
            self._given_up += 1
            raise
        if not line:
            raise CannotJudge(_NOBODY)

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):  # the loop is closed: the run is over
            while line := self._lines.readline():
                loop.call_soon_threadsafe(self._take, line)
            loop.call_soon_threadsafe(self._end)

    def _take(self, line: str) -> None:
        if line and self._given_up:
            self._given_up -= 1
        elif self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(line)

    def _end(self) -> None:
        self._is_over = True
        self._take("")
