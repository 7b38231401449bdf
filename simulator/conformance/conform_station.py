"""`chargeyard conform station`: judge a station by certification-style cases, in which the judge is its CSMS.

The judge listens; the station under test is told to connect there, and the cases run one after the other.
"""

import argparse
import asyncio
import os

from protocol.domain.version import OcppVersion
from simulator.conformance.hands.fleet import FleetHand
from simulator.conformance.hands.hand import Hand, NoHand, StationNeed
from simulator.conformance.hands.person import Person
from simulator.conformance.running import (
    AS_DECLARED,
    EXIT_CODES,
    Selection,
    add_run_arguments,
    complete,
    run_trials,
    select,
)
from simulator.conformance.station.trials import CASES, REFUSED, trials_of
from simulator.conformance.station.yard import Yard
from simulator.conformance.terminal import Terminal
from simulator.conformance.transport import listening
from simulator.control.address import TOKEN_VARIABLE
from simulator.errors import InvalidPlan

EXAMPLES = f"""\
examples:
  chargeyard conform station --ocpp 2.0.1 --list
  chargeyard conform station --ocpp 1.6 --host 0.0.0.0 --port 9100 --hand person --token ABCD0001 --html verdicts.html
  chargeyard conform station --ocpp 1.6 --port 9100 --hand nobody --without reservation,local-list
  chargeyard conform station --ocpp 1.6 --port 9100 --hand fleet --control http://127.0.0.1:7070 --station CP-001

The station connects to ws://HOST:PORT/<its id>. Its first boot is judged too: start it after the judge.
With --hand person somebody at the station is told what to do; with --hand fleet it is one of our own fleet's, run with
`chargeyard fleet run --count 1 --arrival-seconds 86400 --control 7070 …`; with --hand nobody cases that need a vehicle
or a token are not applicable.

{EXIT_CODES}"""
_HANDS = ("person", "fleet", "nobody")
_CASE_S = 300.0


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    verb.add_argument("--ocpp", required=True, choices=[one.value for one in CASES], help="the version that is spoken")
    verb.add_argument("--host", default="127.0.0.1", help="where to listen (loopback); 0.0.0.0 for a real station")
    verb.add_argument("--port", type=int, default=9100, help="where to listen (9100)")
    verb.add_argument("--station-password", metavar="PASSWORD", help="what the station has to log in with")
    verb.add_argument("--hand", choices=_HANDS, default="person", help="who stands at the station (person)")
    verb.add_argument("--control", metavar="URL", help="of the fleet's control, for --hand fleet")
    verb.add_argument("--station", metavar="ID", help="the station in that fleet")
    verb.add_argument("--token", default="JUDGE0001", help="the token that is presented and started with (JUDGE0001)")
    verb.add_argument("--bad-token", default=REFUSED, help=f"the token that is presented and refused ({REFUSED})")
    verb.add_argument("--without", type=_needs, default=frozenset(), metavar="A,B,…", help="what the station lacks")
    verb.add_argument("--arrival-seconds", type=float, default=120.0, metavar="S", help="to connect, and back (120)")
    verb.add_argument("--heartbeat", type=int, default=5, metavar="S", help="the interval that the boot is given (5)")
    add_run_arguments(verb)


def run(arguments: argparse.Namespace) -> int:
    """The exit code, as EXAMPLES says."""
    version = OcppVersion(arguments.ocpp)
    if arguments.list:
        return _list(version)

    async def act() -> int:
        known = [case.id for _, cases in CASES[version] for case in cases]
        return await _judge(arguments, version, select(arguments, known))

    return complete(act)


async def _judge(arguments: argparse.Namespace, version: OcppVersion, selection: Selection) -> int:
    hand = _make_hand(arguments)
    limit_s = arguments.case_seconds or (None if arguments.hand == "person" else _CASE_S)
    async with listening(version, host=arguments.host, port=arguments.port, password=arguments.station_password) as (
        port,
        arrivals,
    ):
        print(f"waiting for a station of OCPP {version} at ws://{arguments.host}:{port}/<its id>", flush=True)
        yard = Yard(
            version,
            arrivals,
            patience_s=arguments.patience,
            arrival_s=arguments.arrival_seconds,
            heartbeat_s=arguments.heartbeat,
        )
        async with asyncio.TaskGroup() as tasks:
            taking_in = tasks.create_task(yard.run())
            trials = list(
                trials_of(yard, hand, token=arguments.token, bad_token=arguments.bad_token, lacks=arguments.without)
            )
            code = await run_trials(trials, selection, what=f"Station, OCPP {version}", jobs=1, limit_s=limit_s)
            taking_in.cancel()
    return code


def _make_hand(arguments: argparse.Namespace) -> Hand:
    if arguments.hand == "person":
        return Person(Terminal().ask)
    if arguments.hand == "nobody":
        return NoHand()
    if not (arguments.control and arguments.station):
        raise InvalidPlan("--hand fleet needs --control and --station")
    return FleetHand(arguments.control, arguments.station, token=os.environ.get(TOKEN_VARIABLE) or None)


def _list(version: OcppVersion) -> int:
    for block, cases in CASES[version]:
        print(f"\n{block}")
        for case in cases:
            needs = f"  [{', '.join(sorted(case.needs))}]" if case.needs else ""
            print(f"  {case.id:<28} {case.title}{needs}")
    return AS_DECLARED


def _needs(text: str) -> frozenset[StationNeed]:
    try:
        return frozenset(StationNeed(word.strip()) for word in text.split(",") if word.strip())
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}: there are {', '.join(StationNeed)}") from error
