"""`chargeyard fleet run`: stations against any CSMS, in real time or a day of theirs as fast as the CSMS answers.

With a SCENARIO the fleet is as its file says, unless flags say otherwise. Exit codes: 0 after Ctrl-C or the duration;
1 where an assertion of the scenario failed, no station ever connected, or a worker died; 2 for arguments that make no
fleet; 130 after a second Ctrl-C.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.cli.course import Course, add_plan_arguments, plan_course, positive
from simulator.cli.crewing import check_crew, run_crew
from simulator.cli.outcome import conclude
from simulator.cli.overseeing import INTERRUPTED, nowhen, oversee, say_line, say_summary
from simulator.cli.speaking import add_rest_arguments, check_rest, speaking
from simulator.cli.table import Block, draw_table
from simulator.control.address import Address, read_address
from simulator.errors import InvalidPlan, SimulatorError
from simulator.figures import Figures, Observer, measure, measure_sites
from simulator.fleet import Fleet, FleetSummary
from simulator.ledger import Ledger
from simulator.parking.words import Speaker
from simulator.playing import Play
from simulator.process import collect_rarely, raise_file_limit
from simulator.reports.files import check_report_file
from simulator.share import WHOLE, Share
from simulator.workers.worker import work

if TYPE_CHECKING:
    from simulator.control.attached import Control
    from simulator.workers.answering import Answerer

_DAY_S = 86_400.0
_GOODBYE_S = 10.0
_GOODBYE_AFTER_FAULTS_S = 60.0

EXAMPLES = """\
examples:
  chargeyard fleet run --url ws://127.0.0.1:9000/ocpp --count 10 --ocpp mixed --seed 7
  chargeyard fleet run --url wss://csms.example/ocpp --count 200 --ocpp 2.0.1 --seed 7 \\
      --id-template 'CP-{n:05d}' --credentials passwords.csv --tokens tokens.txt --ledger delivered.jsonl
  chargeyard fleet run --url ws://127.0.0.1:9000/ocpp --count 4 --ocpp 1.6 --seed 1 \\
      --id-tokens ABCD0001,ABCD0002 --session-seconds 15-30 --arrival-seconds 5 --duration 120
  chargeyard fleet run --url ws://127.0.0.1:9000/ocpp --count 60 --seed 7 --day yesterday --ledger day.jsonl
  chargeyard fleet run city-morning --url ws://127.0.0.1:9000/ocpp --count 500 --report morning.html
  chargeyard fleet run car-park --url ws://127.0.0.1:9000/ocpp --rest http://127.0.0.1:8000 \\
      --login operator@example.com --app-drivers drivers.csv --ledger parked.jsonl
  chargeyard fleet run mine.yaml --url ws://127.0.0.1:9000/ocpp --duration 60 --report mine.xml --metrics-port 9100

