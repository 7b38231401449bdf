"""One worker: its share of the fleet, on the leash of the process that started it.

Invariants:
1. It winds down when its standard input ends: when it is told to, and when whoever started it is gone.
2. It tells its summary twice a second, and once more when everything has ended; nobody listening is no error.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Coroutine

from simulator.figures import Figures
from simulator.fleet import Fleet
from simulator.workers.messages import Told, write

_TELL_EVERY_S = 0.5


async def work(
    fleet: Fleet, stop: asyncio.Event, *, living: Coroutine[None, None, None], measure: Callable[[], Figures]
) -> int:
    """Live, as `living` does, until `stop` is set, by anybody; 0. The last word has what is measured then."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # the terminal tells all; the crew tells whom it concerns
    async with asyncio.TaskGroup() as tasks:
        leash = tasks.create_task(_follow_leash(stop))
        life = tasks.create_task(living)
        while not life.done():
            _tell(fleet)
            await asyncio.wait((life,), timeout=_TELL_EVERY_S)
        leash.cancel()
    _tell(fleet, measure())
    return 0


async def _follow_leash(stop: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        while await reader.read(1024):
            pass
        stop.set()
    finally:
        transport.close()


def _tell(fleet: Fleet, figures: Figures | None = None) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(write(Told(fleet.summary(), fleet.instant, figures)))
        sys.stdout.buffer.flush()
