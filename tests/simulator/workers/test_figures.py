"""The figures of a fleet's parts, added up, are those that one process would have told."""

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, strategies as st

from simulator.figures import ActionFigures, SiteFigures, measure_actions
from simulator.traffic import Latencies, Traffic
from simulator.workers.figures import add_up_figures
from tests.simulator.figures import BEGAN, figures
from tests.simulator.peer_csms import peer_csms
from tests.simulator.workers.test_crew import crew

SCENARIO = """\
about: Four stations in two processes.
sites:
  - name: yard
    position: [52.5, 13.4]
    stations: {post: 4}
    drivers: guests
    arrivals: {shape: poisson, mean: 60s}

models:
  - {name: post, vendor: Chargeyard, model: Post 11, power_kw: 11}

drivers:
  - {name: guests, stay: 15s-45s}

assert:
  - {check: all_online, within: 30s}
  - {check: latency, action: BootNotification, under: 10s}
"""

durations = st.lists(st.floats(1e-6, 60.0), max_size=40)


def actions_of(*spans: list[float]) -> tuple[ActionFigures, ...]:
    traffic = Traffic()
    latencies = traffic.answered.setdefault("Heartbeat", Latencies())
    for span in spans:
        for seconds in span:
            latencies.record(seconds)
    return measure_actions(traffic)


@given(durations, durations)
def test_latencies_of_parts_are_those_of_the_whole(one: list[float], other: list[float]) -> None:
    [added] = add_up_figures([figures(actions_of(one)), figures(actions_of(other))]).actions
    [whole] = actions_of(one, other)

    assert msgspec.structs.replace(added, mean_s=0.0) == msgspec.structs.replace(whole, mean_s=0.0)
    assert added.mean_s == pytest.approx(whole.mean_s)


def test_counts_add_up_and_the_slowest_part_decides() -> None:
    late = figures(
        began_at=BEGAN + timedelta(seconds=1),
        all_booted_s=4.0,
        lateness_p99_s=0.5,
        costs_shown=4,
        commands={"Reset": 2, "ClearCache": 1},
        sites=(SiteFigures("yard", 1, 0, 0, 1, 50), SiteFigures("lot", 1, 1, 0, 0, 0)),
    )

    whole = add_up_figures([figures(costs_shown=3), late])

    assert (whole.began_at, whole.all_booted_s, whole.lateness_p99_s) == (BEGAN, 5.0, 0.5)
    assert whole.elapsed_s == 61.0
    assert (whole.stations, whole.sessions_started, whole.energy_wh) == (4, 6, 1400)
    assert whole.costs_shown == 7
    assert whole.commands == {"Reset": 3, "ClearCache": 1}
    assert whole.sites == (SiteFigures("yard", 3, 2, 1, 3, 750), SiteFigures("lot", 1, 1, 0, 0, 0))
    assert whole.given_up == {"reading": 2}


def test_where_a_part_never_booted_whole_neither_did_the_fleet() -> None:
    assert add_up_figures([figures(), figures(all_booted_s=None)]).all_booted_s is None


@pytest.mark.slow
async def test_workers_report_and_judge_as_one_fleet(tmp_path: Path) -> None:
    scenario, report = tmp_path / "halves.yaml", tmp_path / "report.json"
    scenario.write_text(SCENARIO)
    async with peer_csms() as csms, crew(csms, str(scenario), "--duration", "8", "--report", str(report)) as process:
        out, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")
    assert b"held    all_online within 30 s: 4 of 4 stations were accepted" in out
    told = json.loads(report.read_text())
    assert told["has_held"]
    assert (told["figures"]["stations"], told["figures"]["online"], told["figures"]["booted"]) == (4, 4, 4)
    [boots] = [one for one in told["figures"]["actions"] if one["action"] == "BootNotification"]
    assert boots["answered"] == 4


@pytest.mark.slow
async def test_what_does_not_hold_of_a_worker_does_not_hold_of_the_fleet(tmp_path: Path) -> None:
    scenario = tmp_path / "hurry.yaml"
    scenario.write_text(SCENARIO.replace("under: 10s", "under: 1ms"))
    async with peer_csms() as csms, crew(csms, str(scenario), "--duration", "8") as process:
        out, _ = await process.communicate()

    assert process.returncode == 1
    assert b"FAILED  latency p99 of BootNotification" in out
