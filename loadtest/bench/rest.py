"""What a request to the back office costs: CPU µs of its process, and how long one client waits, by endpoint.

The whole platform runs with its demo's stations and drivers, and nobody charges. What its workers take by themselves is
measured first, and taken off. One client asks, one request after the other.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from chargeyard.demo import OPERATOR
from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.world import PLACES, make_world, provision
from simulator.plan import Settings

REQUESTS = 400
_WARM_UP = 40
_IDLE_S = 5.0
_STATIONS = 40
_BAY = "BENCH-1"
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")

Ask = Callable[[], Awaitable[object]]


def measure(*, requests: int = REQUESTS) -> dict[str, dict[str, float]]:
    """By endpoint: `cpu_us` of the back office's process, `p50_ms` and `p99_ms` at the client."""
    with tempfile.TemporaryDirectory(prefix="chargeyard-bench-") as folder:
        return asyncio.run(_measure(Path(folder), requests))


async def _measure(folder: Path, requests: int) -> dict[str, dict[str, float]]:
    settings = {"IDENTITY_FIRST_OPERATOR_EMAIL": OPERATOR}
    platform = Platform(folder, report=_quiet, durable=False, environ={}, backoffice_settings=settings)
    async with platform, RestClient(platform.rest_url) as operator, RestClient(platform.rest_url) as driver:
        await operator.log_in(OPERATOR, platform.secrets.operator_password, role="operator")
        world = make_world(_STATIONS, secret=platform.secrets.token_key, settings=Settings())
        password = platform.secrets.driver_password
        await provision(world, operator, rest_url=platform.rest_url, driver_password=password, report=_quiet)
        await operator.post(f"/locations/{PLACES[0].location_id}/bays", {"bay_id": _BAY, "name": _BAY})
        await driver.log_in(world.drivers[0].email, password, role="driver")
        pid = platform.backoffice.pid
        assert pid is not None
        idle = _cpu_s(pid)
        await asyncio.sleep(_IDLE_S)
        idle_share = (_cpu_s(pid) - idle) / _IDLE_S
        return {
            name: await _ask(ask, pid=pid, idle_share=idle_share, requests=requests)
            for name, ask in _endpoints(operator, driver).items()
        }


def _endpoints(operator: RestClient, driver: RestClient) -> Mapping[str, Ask]:
    place = PLACES[0]
    here: dict[str, Any] = {"lat": place.latitude, "lon": place.longitude}  # Any: query values
    estimate = {"place": {"bay_id": _BAY}, "begins_at": "2030-01-01T10:00:00Z", "parking_minutes": 90}
    return {
        "GET /stations/nearby": lambda: driver.get("/stations/nearby", **here),
        "GET /places/nearby?kind=bay": lambda: driver.get("/places/nearby", **here, kind="bay"),
        "POST /tariffs/estimate": lambda: driver.post("/tariffs/estimate", estimate),
        "GET /reservations": lambda: driver.get("/reservations"),
        "GET /reservations/places/…/slots": lambda: driver.get(
            f"/reservations/places/bay/{_BAY}/slots",
            **{"from": "2030-01-01T00:00:00Z", "until": "2030-01-02T00:00:00Z"},
        ),
        "GET /sessions": lambda: driver.get("/sessions"),
        "GET /parking-sessions": lambda: driver.get("/parking-sessions"),
        "GET /billing/invoices": lambda: operator.get("/billing/invoices"),
        "GET /billing/ledger/balance": lambda: operator.get("/billing/ledger/balance"),
    }


async def _ask(ask: Ask, *, pid: int, idle_share: float, requests: int) -> dict[str, float]:
    for _ in range(_WARM_UP):
        await ask()
    latencies_ms = []
    begun, used = time.perf_counter(), _cpu_s(pid)
    for _ in range(requests):
        asked = time.perf_counter()
        await ask()
        latencies_ms.append((time.perf_counter() - asked) * 1000)
    own_s = _cpu_s(pid) - used - idle_share * (time.perf_counter() - begun)
    ordered = sorted(latencies_ms)
    return {
        "cpu_us": round(own_s / requests * 1e6),
        "p50_ms": round(ordered[requests // 2], 2),
        "p99_ms": round(ordered[min(requests - 1, requests * 99 // 100)], 2),
    }


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def _quiet(_line: str) -> None:
    return
