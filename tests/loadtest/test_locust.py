"""Whole runs of the load test, small, against the platform as programs."""

import asyncio
import csv
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import dev
from chargeyard.platform import Platform, free_port
from chargeyard.rest import RestClient
from tests.loadtest.slow_proxy import keeping_back

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="module")]

USERS, STATIONS = 20, 18
TEMPO = ("--session-s", "4", "--pause-s", "2", "--sample-s", "2", "--heartbeat-s", "5")
PATIENT = """
max_failure_share = 0.0
min_requests_per_user_min = 1.0
[[latency]]
kind = "*"
p99_ms = 30000
[[latency]]
kind = "OCPP * BootNotification"
p99_ms = 2500
is_required = true
"""


class Run:
    """A load test that runs, and what it has said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said = ""

    async def wait_until_said(self, pattern: str) -> None:
        assert self.process.stdout is not None
        while not re.search(pattern, self.said):
            line = await self.process.stdout.readline()
            assert line, f"it ended before it said {pattern!r}:\n{self.said}"
            self.said += line.decode()

    async def end(self) -> int:
        assert self.process.stdout is not None
        self.said += (await self.process.stdout.read()).decode()
        return await self.process.wait()


@asynccontextmanager
async def started(platform: Platform, results: Path, *options: str) -> AsyncIterator[Run]:
    thresholds = results.with_suffix(".toml")
    thresholds.write_text(PATIENT)
    arguments = ["--users", str(USERS), "--minutes", str(20 / 60), *TEMPO, "--thresholds", str(thresholds)]
    arguments += ["--url", platform.rest_url, "--password", platform.secrets.operator_password]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "loadtest", *arguments, "--results", str(results), *options),
        cwd=dev.REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Run(process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await process.wait()


async def stations_left(operator: RestClient) -> list[str]:
    page: dict[str, Any] = await operator.get("/stations", limit=500)
    return [one["station_id"] for one in page["items"]]


def statistics(results: Path) -> dict[str, dict[str, str]]:
    with (results / "locust_stats.csv").open(newline="") as file:
        return {f"{row['Type']} {row['Name']}".strip(): row for row in csv.DictReader(file)}


def verdicts(results: Path) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads((results / "verdicts.json").read_text())
    return read


@pytest.mark.usefixtures("locust")
async def test_small_run_ends_without_a_failure_and_leaves_no_station(
    platform: Platform, operator: RestClient, tmp_path: Path
) -> None:
    # Longer than the others: a driver has to come as far as the receipt.
    async with started(platform, tmp_path / "run", "--minutes", "0.6") as run:
        code = await run.end()

    assert code == 0, run.said
    found = statistics(tmp_path / "run")
    assert found["Aggregated"]["Failure Count"] == "0"
    booted = [int(found[f"OCPP {version} BootNotification"]["Request Count"]) for version in ("1.6", "2.0.1")]
    assert sum(booted) == STATIONS
    done = {
        "OCPP 1.6 StartTransaction",
        "OCPP 1.6 MeterValues",
        "OCPP 1.6 StopTransaction",
        "OCPP 2.0.1 TransactionEvent",
        "OCPP 2.0.1 TransactionEvent ended",
        "OCPP 1.6 Heartbeat",
        "POST /sessions",
        "POST /sessions/{id}/stop",
        "Journey start by app",
        "Journey receipt after the stop",
    }
    assert done <= found.keys()
    assert await stations_left(operator) == []
    report = (tmp_path / "run" / "report.html").read_text()
    assert "Every threshold has held." in report
    assert "<svg" in report
    assert not re.search(r"""(src|href|url)\s*[=(]\s*["']?(https?:)?//""", report)
    assert not (tmp_path / "run" / "crew.json").exists()


@pytest.mark.usefixtures("locust")
async def test_action_that_is_slow_fails_the_run_by_its_threshold(
    platform: Platform, operator: RestClient, tmp_path: Path
) -> None:
    async with (
        keeping_back("BootNotification", delay_s=3.0, station_url=platform.station_url) as url,
        started(platform, tmp_path / "run", "--station-url", url) as run,
    ):
        code = await run.end()

    failed = [verdict["name"] for verdict in verdicts(tmp_path / "run") if not verdict["has_held"]]
    assert code == 1, run.said
    assert failed == [f"OCPP {version} BootNotification within 2500 ms" for version in ("1.6", "2.0.1")]
    assert all(f"FAILED: {name}" in run.said for name in failed)
    assert "2 of" in (tmp_path / "run" / "report.html").read_text()
    assert await stations_left(operator) == []


@pytest.mark.usefixtures("locust")
async def test_two_workers_play_no_station_twice_and_are_summed_up(
    platform: Platform, operator: RestClient, tmp_path: Path
) -> None:
    async with started(platform, tmp_path / "run", "--workers", "2", "--master-port", str(free_port())) as run:
        code = await run.end()

    assert code == 0, run.said
    found = statistics(tmp_path / "run")
    workers = json.loads((tmp_path / "run" / "workers.json").read_text())
    assert len(workers) == 2
    assert all(requests > 0 for requests in workers.values())
    assert sum(workers.values()) == int(found["Aggregated"]["Request Count"])
    booted = [int(found[f"OCPP {version} BootNotification"]["Request Count"]) for version in ("1.6", "2.0.1")]
    assert sum(booted) == STATIONS
    assert await stations_left(operator) == []


@pytest.mark.usefixtures("locust")
async def test_ctrl_c_ends_the_run_and_leaves_no_station(
    platform: Platform, operator: RestClient, tmp_path: Path
) -> None:
    async with started(platform, tmp_path / "run", "--minutes", "10") as run:
        await run.wait_until_said(r"10 of 600 s")
        there = await stations_left(operator)
        run.process.send_signal(signal.SIGINT)
        code = await run.end()

    assert code == 130, run.said
    assert len(there) == STATIONS
    assert await stations_left(operator) == []
    assert (tmp_path / "run" / "report.html").exists()
    leftover = await operator.get("/sessions", limit=100)
    assert all(session["state"] != "charging" for session in leftover["items"])


@pytest.mark.usefixtures("locust")
async def test_clean_removes_what_load_tests_left_and_nothing_else(
    platform: Platform, operator: RestClient, tmp_path: Path
) -> None:
    location = {"name": "L", "country": "NL", "timezone": "Europe/Amsterdam", "latitude": 55.6, "longitude": 3.2}
    await operator.put("/locations/load-by-card", location)
    await operator.put("/stations/load-dead01-00001", {"location_id": "load-by-card", "evses": [{"evse": 1}]})
    await operator.put("/stations/load-balancer", {"evses": [{"evse": 1}]})

    async with started(platform, tmp_path / "run", "--clean") as run:
        code = await run.end()

    left = await stations_left(operator)
    await operator.delete("/stations/load-balancer")
    assert (code, left) == (0, ["load-balancer"]), run.said
    assert "stations removed: 1" in run.said


@pytest.mark.usefixtures("locust")
async def test_drivers_of_another_secret_end_the_run_before_it_begins(
    platform: Platform, operator: RestClient, tmp_path: Path
) -> None:
    async with started(platform, tmp_path / "run", "--minutes", "0.01") as first:
        await first.end()

    async with started(platform, tmp_path / "run", "--driver-secret", "another") as run:
        code = await run.end()

    assert code == 1
    assert re.search(r"load-000[12]@\S+ was made by a load test under another operator's password", run.said)
    assert "users for" not in run.said
    assert await stations_left(operator) == []
