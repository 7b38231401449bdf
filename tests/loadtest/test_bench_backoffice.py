"""The benchmark of the back office, small: that it asks what it says, and fails where it is to fail."""

import argparse
import json
import random
from collections.abc import Awaitable, Callable

import pytest

from loadtest.bench import backoffice, nearby, readings
from loadtest.bench.measurement import Measurement, Timings, ask_all


def test_quantiles_are_of_the_latencies_in_order() -> None:
    latencies = [float(one) for one in range(1, 101)]
    random.Random(1).shuffle(latencies)

    timings = Timings(latencies, found=0.0)

    assert [timings.quantile_ms(fraction) for fraction in (0.5, 0.99, 1.0)] == [51.0, 100.0, 100.0]


async def test_every_question_is_asked_once_after_the_warm_up() -> None:
    asked: list[int] = []

    def question(number: int) -> Callable[[], Awaitable[int]]:
        async def ask() -> int:
            asked.append(number)
            return number

        return ask

    timings = await ask_all([question(number) for number in (1, 2, 3)], warm_up=2)

    assert asked == [1, 2, 1, 2, 3]
    assert (len(timings.latencies_ms), timings.found) == (3, 2.0)


@pytest.mark.slow
@pytest.mark.parametrize(("target_p99_ms", "status"), [(10_000.0, 0), (0.0, 1)])
def test_run_fails_where_a_target_is_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], target_p99_ms: float, status: int
) -> None:
    monkeypatch.setattr(nearby, "_QUESTIONS_OF_A_KIND", 40)
    row = {"nearby": Measurement(nearby.prepared, size=2_000, target_p99_ms=target_p99_ms)}
    monkeypatch.setattr(backoffice, "MEASUREMENTS", row)
    monkeypatch.setattr(backoffice, "BESIDE_THEM", {})

    done = backoffice.run(argparse.Namespace())

    out = capsys.readouterr().out
    report = json.loads(out[out.index("{\n") :])
    kinds = report["nearby"]["kinds"]
    assert (done, len(report["problems"])) == (status, len(kinds) * status)
    assert kinds["nothing fits"]["found_on_average"] == 0
    assert all(kind["found_on_average"] > 0 for name, kind in kinds.items() if name != "nothing fits")
    assert all(0 < kind["p50_ms"] <= kind["p99_ms"] <= kind["longest_ms"] for kind in kinds.values())


@pytest.mark.slow
def test_run_fails_where_readings_cost_too_much(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = readings.measure(rounds=1, events=10)
    monkeypatch.setattr(backoffice, "MEASUREMENTS", {})

    statuses = []
    for wanted in (measured["per_cpu_s"], measured["per_cpu_s"] + 1):
        row = {"readings": ("", lambda wanted=wanted: measured | {"target_per_cpu_s": wanted})}
        monkeypatch.setattr(backoffice, "BESIDE_THEM", row)
        statuses.append(backoffice.run(argparse.Namespace()))

    assert (measured["readings"], statuses) == (90, [0, 1])
    assert "readings" in capsys.readouterr().out
