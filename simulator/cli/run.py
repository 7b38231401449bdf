"""`chargeyard fleet run`: stations against any CSMS, in real time or a day of theirs as fast as the CSMS answers.

Exit codes: 0 after Ctrl-C or the duration; 1 where no station ever connected, or a worker died; 2 for arguments that
make no fleet; 130 after a second Ctrl-C.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from simulator.cli.crewing import check_crew, run_crew
from simulator.cli.overseeing import INTERRUPTED, nowhen, oversee, say_line
from simulator.control.address import Address, read_address
from simulator.errors import InvalidPlan, SimulatorError
from simulator.fleet import Fleet
from simulator.inventory import (
    DEFAULT_TEMPLATE,
    lay_out_stations,
    make_tokens,
    read_credentials,
    read_tokens,
    split_tokens,
)
from simulator.ledger import Ledger
from simulator.plan import DriverPlan, FleetPlan, Settings
from simulator.playing import Play
from simulator.process import collect_rarely, raise_file_limit
from simulator.share import WHOLE, Share
from simulator.workers.worker import work

if TYPE_CHECKING:
    from simulator.control.attached import Control

ValueT = TypeVar("ValueT")

_DAY_S = 86_400.0
_SESSION_S = {False: (15.0, 240.0), True: (900.0, 7_200.0)}
_ARRIVAL_S = {False: 60.0, True: 7_200.0}
_METER_S = {False: 60, True: 300}

EXAMPLES = """\
examples:
  chargeyard fleet run --url ws://127.0.0.1:9000/ocpp --count 10 --ocpp mixed --seed 7
  chargeyard fleet run --url wss://csms.example/ocpp --count 200 --ocpp 2.0.1 --seed 7 \\
      --id-template 'CP-{n:05d}' --credentials passwords.csv --tokens tokens.txt --ledger delivered.jsonl
  chargeyard fleet run --url ws://127.0.0.1:9000/ocpp --count 4 --ocpp 1.6 --seed 1 \\
      --id-tokens ABCD0001,ABCD0002 --session-seconds 15-30 --arrival-seconds 5 --duration 120
  chargeyard fleet run --url ws://127.0.0.1:9000/ocpp --count 60 --seed 7 --day yesterday --ledger day.jsonl

