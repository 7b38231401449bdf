"""bench backoffice: how long the back office takes to answer, on data of the size that it is meant for.

Each row of MEASUREMENTS makes its own data and asks its own questions, one after the other, of the service's own code:
the embedded PostgreSQL, its row-level security and the driver are what is measured, HTTP is not. Beside
them what it costs to price a CDR, races for one place, how many readings are written for a second of CPU time, and
requests over HTTP to the whole back office. The run fails where the p99 of any kind of question is above the row's
target, where a race had not one winner, and where fewer readings are written than are wanted.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import uvloop

from chargeyard.embedded import EmbeddedServers
from loadtest.bench import authorization, nearby, pricing, readings, reservations, rest
from loadtest.bench.measurement import Measurement, ask_all

MEASUREMENTS: Mapping[str, Measurement] = {
    "nearby": Measurement(nearby.prepared, size=100_000, target_p99_ms=20.0),
    "authorization": Measurement(authorization.prepared, size=100_000, target_p99_ms=5.0),
}
BESIDE_THEM: Mapping[str, tuple[str, Callable[[], Mapping[str, object]]]] = {
    "pricing_cpu_us": ("CDRs by tariffs of every kind", pricing.measure),
    "reservation_races": ("two drivers race for one place, again and again", reservations.measure),
    "readings": ("readings become rows, by CPU time of this process", readings.measure),
    "rest": ("requests, one after the other", rest.measure),
}
_WARM_UP = 30


def run(arguments: argparse.Namespace) -> int:
    """Print the figures as JSON; 1 where a p99 is above its target."""
    # On the loop that the back office runs on.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures, problems = runner.run(_measure_all())
    for name, (what, measure) in BESIDE_THEM.items():
        _say(f"{name}: {what}")
        figures[name] = measure()
    races = figures.get("reservation_races")
    if isinstance(races, Mapping) and races["rounds_with_one_winner"] != races["rounds"]:
        problems.append(f"reservation races: {races['rounds_with_one_winner']} of {races['rounds']} had one winner")
    written = figures.get("readings")
    if isinstance(written, Mapping) and written["per_cpu_s"] < written["target_per_cpu_s"]:
        problems.append(
            f"readings: {written['per_cpu_s']} for a second of CPU, {written['target_per_cpu_s']} are wanted"
        )
    report = {**figures, "cores": os.cpu_count(), "load_average": os.getloadavg()[0], "problems": problems}
    print(json.dumps(report, indent=2))
    return 1 if problems else 0


async def _measure_all() -> tuple[dict[str, object], list[str]]:
    figures: dict[str, object] = {}
    problems: list[str] = []
    for name, measurement in MEASUREMENTS.items():
        with tempfile.TemporaryDirectory(prefix="chargeyard-bench-") as folder:
            kinds = await _measure(Path(folder), name, measurement)
        figures[name] = {"size": measurement.size, "target_p99_ms": measurement.target_p99_ms, "kinds": kinds}
        problems += [
            f"{name}, {kind}: p99 is {measured['p99_ms']} ms, and {measurement.target_p99_ms} at most are wanted"
            for kind, measured in kinds.items()
            if measured["p99_ms"] > measurement.target_p99_ms
        ]
    return figures, problems


async def _measure(folder: Path, name: str, measurement: Measurement) -> dict[str, dict[str, float]]:
    kinds: dict[str, dict[str, float]] = {}
    async with EmbeddedServers(folder, environ={}, durable=False) as servers:
        _say(f"{name}: making data of size {measurement.size}")
        async with measurement.prepared(servers, measurement.size) as questions:
            for kind, asked in questions.items():
                timings = await ask_all(asked, warm_up=_WARM_UP)
                kinds[kind] = {
                    "p50_ms": round(timings.quantile_ms(0.5), 2),
                    "p99_ms": round(timings.quantile_ms(0.99), 2),
                    "longest_ms": round(timings.quantile_ms(1.0), 2),
                    "found_on_average": round(timings.found, 1),
                }
                _say(f"{name}, {kind}: p50 {kinds[kind]['p50_ms']} ms, p99 {kinds[kind]['p99_ms']} ms")
    return kinds


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
