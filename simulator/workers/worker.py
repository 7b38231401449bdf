"""One worker: its share of the fleet, on the leash of the process that started it.

Invariants:
1. It winds down when its standard input ends: when it is told to, and when whoever started it is gone.
2. It tells its summary twice a second, and once more when everything has ended; nobody listening is no error.
"""

import asyncio
import contextlib
import signal
import sys

from simulator.fleet import Fleet
from simulator.workers.messages import Told, write

_TELL_EVERY_S = 0.5


async def work(fleet: Fleet, stop: asyncio.Event) -> int:
    """Live until `stop` is set, by anybody; 0."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # the terminal tells all; the crew tells whom it concerns
    async with asyncio.TaskGroup() as tasks:
        leash = tasks.create_task(_follow_leash(stop))
        living = tasks.create_task(fleet.run(stop))
        while not living.done():
            _tell(fleet)
            await asyncio.wait((living,), timeout=_TELL_EVERY_S)
        leash.cancel()
    _tell(fleet, is_last=True)
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


def _tell(fleet: Fleet, *, is_last: bool = False) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(write(Told(fleet.summary(), fleet.instant, is_last)))
        sys.stdout.buffer.flush()