The station's id is added to the URL. The CREDENTIALS file has a line `station id,password` for each station that
authenticates itself; the TOKENS file a line `token` or `token,type` (ISO14443, eMAID, …) for each driver.
With --day the stations live that day of UTC, from midnight to midnight: a station's clock stands still while the CSMS
owes it an answer, and jumps otherwise. Timestamps lie in the past, as those of stations that were offline. What was
delivered costs what the tariffs of that day say: nothing, where none was published yet. A driver keeps to one EVSE.
Of a scenario's parking bays the platform's REST is told (--rest), as the operator --login, whose password is that of
--password-file or of CHARGEYARD_PASSWORD; the APP DRIVERS file has a line `e-mail,password` for each who checks in.
A scenario's sites, drivers, faults and assertions are in its file; `chargeyard fleet scenarios` lists those of ours.
With --workers the stations are spread over processes, each as it would be in one; their ledgers and figures become one
at the end, --control has all of them, and the second worker's --metrics-port is the next one.
Every flag is a variable of the environment too: CHARGEYARD_FLEET_ID_TEMPLATE is --id-template, unless that is given.
Ctrl-C stops what runs and waits for its confirmation; a second Ctrl-C quits at once.
"""


def run(arguments: argparse.Namespace) -> int:
    """The exit code, as the module says."""
    is_crew = arguments.workers > 1 and arguments.worker is None
    try:
        course = plan_course(arguments, is_day=arguments.day is not None)
        check_rest(course, arguments)
        if arguments.report is not None:
            check_report_file(arguments.report)
        if is_crew:
            check_crew(course, arguments)
        control = _open_control(arguments)
        raise_file_limit(len(course.plan.stations))
        collect_rarely()
        ledger = Ledger(None if is_crew else arguments.ledger)
    except (SimulatorError, OSError) as error:
        print(f"chargeyard fleet: {error}", file=sys.stderr)
        return 2
    try:
        with ledger, asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(
                run_crew(course, control, arguments) if is_crew else _run(course, ledger, control, arguments)
            )
    except (SimulatorError, OSError) as error:
        print(f"\nchargeyard fleet: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


async def _run(course: Course, ledger: Ledger, control: Control | None, arguments: argparse.Namespace) -> int:
    async with speaking(course, arguments) as speaker:
        return await _run_fleet(course, ledger, control, speaker, arguments)


async def _run_fleet(
    course: Course, ledger: Ledger, control: Control | None, speaker: Speaker | None, arguments: argparse.Namespace
) -> int:
    stop, play = asyncio.Event(), None
    if arguments.day is not None:
        play = Play(datetime.combine(arguments.day, time(), UTC), seconds=_DAY_S, stop=stop)
    share = arguments.worker or WHOLE
    observer = Observer(len(share.of(course.plan.stations)))
    fleet = Fleet(
        course.plan,
        url=arguments.url,
        seed=course.seed,
        ledger=ledger,
        play=play,
        share=share,
        on_event=observer.hear,
        speaker=speaker,
    )
    loop = asyncio.get_running_loop()
    began_at, began_s = fleet.instant, loop.time()

    def figures() -> Figures:
        return measure(
            fleet,
            observer,
            scenario=course.scenario,
            seed=course.seed,
            url=arguments.url,
            began_at=began_at,
            elapsed_s=loop.time() - began_s,
        )

    with contextlib.ExitStack() as open_things:
        if arguments.metrics_port is not None:
            address = arguments.metrics_port.of_worker(share.number)
            open_things.enter_context(_serve_metrics(address, fleet, observer))
        if arguments.worker is not None:
            answerer = None if arguments.control is None else _open_answerer(fleet)
            living = _live(fleet, stop, observer, control)
            return await work(fleet, stop, living=living, measure=figures, answerer=answerer)
        code = await oversee(
            _live(fleet, stop, observer, control),
            stop,
            summary=fleet.summary,
            url=next(iter(fleet.stations.values())).url,
            duration_s=course.duration_s,
            at=nowhen if play is None else lambda: fleet.instant,
            show=_show_table(fleet, observer) if sys.stdout.isatty() else say_summary,
        )
    if code or not (course.assertions or arguments.report):
        return code
    return conclude(figures(), course.assertions, path=arguments.report)


async def _live(fleet: Fleet, stop: asyncio.Event, observer: Observer, control: Control | None) -> None:
    """The fleet lives until `stop`, in the hand of its control where it has one."""
    # After faults a station may have to wait for its next attempt to connect.
    goodbye_s = _GOODBYE_AFTER_FAULTS_S if fleet.plan.faults else _GOODBYE_S
    living = fleet.run(stop, goodbye_s=goodbye_s, at_stop=lambda: observer.look(fleet))
    if control is None:
        await living
        return
    say_line(control.describe(), is_last=True)
    async with control.attached(fleet):
        await living


def _show_table(fleet: Fleet, observer: Observer) -> Callable[[FleetSummary, datetime | None, float], None]:
    block = Block()

    def show(summary: FleetSummary, at: datetime | None, elapsed_s: float) -> None:
        width, height = shutil.get_terminal_size()
        sites = measure_sites(fleet, observer)
        block.show(
            draw_table(sites, summary, fleet.traffic, elapsed_s=elapsed_s, at=at, height=height - 1, width=width)
        )

    return show


def _serve_metrics(address: Address, fleet: Fleet, observer: Observer) -> contextlib.AbstractContextManager[int]:
    # Imported here, as control is: most fleets have no metrics.
    from simulator.metrics import served_metrics

    return served_metrics(address, fleet, observer)


def _open_answerer(fleet: Fleet) -> Answerer:
    # Imported here, as control is.
    from simulator.workers.answering import Answerer

    return Answerer(fleet)


def _open_control(arguments: argparse.Namespace) -> Control | None:
    if arguments.control is None or arguments.worker is not None:
        return None
    if arguments.day is not None:
        raise InvalidPlan("--control goes with real time, not with --day: a day is over in a minute")
    # Imported here: the server's libraries cost half a second and some MiB, and most fleets have none.
    from simulator.control.attached import Control

    return Control(arguments.control)


def add_arguments(run: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    run.add_argument("--url", required=True, type=_url, help="of the CSMS, without the station's id: ws:// or wss://")
    add_plan_arguments(run)
    add_rest_arguments(run)
    length = run.add_mutually_exclusive_group()
    length.add_argument("--duration", type=positive, metavar="S", help="stop after S seconds")
    length.add_argument("--day", type=_past_day, metavar="DAY", help="live a past day at once: YYYY-MM-DD or yesterday")
    run.add_argument("--workers", type=_count, default=1, metavar="N", help="spread the stations over N processes")
    run.add_argument("--worker", type=Share.read, help=argparse.SUPPRESS)
    run.add_argument(
        "--control",
        type=_address,
        metavar="[HOST:]PORT",
        help="control the fleet by HTTP there (default host: loopback)",
    )
    run.add_argument(
        "--report", type=Path, metavar="FILE", help="figures and assertions in the end, by its ending: .json .xml .html"
    )
    run.add_argument(
        "--metrics-port",
        type=_address,
        metavar="[HOST:]PORT",
        help="figures for Prometheus there (default host: loopback)",
    )
    run.add_argument("--ledger", type=Path, metavar="FILE", help="what was delivered, as JSON lines")


def _past_day(text: str) -> date:
    today = datetime.now(UTC).date()
    if text == "yesterday":
        return today - timedelta(days=1)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: 2026-03-04 is one, or yesterday") from error
    if day >= today:
        raise argparse.ArgumentTypeError(f"{text} is not over yet (in UTC): stations cannot have lived it")
    return day


def _url(text: str) -> str:
    if not text.startswith(("ws://", "wss://")):
        raise argparse.ArgumentTypeError(f"{text!r} does not begin with ws:// or wss://")
    return text


def _address(text: str) -> Address:
    try:
        return read_address(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where the machine has it."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
