"""What `fleet run` is to do: by its flags alone, or by a scenario that they override."""

import argparse
from dataclasses import dataclass

from protocol.domain.version import OcppVersion
from simulator.inventory import MIXED, read_credentials, read_tokens, split_tokens
from simulator.plan import FleetPlan
from simulator.scenarios.assertions import Assertion
from simulator.scenarios.laying_out import Overrides, lay_out
from simulator.scenarios.reading import find_scenario


@dataclass(frozen=True, slots=True)
class Course:
    """A fleet, for how long it lives, and what must hold of it. `duration_s` None: until it is told to stop."""

    plan: FleetPlan
    seed: int | str
    duration_s: float | None
    scenario: str = ""
    assertions: tuple[Assertion, ...] = ()


def plan_scenario(arguments: argparse.Namespace) -> Course:
    """The scenario, with what the other arguments say instead. Raises SimulatorError, OSError."""
    name, scenario, lines = find_scenario(arguments.scenario)
    ocpp = None if arguments.ocpp in (None, MIXED) else OcppVersion(arguments.ocpp)
    overrides = Overrides(
        count=arguments.count,
        version=ocpp,
        id_template=arguments.id_template,
        meter_interval_s=arguments.meter_interval,
        session_s=arguments.session_seconds,
        arrival_s=arguments.arrival_seconds,
    )
    tokens = None
    if arguments.tokens:
        tokens = read_tokens(arguments.tokens)
    elif arguments.id_tokens:
        tokens = split_tokens(arguments.id_tokens)
    passwords = read_credentials(arguments.credentials) if arguments.credentials else {}
    plan = lay_out(scenario, lines, overrides=overrides, passwords=passwords, tokens=tokens)
    return Course(
        plan=plan,
        seed=scenario.seed if arguments.seed is None else arguments.seed,
        duration_s=arguments.duration or (None if arguments.day else scenario.duration.seconds),
        scenario=name,
        assertions=scenario.assertions,
    )