The station's id is added to the URL. The CREDENTIALS file has a line `station id,password` for each station that
authenticates itself; the TOKENS file a line `token` or `token,type` (ISO14443, eMAID, …) for each driver.
With --day the stations live that day of UTC, from midnight to midnight: a station's clock stands still while the CSMS
owes it an answer, and jumps otherwise. Timestamps lie in the past, as those of stations that were offline. What was
delivered costs what the tariffs of that day say: nothing, where none was published yet. A driver keeps to one EVSE.
With --workers the stations are spread over processes, each as it would be in one; their ledgers become one at the end.
Ctrl-C stops what runs and waits for its confirmation; a second Ctrl-C quits at once.
"""


def run(arguments: argparse.Namespace) -> int:
    """The exit code, as the module says."""
    is_crew = arguments.workers > 1 and arguments.worker is None
    try:
        plan = plan_fleet(arguments, is_day=arguments.day is not None)
        if is_crew:
            check_crew(plan, arguments)
        control = _open_control(arguments)
        raise_file_limit(len(plan.stations))
        collect_rarely()
        ledger = Ledger(None if is_crew else arguments.ledger)
    except (SimulatorError, OSError) as error:
        print(f"chargeyard fleet: {error}", file=sys.stderr)
        return 2
    try:
        with ledger, asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(run_crew(plan, arguments) if is_crew else _run(plan, ledger, control, arguments))
    except SimulatorError as error:
        print(f"\nchargeyard fleet: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


async def _run(plan: FleetPlan, ledger: Ledger, control: Control | None, arguments: argparse.Namespace) -> int:
    stop, play = asyncio.Event(), None
    if arguments.day is not None:
        play = Play(datetime.combine(arguments.day, time(), UTC), seconds=_DAY_S, stop=stop)
    share = arguments.worker or WHOLE
    fleet = Fleet(plan, url=arguments.url, seed=arguments.seed, ledger=ledger, play=play, share=share)
    if arguments.worker is not None:
        return await work(fleet, stop)
    return await oversee(
        _live(fleet, stop, control),
        stop,
        summary=fleet.summary,
        url=next(iter(fleet.stations.values())).url,
        duration_s=arguments.duration,
        at=nowhen if play is None else lambda: fleet.instant,
    )


async def _live(fleet: Fleet, stop: asyncio.Event, control: Control | None) -> None:
    """The fleet lives until `stop`, in the hand of its control where it has one."""
    if control is None:
        await fleet.run(stop)
        return
    say_line(control.describe(), is_last=True)
    async with control.attached(fleet):
        await fleet.run(stop)


def _open_control(arguments: argparse.Namespace) -> Control | None:
    if arguments.control is None or arguments.worker is not None:
        return None
    if arguments.day is not None:
        raise InvalidPlan("--control goes with real time, not with --day: a day is over in a minute")
    # Imported here: the server's libraries cost half a second and some MiB, and most fleets have none.
    from simulator.control.attached import Control

    return Control(arguments.control)


def plan_fleet(arguments: argparse.Namespace, *, is_day: bool = False) -> FleetPlan:
    """The fleet that the arguments of `add_plan_arguments` describe. Raises InvalidPlan, OSError."""
    settings = Settings(sample_interval_s=_given(arguments.meter_interval, _METER_S[is_day]))
    stations = lay_out_stations(
        arguments.count,
        ocpp=arguments.ocpp,
        seed=arguments.seed,
        id_template=arguments.id_template,
        passwords=read_credentials(arguments.credentials) if arguments.credentials else {},
        settings=settings,
    )
    if arguments.tokens:
        tokens = read_tokens(arguments.tokens)
    elif arguments.id_tokens:
        tokens = split_tokens(arguments.id_tokens)
    else:
        tokens = make_tokens(stations)
    drivers = DriverPlan(
        tokens={station.tenant: tokens for station in stations},
        session_s=_given(arguments.session_seconds, _SESSION_S[is_day]),
        arrival_s=_given(arguments.arrival_seconds, _ARRIVAL_S[is_day]),
    )
    return FleetPlan(stations=stations, drivers=drivers, connect_spread_s=max(1.0, arguments.count / 200))


def add_arguments(run: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    run.add_argument("--url", required=True, type=_url, help="of the CSMS, without the station's id: ws:// or wss://")
    add_plan_arguments(run)
    length = run.add_mutually_exclusive_group()
    length.add_argument("--duration", type=_positive, metavar="S", help="stop after S seconds")
    length.add_argument("--day", type=_past_day, metavar="DAY", help="live a past day at once: YYYY-MM-DD or yesterday")
    run.add_argument("--workers", type=_count, default=1, metavar="N", help="spread the stations over N processes")
    run.add_argument("--worker", type=Share.read, help=argparse.SUPPRESS)
    run.add_argument(
        "--control",
        type=_address,
        metavar="[HOST:]PORT",
        help="control the fleet by HTTP there (default host: loopback)",
    )
    run.add_argument("--ledger", type=Path, metavar="FILE", help="what was delivered, as JSON lines")


def add_plan_arguments(verb: argparse.ArgumentParser) -> None:
    """What describes a fleet, wherever it lives."""
    verb.add_argument("--count", type=int, default=10, help="number of stations (default 10)")
    verb.add_argument("--ocpp", choices=("1.6", "2.0.1", "mixed"), default="mixed", help="version (default mixed)")
    verb.add_argument("--seed", type=int, default=1, help="everything is drawn from it (default 1)")
    verb.add_argument("--id-template", default=DEFAULT_TEMPLATE, help=f"of the ids (default {DEFAULT_TEMPLATE!r})")
    verb.add_argument("--credentials", type=Path, metavar="FILE", help="CSV of station id and password (Basic auth)")
    tokens = verb.add_mutually_exclusive_group()
    tokens.add_argument("--tokens", type=Path, metavar="FILE", help="tokens that drivers present, one a line")
    tokens.add_argument("--id-tokens", metavar="A,B,…", help="the same, on the command line")
    verb.add_argument("--meter-interval", type=int, metavar="S", help="seconds between meter values (60; 300 in a day)")
    verb.add_argument(
        "--session-seconds", type=_span, metavar="A-B", help="how long drivers charge (15-240; 900-7200 in a day)"
    )
    verb.add_argument(
        "--arrival-seconds", type=_positive, metavar="MEAN", help="how long an EVSE stays empty (60; 7200 in a day)"
    )


def _given(value: ValueT | None, default: ValueT) -> ValueT:
    return default if value is None else value


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


def _positive(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def _span(text: str) -> tuple[float, float]:
    shortest, dash, longest = text.partition("-")
    if not dash:
        raise argparse.ArgumentTypeError(f"{text!r} is no span; 15-240 is one")
    return _positive(shortest), _positive(longest)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where the machine has it."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
