"""Every scenario of ours against the real platform, by the command that people use: what it asserts holds."""

import asyncio
import csv
import os
import sys
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from chargeyard.demo import OPERATOR
from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.world import PLACES, World, make_world, provision
from simulator.plan import Settings, StationPlan
from simulator.reports.report import Report
from simulator.scenarios.laying_out import Overrides, lay_out
from simulator.scenarios.reading import find_scenario, list_scenarios
from tests.acceptance.conftest import report as say

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.timeout(300)]

STATIONS = 20
DURATION_S = 40
WAIT_S = 150


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(platform: Platform, operator: RestClient) -> World:
    """Drivers with cards."""
    made = make_world(1, secret=platform.secrets.token_key, settings=Settings())
    await provision(
        made,
        operator,
        rest_url=platform.rest_url,
        driver_password=platform.secrets.driver_password,
        report=lambda _line: None,
    )
    return made


async def register(operator: RestClient, plan: StationPlan, password: str) -> None:
    """The station may connect, by its password and with the version that it will speak."""
    connector = {"connector": 1, "standard": "IEC_62196_T2", "power_w": plan.outlet.max_power_w}
    body = {
        "location_id": PLACES[0].location_id,
        "security_profiles": [1],
        "password": password,
        "default_version": plan.version,
        "evses": [{"evse": number, "connectors": [connector]} for number in range(1, plan.evse_count + 1)],
    }
    await operator.put(f"/stations/{plan.station_id}", body)


@pytest.mark.parametrize("name", list_scenarios())
async def test_scenario_holds_against_the_gateway(
    name: str, platform: Platform, operator: RestClient, world: World, tmp_path: Path
) -> None:
    template, bay_template = f"{name.upper()}-{{n:02d}}", f"{name.upper()}-P{{n:02d}}"
    _, scenario, lines = find_scenario(name)
    overrides = Overrides(count=STATIONS, id_template=template, bay_template=bay_template)
    plan = lay_out(scenario, lines, overrides=overrides, passwords={}, tokens=None)
    passwords = {station.station_id: f"password-of-{station.station_id}" for station in plan.stations}
    for station in plan.stations:
        await register(operator, station, passwords[station.station_id])
    for bay in plan.bays:
        body = {
            "location_id": PLACES[0].location_id,
            "name": bay.bay_id,
            "station_id": bay.station_id,
            "evse": bay.evse,
        }
        await operator.put(f"/bays/{bay.bay_id}", body)
    credentials, tokens, path = tmp_path / "passwords.csv", tmp_path / "tokens.txt", tmp_path / "report.json"
    parkers = tmp_path / "drivers.csv"
    with parkers.open("w", newline="") as file:
        csv.writer(file).writerows((one.email, platform.secrets.driver_password) for one in world.drivers[:8])
    with credentials.open("w", newline="") as file:
        csv.writer(file).writerows(passwords.items())
    tokens.write_text("".join(f"{token.value},{token.type}\n" for token in world.tokens))

    rest = ("--rest", platform.rest_url, "--login", OPERATOR, "--app-drivers", str(parkers))
    rest += ("--bay-template", bay_template)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", "run", name, "--url", platform.station_url,
        "--count", str(STATIONS), "--id-template", template, "--credentials", str(credentials),
        "--tokens", str(tokens), "--duration", str(DURATION_S), "--session-seconds", "3-8", "--arrival-seconds", "3",
        "--report", str(path), *rest,
        env=dict(os.environ) | {"CHARGEYARD_PASSWORD": platform.secrets.operator_password},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), WAIT_S)
    say(out.decode())

    report = msgspec.json.decode(path.read_bytes(), type=Report)
    assert [verdict.name for verdict in report.verdicts if not verdict.has_held] == []
    assert process.returncode == 0
    assert report.figures.elapsed_s >= DURATION_S
    assert report.figures.stations == report.figures.booted == STATIONS
    assert len(report.verdicts) == len(scenario.assertions)
    assert (report.figures.stays_ended > 0) == bool(plan.bays)
