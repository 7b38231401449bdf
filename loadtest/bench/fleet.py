"""bench fleet: what a station of the simulator's fleet costs: memory, and CPU time for a message.

Half the stations speak 1.6 and half 2.0.1, all in this process, on one core; our gateway has the other. Every station
boots, begins a transaction and sends its readings in its interval. Memory is what the process has grown by once all
are charging; CPU time is the process's own over the measured window, by the CALLs that were answered in it: the
physics, the message, the socket and the answer. The run fails where a station does not charge, for a CALLERROR, a
silence or a lost socket, and for a wake-up that is late by a second. Beside it, what one timer costs in the fleet's
wake-ups, and as a task that sleeps.
"""

import argparse
import asyncio
import copy
import dataclasses
import gc
import json
import os
import resource
import secrets
import sys
import tempfile
from pathlib import Path

import msgspec
import nats
import uvloop

from chargeyard.embedded import EmbeddedServers
from loadtest.bench.process import ServerUnderTest, free_port, resident_kib
from loadtest.bench.timers import measure_timers
from protocol.bus.commands import RegistryEntry
from protocol.bus.subjects import REGISTRY_BUCKET, station_key
from simulator.errors import InvalidPlan
from simulator.fleet import Fleet
from simulator.inventory import lay_out_stations, make_tokens
from simulator.plan import DriverPlan, FleetPlan, Settings
from simulator.process import collect_rarely, raise_file_limit
from simulator.traffic import Latencies

_READINGS = ("MeterValues", "TransactionEvent")
_INTERVAL_S = 10
_CONNECTS_PER_S = 200
_READY_WITHIN_S = 180.0
_LATE_S = 1.0
_A_DAY_S = 86_400.0


def run(arguments: argparse.Namespace) -> int:
    """Print the figures as JSON; 1 where a condition does not hold."""
    try:
        raise_file_limit(arguments.stations)
    except InvalidPlan as error:
        _say(str(error))
        return 1
    collect_rarely()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    with tempfile.TemporaryDirectory(prefix="chargeyard-bench-") as folder:
        figures, problems = uvloop.run(_measure(Path(folder), arguments, cores[0]))
    report = {
        "fleet": figures,
        "timers": measure_timers(arguments.stations),
        "cores": len(cores),
        "load_average": os.getloadavg()[0],
        "problems": problems,
    }
    print(json.dumps(report, indent=2))
    return 1 if problems else 0


async def _measure(folder: Path, arguments: argparse.Namespace, core: int) -> tuple[dict[str, float], list[str]]:
    plan = _plan(arguments.stations)
    async with EmbeddedServers(folder, environ={}) as servers:
        port = free_port()
        environ = {
            "NATS_URL": servers.nats_url,
            "TOKEN_KEY": secrets.token_hex(16),
            "CREDENTIAL_PEPPER": secrets.token_hex(16),
            "CSMS_PORT": str(port),
            "CSMS_ADMIN_PORT": "0",
            "CSMS_DRAIN_S": "0",
            "CSMS_AUTHORIZE_FALLBACK": "accept",
        }
        with ServerUnderTest("csms", port=port, core=core, environ=environ):
            await _register(servers.nats_url, plan)
            return await _live(plan, f"ws://127.0.0.1:{port}/ocpp", arguments.seconds)


async def _live(plan: FleetPlan, url: str, seconds: float) -> tuple[dict[str, float], list[str]]:
    """The fleet comes up, charges for `seconds` under measurement, and goes."""
    gc.collect()
    before_kib, count = resident_kib(os.getpid()), len(plan.stations)
    fleet, stop = Fleet(plan, url=url, seed=1), asyncio.Event()
    living = asyncio.create_task(fleet.run(stop))
    ready_s = await _until_all_charge(fleet, living)
    gc.collect()
    grown_kib = resident_kib(os.getpid()) - before_kib
    _say(f"all charge after {ready_s:.0f} s; measuring for {seconds:g} s")
    before, used_s = copy.deepcopy(fleet.traffic), _cpu_s()
    await asyncio.sleep(seconds)
    used_s = _cpu_s() - used_s
    summary, traffic = fleet.summary(), fleet.traffic
    answered = traffic.answered_count - before.answered_count
    waits = [traffic.answered[action].since(before.answered.get(action, Latencies())) for action in _READINGS]
    stop.set()
    await living
    figures = {
        "stations": count,
        "kib_per_station": round(grown_kib / count, 1),
        "us_per_message": round(used_s / max(answered, 1) * 1e6, 1),
        "messages_per_s": round(answered / seconds),
        "all_charging_after_s": round(ready_s, 1),
        "answered": traffic.answered_count,
        "reading_p99_ms": round(max(one.quantile_s(0.99) for one in waits) * 1000, 1),
        "latest_wake_up_ms": round(traffic.lateness.longest_s * 1000, 1),
    }
    problems = [
        f"{what}: {found} of {wanted}"
        for what, found, wanted in (
            ("stations online", summary.online, count),
            ("stations charging", summary.charging, count),
            ("ends confirmed", fleet.summary().sessions_acknowledged, count),
        )
        if found < wanted
    ]
    problems += [f"refused: {dict(traffic.refused)}"] * bool(traffic.refused)
    problems += [f"not answered: {dict(traffic.silent)}"] * bool(traffic.silent)
    if traffic.lateness.longest_s > _LATE_S:
        problems.append(f"a wake-up came {traffic.lateness.longest_s:.1f} s late")
    if answered < 0.99 * seconds * count / _INTERVAL_S:
        problems.append(f"{answered} readings were answered, {seconds * count / _INTERVAL_S:.0f} were due")
    return figures, problems


async def _until_all_charge(fleet: Fleet, living: "asyncio.Task[None]") -> float:
    """How long it took. Goes on where it takes too long: what is wrong is told with the figures."""
    loop = asyncio.get_running_loop()
    began = said = loop.time()
    while (summary := fleet.summary()).charging < summary.stations and not living.done():
        await asyncio.sleep(0.5)
        if loop.time() - said > 10:
            said = loop.time()
            _say(f"online {summary.online}, charging {summary.charging} of {summary.stations} {summary.last_failure}")
        if loop.time() - began > _READY_WITHIN_S:
            break
    return loop.time() - began


def _plan(count: int) -> FleetPlan:
    settings = Settings(sample_interval_s=_INTERVAL_S)
    laid_out = lay_out_stations(count, ocpp="mixed", seed=1, id_template="FLEET{n:05d}", settings=settings)
    stations = tuple(dataclasses.replace(station, evse_count=1) for station in laid_out)
    tokens = {stations[0].tenant: make_tokens(stations)}
    drivers = DriverPlan(tokens=tokens, session_s=(_A_DAY_S, _A_DAY_S), arrival_s=3.0)
    return FleetPlan(stations=stations, drivers=drivers, connect_spread_s=count / _CONNECTS_PER_S)


async def _register(nats_url: str, plan: FleetPlan) -> None:
    client = await nats.connect(nats_url)
    bucket = await client.jetstream().key_value(REGISTRY_BUCKET)
    entry = msgspec.json.encode(RegistryEntry())
    for station in plan.stations:
        await bucket.put(station_key(station.key), entry)
    await client.close()


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
