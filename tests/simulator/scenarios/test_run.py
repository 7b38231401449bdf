"""`fleet run SCENARIO` against a central system of others: what it prints, writes, and ends with."""

import asyncio
import os
import pty
import re
import sys
from pathlib import Path

import msgspec
import pytest

from simulator.cli import main
from simulator.reports.report import Report
from tests.simulator.peer_csms import peer_csms

WAIT_S = 30.0
SCENARIO = """\
about: Two stations that somebody comes to all the time.
duration: 4s
seed: spring
sites:
  - name: yard
    stations: {post: 2}
    drivers: hurried
    arrivals: {shape: constant, mean: 300ms}
models:
  - {name: post, power_kw: 11, ocpp: {"1.6": 1}, meter_interval: 1s}
drivers:
  - {name: hurried, stay: 500ms-1s}
faults:
  - {kind: delay, at: 500ms, probability: 50%, span: 20ms-40ms}
assert:
  - {check: all_online, within: 10s}
  - {check: all_acknowledged}
  - {check: sessions_at_least, count: 1}
  - {check: faults_at_least, fault: delay}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "yard.yaml"
    path.write_text(SCENARIO)
    return path


@pytest.fixture
def busier_scenario(scenario: Path) -> Path:
    """One that asserts what two stations cannot."""
    scenario.write_text(SCENARIO.replace("count: 1}", "count: 1000}"))
    return scenario


async def run_fleet(*arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", "run", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), WAIT_S)
    return process.returncode, out.decode()


@pytest.mark.slow
async def test_scenario_whose_assertions_hold_ends_with_0_and_a_report(tmp_path: Path, scenario: Path) -> None:
    path = tmp_path / "report.json"
    async with peer_csms() as csms:
        code, out = await run_fleet(str(scenario), "--url", csms.url, "--report", str(path))

    report = msgspec.json.decode(path.read_bytes(), type=Report)
    assert code == 0, out
    assert re.findall(r"^(held|FAILED) ", out, re.MULTILINE) == ["held"] * 4
    assert (report.figures.scenario, report.figures.seed) == ("yard", "spring")
    assert [(site.site, site.stations, site.online) for site in report.figures.sites] == [("yard", 2, 2)]
    assert report.figures.sessions_ended >= 1
    assert 4 <= report.figures.elapsed_s < 20


@pytest.mark.slow
async def test_assertion_that_fails_is_named_with_its_figures_and_ends_with_1(busier_scenario: Path) -> None:
    async with peer_csms() as csms:
        code, out = await run_fleet(str(busier_scenario), "--url", csms.url, "--duration", "2", "--count", "3")

    assert code == 1
    assert re.search(r"^FAILED  sessions_at_least 1000: \d+ sessions ended$", out, re.MULTILINE)
    assert "3 of 3 stations were accepted" in out


@pytest.mark.slow
async def test_terminal_shows_a_table_by_site_while_the_fleet_lives(scenario: Path) -> None:
    leader, follower = pty.openpty()
    async with peer_csms() as csms:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simulator", "run", str(scenario), "--url", csms.url, "--duration", "3",
            stdin=asyncio.subprocess.DEVNULL, stdout=follower, stderr=follower,
        )  # fmt: skip
        os.close(follower)
        code = await asyncio.wait_for(process.wait(), WAIT_S)
    shown = await asyncio.to_thread(read_all, leader)

    assert code == 0, shown
    assert re.search(r"yard +2 +2", shown)
    assert "\x1b[5F" in shown  # drawn over the one before
    assert "held    all_acknowledged" in shown


def read_all(descriptor: int) -> str:
    text = b""
    try:
        while part := os.read(descriptor, 65536):
            text += part
    except OSError:
        pass  # what a terminal says when nobody has its other end any more
    os.close(descriptor)
    return text.decode()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-scenario"], "there is no scenario 'no-such-scenario'"),
        (["outage", "--report", "report.pdf"], "end it with .json, .xml, .html"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["run", *arguments, "--url", "ws://127.0.0.1:1"])

    assert code == 2
    assert said in capsys.readouterr().err


def test_error_in_a_file_is_said_with_its_line(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario.write_text(SCENARIO.replace("power_kw: 11", "power_kw: lots"))

    code = main(["run", str(scenario), "--url", "ws://127.0.0.1:1"])

    assert code == 2
    assert f"{scenario}:10: models[0].power_kw: expected `float`, got `str`" in capsys.readouterr().err


def test_scenarios_quirks_and_schema_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios"]) == main(["scenarios", "outage"]) == main(["quirks"]) == main(["schema"]) == 0

    printed = capsys.readouterr().out
    assert printed.count("city-morning") == 1
    assert "  - {kind: outage, at: 15s, lasts: 10s}" in printed
    assert "no_subprotocol" in printed
    assert '"$schema"' in printed
