"""One trace from a station's last frame over stream and rows to the receipt, as `chargeyard trace` prints it."""

import asyncio
import re
import subprocess
import sys

import pytest

from tests.acceptance.independent import independent_station
from tests.acceptance.network import Network, eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

# What the two ends of a charge cause, in the order in which they do: what the gateway asks before it answers the
# station, and what comes of the facts.
CAUSED_BY_START = (
    r"csms \w+: 2\.0\.1 TransactionEvent ",
    r"backoffice: identity answers authorize_token ",
    r"backoffice: sessions applies [\w.]*transactions\.started ",
)
CAUSED_BY_END = (
    r"csms \w+: 2\.0\.1 TransactionEvent ",
    r"backoffice: sessions answers total_cost ",
    r"backoffice: sessions applies [\w.]*ended ",
    r"backoffice: billing applies [\w.]*completed ",
    r"backoffice: billing collects ",
    r"backoffice: notifications applies [\w.]*payment_completed ",
)


@pytest.fixture(scope="module")
def keeps_traces() -> bool:
    return True


def run_trace(session_id: str, folder: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "chargeyard", "trace", session_id, "--data", folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


async def test_each_end_of_a_charge_is_one_trace_from_the_question_to_the_receipt(network: Network) -> None:
    await network.add_station("TRACED")
    driver = await network.add_driver()
    async with independent_station(network.platform.station_url, "TRACED", "2.0.1") as station:
        await station.boot()
        await station.begin(driver.token, meter_wh=0)
        await station.end(driver.token, meter_wh=2_000)
    session = await network.session_of("TRACED")
    await network.receipt(session["id"])
    folder = str(network.platform.servers.data_dir)

    async def whole_traces() -> list[str]:
        done = await asyncio.to_thread(run_trace, session["id"], folder)
        traces = done.stdout.split("\n\n")
        found = [whole_one(traces, causes) for causes in (CAUSED_BY_START, CAUSED_BY_END)]
        return found if all(found) else []

    started, ended = await eventually(whole_traces, what="the traces of the start and the end")

    for trace, causes in ((started, CAUSED_BY_START), (ended, CAUSED_BY_END)):
        steps = [depth(trace, cause) for cause in causes]
        assert steps == sorted(steps), trace
        assert steps[0] < steps[1], trace
        assert "FAILED" not in trace


def whole_one(traces: list[str], causes: tuple[str, ...]) -> str:
    return next((trace for trace in traces if all(re.search(one, trace) for one in causes)), "")


def depth(trace: str, cause: str) -> int:
    found = re.search(rf"ms( +){cause}", trace)
    assert found, trace
    return len(found[1])


async def test_session_of_which_nothing_is_kept_is_said_so(network: Network) -> None:
    done = await asyncio.to_thread(run_trace, "no-such-session", str(network.platform.servers.data_dir))

    assert done.returncode == 1
    assert "nothing that session no-such-session caused is kept" in done.stderr
