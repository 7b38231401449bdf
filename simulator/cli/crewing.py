"""`fleet run --workers N`: the process that starts the workers, and makes one fleet of what they say."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.cli.course import Course
from simulator.cli.outcome import conclude
from simulator.cli.overseeing import nowhen, oversee, say_line
from simulator.control.address import LAST_PORT
from simulator.errors import InvalidPlan, SimulatorError
from simulator.share import Share
from simulator.workers.crew import Crew, WorkersLost
from simulator.workers.ledgers import merge_ledgers, part_of

if TYPE_CHECKING:
    from simulator.control.attached import Control


class LedgersApart(SimulatorError):
    """The workers' ledgers could not be made one."""


def check_crew(course: Course, arguments: argparse.Namespace) -> None:
    """Raises InvalidPlan for what several processes cannot do, OSError where there can be no ledger."""
    stations = course.plan.stations
    if arguments.workers > len(stations):
        raise InvalidPlan(f"{arguments.workers} workers for {len(stations)} stations: some would have none")
    if arguments.metrics_port is not None and arguments.metrics_port.port + arguments.workers - 1 > LAST_PORT:
        raise InvalidPlan(f"{arguments.workers} workers have no {arguments.workers} ports from --metrics-port on")
    if arguments.ledger is not None:
        arguments.ledger.touch()


async def run_crew(course: Course, control: Control | None, arguments: argparse.Namespace) -> int:
    """The exit code of `oversee`, or 1 where an assertion has not held. Raises WorkersLost, CsmsUnreachable."""
    stop, plan = asyncio.Event(), course.plan

    def command(share: Share) -> Sequence[str]:
        ledger = () if arguments.ledger is None else ("--ledger", str(part_of(arguments.ledger, share)))
        # What is given again at the end counts.
        return (sys.executable, "-m", "simulator", *arguments.given, "--worker", str(share), *ledger)

    def on_loss(sentence: str) -> None:
        _complain(sentence)
        if control is not None:
            control.feed.lose(sentence)

    crew = Crew(
        plan.stations,
        count=arguments.workers,
        command=command,
        on_loss=on_loss,
        on_event=_nobody_listens if control is None else control.feed.on_shown,
    )
    try:
        code = await oversee(
            _live(crew, stop, control),
            stop,
            summary=crew.summary,
            url=f"{arguments.url.rstrip('/')}/{plan.stations[0].path}",
            duration_s=course.duration_s,
            at=crew.at if arguments.day is not None else nowhen,
        )
    finally:
        if arguments.ledger is not None:
            _merge(arguments.ledger, [worker.share for worker in crew.workers])
    if crew.losses:
        raise WorkersLost(crew.losses)
    if code or not (course.assertions or arguments.report):
        return code
    return conclude(crew.figures(), course.assertions, path=arguments.report)


async def _live(crew: Crew, stop: asyncio.Event, control: Control | None) -> None:
    """The crew lives until `stop`, in the hand of its control where it has one."""
    if control is None:
        await crew.run(stop)
        return
    # Imported here, as the control is: most fleets have none.
    from simulator.workers.control import CrewFleet

    async with asyncio.TaskGroup() as tasks:
        living = tasks.create_task(crew.run(stop))
        await crew.gathered()
        say_line(control.describe(), is_last=True)
        async with control.serving(CrewFleet(crew.workers)):
            await asyncio.wait((living,))


def _nobody_listens(_event: bytes) -> None:
    """What happens is told to a control alone."""


def _merge(ledger: Path, shares: Sequence[Share]) -> None:
    parts = [part_of(ledger, share) for share in shares]
    try:
        merge_ledgers(parts, ledger)
    except OSError as error:
        raise LedgersApart(f"the workers' ledgers stay apart ({', '.join(map(str, parts))}): {error}") from error


def _complain(sentence: str) -> None:
    say_line("", is_last=True)
    print(f"chargeyard fleet: {sentence}; the others go on", file=sys.stderr, flush=True)
