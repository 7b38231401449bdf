"""One worker: its share of the fleet, on the leash of the process that started it.

Invariants:
1. It winds down when it is told to on its standard input, and when that ends: then whoever started it is gone.
2. What it is asked there it answers at once, in its order, until everything has ended.
3. A line that it cannot read is no end: it complains, declines what has a number, and reads on.
4. It tells its summary twice a second, and once more when everything has ended; nobody listening is no error.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

import msgspec

from simulator.control.errors import Invalid
from simulator.figures import Figures
from simulator.fleet import Fleet
from simulator.workers.messages import (
    QUESTION_BYTES,
    Told,
    WindDown,
    Word,
    decline,
    number_of,
    read_order,
    write,
)

if TYPE_CHECKING:
    from simulator.workers.answering import Answerer

_LOGGER = logging.getLogger(__name__)
_TELL_EVERY_S = 0.5
_DOCUMENTATION = "GET /openapi.json describes every request"


async def work(
    fleet: Fleet,
    stop: asyncio.Event,
    *,
    living: Coroutine[None, None, None],
    measure: Callable[[], Figures],
    answerer: Answerer | None = None,
) -> int:
    """Live, as `living` does, until `stop` is set, by anybody; 0. The last word has what is measured then.

    `answerer`: somebody asks, and is told what happens.
    """
    if answerer is not None:
        fleet.tell(lambda event: _say(answerer.show(event)))
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # the terminal tells all; the crew tells whom it concerns
    async with asyncio.TaskGroup() as tasks:
        leash = tasks.create_task(_follow_leash(stop, answerer))
        life = tasks.create_task(living)
        while not life.done():
            _tell(fleet)
            await asyncio.wait((life,), timeout=_TELL_EVERY_S)
        leash.cancel()
    _tell(fleet, measure())
    return 0


async def heed(
    reader: asyncio.StreamReader, stop: asyncio.Event, *, answerer: Answerer | None, say: Callable[[Word], None]
) -> None:
    """Answer what is asked line by line; `stop` is set by the word to end, and by the end of the lines."""
    while True:
        try:
            line = await reader.readline()
        except ValueError as error:
            _LOGGER.error("a line is left out: %s", error)
            continue
        if not line:
            break
        await _heed_line(line, stop, answerer=answerer, say=say)
    stop.set()


async def _heed_line(
    line: bytes, stop: asyncio.Event, *, answerer: Answerer | None, say: Callable[[Word], None]
) -> None:
    try:
        order = read_order(line)
    except msgspec.DecodeError as error:
        _LOGGER.error("a line cannot be read: %s", error)
        number = number_of(line)
        if number is not None:
            say(decline(number, Invalid(f"the question cannot be read: {error}", advice=_DOCUMENTATION)))
        return
    if isinstance(order, WindDown):
        stop.set()
    else:
        assert answerer is not None  # else nobody asks
        say(await answerer.answer(order))


async def _follow_leash(stop: asyncio.Event, answerer: Answerer | None) -> None:
    reader = asyncio.StreamReader(limit=QUESTION_BYTES)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        await heed(reader, stop, answerer=answerer, say=_say)
    finally:
        transport.close()


def _tell(fleet: Fleet, figures: Figures | None = None) -> None:
    _say(Told(fleet.summary(), fleet.instant, figures))


def _say(word: Word) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(write(word))
        sys.stdout.buffer.flush()
