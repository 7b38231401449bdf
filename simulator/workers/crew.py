"""The workers of one fleet, as the process that started them sees them.

Invariants:
1. Each worker has a session of its own: a Ctrl-C in the terminal reaches the crew alone, which lets all wind down.
2. No worker outlives the crew, however that ends: their leashes end with it.
3. A worker that ended without its last word is lost, and is named; the others go on.
4. A worker is asked nothing before it is there, and nothing after it has ended.
"""

import asyncio
import contextlib
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from simulator.errors import SimulatorError
from simulator.figures import Figures
from simulator.fleet import FleetSummary
from simulator.plan import StationPlan
from simulator.share import Share
from simulator.workers.asking import Asking
from simulator.workers.figures import add_up_figures
from simulator.workers.messages import (
    NOTHING,
    Answered,
    Declined,
    Heard,
    Question,
    Told,
    WindDown,
    Word,
    add_up,
    read,
    write,
)

_LINE_BYTES = 64 * 1024 * 1024  # a page of a thousand stations with many EVSEs
_GONE = "start the fleet again to have its stations back; other workers' stations go on"


class WorkersLost(SimulatorError):
    """Workers died, and what their stations did is not known to the end."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("; ".join(sentences))


class Worker:
    """One worker and its stations; `told` is its last word so far. `is_there` once it has told any, or is lost.

    `on_event` hears what happens at its stations: an EventView, as JSON.
    """

    def __init__(
        self, share: Share, stations: Sequence[StationPlan], *, on_event: Callable[[bytes], None] = lambda _event: None
    ) -> None:
        self.share = share
        self.stations = stations
        self.told: Told | None = None
        self.loss = ""
        self.is_there = asyncio.Event()
        self._on_event = on_event
        self._asking = Asking(str(self), send=self._send)
        self._process: Process | None = None
        self._is_stopping = False

    def __str__(self) -> str:
        return f"worker {self.share} (stations {self.stations[0].station_id} to {self.stations[-1].station_id})"

    @property
    def summary(self) -> FleetSummary:
        """What it last told; a lost worker's stations are neither online nor charging."""
        if self.told is None:
            return NOTHING
        return replace(self.told.summary, online=0, charging=0) if self.loss else self.told.summary

    async def ask(self, question: Question) -> bytes:
        """What it answers, JSON. Raises what it raises, and Away where it is lost, stopped or silent."""
        return await self._asking.ask(question)

    async def run(self, command: Sequence[str]) -> None:
        """Live to its end; `loss` says what went wrong. What it complains of goes where the crew's complaints go."""
        try:
            await self._run(command)
        finally:
            self._asking.end(self.loss or f"{self} has ended", advice=_GONE)
            self.is_there.set()

    async def _run(self, command: Sequence[str]) -> None:
        self._process = process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, start_new_session=True, limit=_LINE_BYTES
        )
        assert process.stdout is not None
        if self._is_stopping:
            self.wind_down()
        try:
            async for line in process.stdout:
                self._take(read(line))
            code = await process.wait()
        except (msgspec.DecodeError, ValueError):  # ValueError: a line without an end, or no event
            self.loss = f"{self} says what no worker says"
            return
        finally:
            if process.returncode is None:
                process.kill()
            await process.stdout.read()  # what nobody has read keeps the pipe open
            await process.wait()
        if code != 0 or self.told is None or self.told.figures is None:
            how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            self.loss = f"{self} died {how}"

    def wind_down(self) -> None:
        """It is told, if need be as soon as it is there: what runs at its stations ends, and then it."""
        self._is_stopping = True
        if self._process is not None:
            self._write(write(WindDown()))  # no question's turn is waited for

    def _take(self, word: Word) -> None:
        match word:
            case Told():
                self.told = word
                self.is_there.set()
            case Heard():
                self._on_event(bytes(word.event))
            case Answered() | Declined():
                self._asking.settle(word)

    async def _send(self, line: bytes) -> None:
        """The line is written; in front of it there is less than the pipe's high-water mark."""
        with contextlib.suppress(OSError):  # a dead worker's pipe
            await self._stdin.drain()
            self._write(line)

    def _write(self, line: bytes) -> None:
        # A dead worker's end is closed before its death is known.
        if not self._stdin.is_closing():
            with contextlib.suppress(OSError):
                self._stdin.write(line)

    @property
    def _stdin(self) -> asyncio.StreamWriter:
        assert self._process is not None  # it is there
        assert self._process.stdin is not None
        return self._process.stdin


class Crew:
    """The workers of a fleet; `command` makes the command line of one. `on_loss` hears of a lost one at once.

    `on_event` hears what happens at any station, where the command line asks for it: an EventView, as JSON.
    """

    def __init__(
        self,
        stations: Sequence[StationPlan],
        *,
        count: int,
        command: Callable[[Share], Sequence[str]],
        on_loss: Callable[[str], None],
        on_event: Callable[[bytes], None] = lambda _event: None,
    ) -> None:
        shares = (Share(number, count) for number in range(1, count + 1))
        self.workers = [Worker(share, share.of(stations), on_event=on_event) for share in shares]
        self._command = command
        self._on_loss = on_loss

    def summary(self) -> FleetSummary:
        """The whole fleet now."""
        return add_up([worker.summary for worker in self.workers])

    def at(self) -> datetime | None:
        """How far the slowest worker's stations have come; None before everybody has told."""
        times = [None if worker.told is None else worker.told.at for worker in self.workers]
        known = [at for at in times if at is not None]
        return min(known) if len(known) == len(times) else None

    def figures(self) -> Figures:
        """The whole fleet's, once every worker has ended and none is lost."""
        return add_up_figures([worker.told.figures for worker in self.workers if worker.told and worker.told.figures])

    @property
    def losses(self) -> list[str]:
        """A sentence for each lost worker."""
        return [worker.loss for worker in self.workers if worker.loss]

    async def gathered(self) -> None:
        """Return once every worker is there, or lost."""
        for worker in self.workers:
            await worker.is_there.wait()

    async def run(self, stop: asyncio.Event) -> None:
        """Live until every worker has ended; after `stop` is set, all wind down."""
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(self._run(worker)) for worker in self.workers]
            stopping = tasks.create_task(self._wind_down_after(stop))
            await asyncio.wait(running)
            stopping.cancel()

    async def _run(self, worker: Worker) -> None:
        await worker.run(self._command(worker.share))
        if worker.loss:
            self._on_loss(worker.loss)

    async def _wind_down_after(self, stop: asyncio.Event) -> None:
        await stop.wait()
        for worker in self.workers:
            worker.wind_down()
