"""Where a fleet says what happens in its parking bays: flags of `run`, and whoever says it."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from simulator.cli.course import Course
from simulator.cli.password import PASSWORD_VARIABLE, read_password
from simulator.errors import InvalidPlan
from simulator.inventory import read_passwords
from simulator.parking.words import Speaker


def add_rest_arguments(run: argparse.ArgumentParser) -> None:
    """The flags."""
    run.add_argument("--rest", type=_url, metavar="URL", help="of the platform's REST, which hears of parking bays")
    run.add_argument("--login", metavar="EMAIL", help="the operator as whom bays' sensors speak there")
    run.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help=f"its first line is the operator's password (default: {PASSWORD_VARIABLE} of the environment)",
    )


def check_rest(course: Course, arguments: argparse.Namespace) -> None:
    """Raises InvalidPlan where nobody could say, or take, what happens in the course's bays."""
    if not course.plan.bays:
        return
    if arguments.day is not None:
        raise InvalidPlan("parking bays live in real time, not in a --day: a past day has none")
    if arguments.rest is None or arguments.login is None:
        raise InvalidPlan(
            "the scenario has parking bays: give --rest, where the platform is, and --login, as whom sensors speak"
        )


@contextlib.asynccontextmanager
async def speaking(course: Course, arguments: argparse.Namespace) -> AsyncIterator[Speaker | None]:
    """Whoever says what happens in bays; None where there are none. Raises SimulatorError, OSError."""
    if not course.plan.bays:
        yield None
        return
    # Imported here: httpx costs a tenth of a second, and most fleets have no bays.
    from simulator.parking.rest import Account, RestSpeaker

    operator = Account(arguments.login, read_password(arguments.password_file), "operator")
    passwords = read_passwords(arguments.app_drivers) if arguments.app_drivers else {}
    async with RestSpeaker(arguments.rest, operator, passwords=passwords) as speaker:
        yield speaker


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text!r} does not begin with http:// or https://")
    return text.rstrip("/")
