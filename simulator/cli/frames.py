"""`chargeyard fleet frames`: what each station says, as files, without a network and without waiting.

The stations and their drivers live by a virtual clock against a CSMS in the process, which accepts everybody and
answers everything. The same arguments give the same files, to the byte, on every machine: two that differ show a change
in what stations say. Exit codes: 0; 2 for arguments that make no fleet, and for a folder that holds logs already.
"""

import argparse
import sys
from pathlib import Path

from simulator.cli.course import add_plan_arguments, plan_course
from simulator.clock import VirtualClock
from simulator.errors import SimulatorError
from simulator.fleet import Fleet
from simulator.frame_log import FrameLogs, LoggingCsms
from simulator.memory_csms import step

_URL = "ws://memory/ocpp"
_LONGEST_MINUTES = 24 * 60

EXAMPLES = """\
examples:
  chargeyard fleet frames --out before --count 20 --ocpp mixed --seed 7 --minutes 30
  chargeyard fleet frames --out after --count 20 --ocpp mixed --seed 7 --minutes 30 && diff -r before after

A file is named like its station and has a frame a line. Its clock begins at 2026-01-01 06:00 UTC.
"""


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    verb.add_argument("--out", required=True, type=Path, metavar="DIR", help="where the logs go; empty or new")
    verb.add_argument(
        "--minutes", type=_minutes, default=10.0, metavar="M", help="how long the stations live (default 10)"
    )
    add_plan_arguments(verb)


def run(arguments: argparse.Namespace) -> int:
    """The exit code, as the module says."""
    try:
        course = plan_course(argparse.Namespace(**vars(arguments), duration=None))
        with FrameLogs(arguments.out) as logs:
            clock = VirtualClock()
            csms = LoggingCsms(logs, clock=clock)
            fleet = Fleet(course.plan, url=_URL, seed=course.seed, clock=clock, network=csms)
            fleet.start()
            while step(fleet, csms, end_at=arguments.minutes * 60):
                pass
    except (SimulatorError, OSError) as error:
        print(f"chargeyard fleet frames: {error}", file=sys.stderr)
        return 2
    summary = fleet.summary()
    print(
        f"{logs.count} frames of {summary.stations} stations in {arguments.out}: "
        f"{summary.sessions_ended} sessions ended, {summary.energy_wh / 1000:.3f} kWh"
    )
    return 0


def _minutes(text: str) -> float:
    minutes = float(text)
    if not 0 < minutes <= _LONGEST_MINUTES:
        raise argparse.ArgumentTypeError(f"{text} minutes: more than 0, and a day ({_LONGEST_MINUTES}) at most")
    return minutes
