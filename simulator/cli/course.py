"""What `fleet run` is to do: by its flags alone, or by a scenario that they override."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from protocol.domain.identifiers import IdToken
from simulator.inventory import (
    DEFAULT_TEMPLATE,
    VERSIONS,
    lay_out_stations,
    make_tokens,
    read_credentials,
    read_passwords,
    read_tokens,
    split_tokens,
    versions_of,
)
from simulator.plan import DriverPlan, FleetPlan, Settings
from simulator.scenarios.assertions import Assertion
from simulator.scenarios.laying_out import Overrides, lay_out
from simulator.scenarios.reading import find_scenario

ValueT = TypeVar("ValueT")

_COUNT = 10
_STATIONS_A_SECOND = 200
_SESSION_S = {False: (15.0, 240.0), True: (900.0, 7_200.0)}
_ARRIVAL_S = {False: 60.0, True: 7_200.0}
_METER_S = {False: 60, True: 300}


@dataclass(frozen=True, slots=True)
class Course:
    """A fleet, for how long it lives, and what must hold of it. `duration_s` None: until it is told to stop."""

    plan: FleetPlan
    seed: int | str
    duration_s: float | None
    scenario: str = ""
    assertions: tuple[Assertion, ...] = ()


def add_plan_arguments(verb: argparse.ArgumentParser) -> None:
    """What describes a fleet, wherever it lives."""
    verb.add_argument("scenario", nargs="?", metavar="SCENARIO", help="a file, or one of `chargeyard fleet scenarios`")
    verb.add_argument("--count", type=int, help="number of stations (default 10)")
    verb.add_argument("--ocpp", choices=VERSIONS, help="version; mixed: 1.6 and 2.0.1 (default)")
    verb.add_argument("--seed", type=int, help="everything is drawn from it (default 1)")
    verb.add_argument("--id-template", help=f"of the ids (default {DEFAULT_TEMPLATE!r})")
    verb.add_argument("--credentials", type=Path, metavar="FILE", help="CSV of station id and password (Basic auth)")
    tokens = verb.add_mutually_exclusive_group()
    tokens.add_argument("--tokens", type=Path, metavar="FILE", help="tokens that drivers present, one a line")
    tokens.add_argument("--id-tokens", metavar="A,B,…", help="the same, on the command line")
    verb.add_argument("--bay-template", help="of the ids of a scenario's parking bays")
    verb.add_argument(
        "--app-drivers", type=Path, metavar="FILE", help="CSV of e-mail and password: who checks in by app"
    )
    verb.add_argument("--meter-interval", type=int, metavar="S", help="seconds between meter values (60; 300 in a day)")
    verb.add_argument(
        "--session-seconds",
        type=_span,
        metavar="A-B",
        help="how long drivers charge or park (15-240; 900-7200 in a day)",
    )
    verb.add_argument(
        "--arrival-seconds", type=positive, metavar="MEAN", help="how long an EVSE stays empty (60; 7200 in a day)"
    )


def plan_course(arguments: argparse.Namespace, *, is_day: bool = False) -> Course:
    """What the arguments of `add_plan_arguments` describe. Raises SimulatorError, OSError."""
    if arguments.scenario is None:
        return _plan_by_flags(arguments, is_day=is_day)
    return _plan_by_scenario(arguments, is_day=is_day)


def positive(text: str) -> float:
    """The number of an argument. Raises ArgumentTypeError."""
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def _plan_by_flags(arguments: argparse.Namespace, *, is_day: bool) -> Course:
    seed = _given(arguments.seed, 1)
    settings = Settings(sample_interval_s=_given(arguments.meter_interval, _METER_S[is_day]))
    stations = lay_out_stations(
        _given(arguments.count, _COUNT),
        ocpp=_given(arguments.ocpp, "mixed"),
        seed=seed,
        id_template=_given(arguments.id_template, DEFAULT_TEMPLATE),
        passwords=read_credentials(arguments.credentials) if arguments.credentials else {},
        settings=settings,
    )
    tokens = _read_tokens(arguments) or make_tokens(stations)
    drivers = DriverPlan(
        tokens={station.tenant: tokens for station in stations},
        session_s=_given(arguments.session_seconds, _SESSION_S[is_day]),
        arrival_s=_given(arguments.arrival_seconds, _ARRIVAL_S[is_day]),
    )
    plan = FleetPlan(stations=stations, drivers=drivers, connect_spread_s=max(1.0, len(stations) / _STATIONS_A_SECOND))
    return Course(plan, seed, duration_s=arguments.duration)


def _plan_by_scenario(arguments: argparse.Namespace, *, is_day: bool) -> Course:
    name, scenario, lines = find_scenario(arguments.scenario)
    overrides = Overrides(
        count=arguments.count,
        versions=None if arguments.ocpp is None else versions_of(arguments.ocpp),
        id_template=arguments.id_template,
        meter_interval_s=arguments.meter_interval,
        session_s=arguments.session_seconds,
        arrival_s=arguments.arrival_seconds,
        bay_template=arguments.bay_template,
    )
    passwords = read_credentials(arguments.credentials) if arguments.credentials else {}
    plan = lay_out(
        scenario,
        lines,
        overrides=overrides,
        passwords=passwords,
        tokens=_read_tokens(arguments),
        app_drivers=tuple(read_passwords(arguments.app_drivers)) if arguments.app_drivers else (),
    )
    return Course(
        plan=plan,
        seed=scenario.seed if arguments.seed is None else arguments.seed,
        duration_s=arguments.duration or (None if is_day else scenario.duration.seconds),
        scenario=name,
        assertions=scenario.assertions,
    )


def _read_tokens(arguments: argparse.Namespace) -> tuple[IdToken, ...] | None:
    if arguments.tokens:
        return read_tokens(arguments.tokens)
    return split_tokens(arguments.id_tokens) if arguments.id_tokens else None


def _given(value: ValueT | None, default: ValueT) -> ValueT:
    return default if value is None else value


def _span(text: str) -> tuple[float, float]:
    shortest, dash, longest = text.partition("-")
    if not dash:
        raise argparse.ArgumentTypeError(f"{text!r} is no span; 15-240 is one")
    return positive(shortest), positive(longest)
