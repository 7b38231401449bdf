"""The programs as their operator meets them: probes, drain, services alone, tenants."""

import asyncio
import json
import os
import signal
import sys
import urllib.error
import urllib.request

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from backoffice.identity.bootstrap import ensure_operator
from backoffice.services import load_services
from chargeyard.platform import Platform, free_port
from chargeyard.programs import Program
from chargeyard.rest import RestClient
from protocol.domain.identifiers import TenantId
from tests.acceptance.independent import independent_station
from tests.acceptance.network import Network, eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def paths_of(url: str) -> set[str]:
    with urllib.request.urlopen(f"{url}/api/openapi.json", timeout=5) as response:
        return set(json.load(response)["paths"])


async def test_probes_and_metrics_of_both_programs(platform: Platform) -> None:
    for base in (platform.rest_url, f"http://127.0.0.1:{platform.admin_port}"):
        for path in ("/livez", "/readyz", "/metrics"):
            assert await asyncio.to_thread(status_of, base + path) == 200


async def test_gateway_is_not_ready_without_nats_and_ready_again(platform: Platform) -> None:
    url = f"http://127.0.0.1:{platform.admin_port}"

    async def status_is(status: int) -> bool:
        return await asyncio.to_thread(status_of, f"{url}/readyz") == status

    await platform.servers.nats.stop()
    try:
        await eventually(lambda: status_is(503), within_s=20)
        assert await asyncio.to_thread(status_of, f"{url}/livez") == 200
    finally:
        await platform.servers.nats.start()
    await eventually(lambda: status_is(200), within_s=20)


@pytest.mark.parametrize("name", [service.name for service in load_services()])
async def test_service_runs_alone_under_the_same_paths(platform: Platform, name: str) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    alone = Program(
        name,
        "backoffice",
        [name, "--port", str(port)],
        environ=platform.backoffice_environ,
        ready_url=f"{url}/readyz",
        log_file=platform.servers.data_dir / "logs" / f"{name}.log",
    )
    await alone.start()
    try:
        paths = await asyncio.to_thread(paths_of, url)
        together = await asyncio.to_thread(paths_of, platform.rest_url)
    finally:
        await alone.stop()

    assert paths
    assert paths < together


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("module", ["csms", "backoffice"])
async def test_signal_ends_what_waits_for_nats(platform: Platform, module: str, number: signal.Signals) -> None:
    settings = {**platform.backoffice_environ, "NATS_URL": f"nats://127.0.0.1:{free_port()}", "CSMS_PORT": "0"}
    options = ["--port", str(free_port())] if module == "backoffice" else []
    waiting = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *options, env={**os.environ, **settings}, stderr=asyncio.subprocess.PIPE
    )
    assert waiting.stderr is not None
    try:
        async with asyncio.timeout(60):
            while b"NATS client" not in (line := await waiting.stderr.readline()):
                assert line, "it ended without waiting for NATS"
        waiting.send_signal(number)
        async with asyncio.timeout(20):
            said = await waiting.stderr.read()
            code = await waiting.wait()
    finally:
        if waiting.returncode is None:
            waiting.kill()

    assert code == 0
    assert b"Traceback" not in said


async def test_two_tenants_both_own_a_station_of_one_name(platform: Platform, network: Network) -> None:
    tenant = "northgrid"
    await ensure_operator(
        platform.backoffice_environ, email="boss@example.com", password="northgrid-boss", tenant=TenantId(tenant)
    )
    async with RestClient(platform.rest_url, tenant=tenant) as boss:
        await boss.log_in("boss@example.com", "northgrid-boss", role="operator")
        async with Network(platform, boss, tenant=tenant) as northgrid:
            await network.add_station("CP001")
            await northgrid.add_station("CP001")
            ours, theirs = await network.add_driver(), await northgrid.add_driver()
            for prefix, driver, energy_wh in (("", ours, 1_000), (tenant, theirs, 3_000)):
                url = platform.station_url
                async with independent_station(url, "CP001", "1.6", tenant=prefix) as station:
                    await station.boot()
                    assert await station.authorize(driver.token) == "Accepted"
                    await station.begin(driver.token, meter_wh=0)
                    await station.end(driver.token, meter_wh=energy_wh)
            mine, yours = await network.session_of("CP001"), await northgrid.session_of("CP001")
            receipt = await northgrid.receipt(yours["id"])

            async with independent_station(platform.station_url, "CP001", "1.6", tenant=tenant) as station:
                assert await station.authorize(ours.token) in ("Invalid", "Unknown")

    assert (mine["energy_wh"], yours["energy_wh"]) == ("1000", "3000")
    assert mine["id"] != yours["id"]
    assert receipt["invoice"]["number"] == 1


async def test_drain_on_sigterm_is_spread_over_its_window(platform: Platform, network: Network) -> None:
    names = [f"DRAIN-{number:02d}" for number in range(20)]
    for name in names:
        await network.add_station(name)
    sockets = [await connect(f"{platform.station_url}/{name}", subprotocols=[Subprotocol("ocpp1.6")]) for name in names]
    loop = asyncio.get_running_loop()
    closed_at: list[float] = []

    async def wait_closed(socket: ClientConnection) -> None:
        await socket.wait_closed()
        closed_at.append(loop.time())
        assert socket.close_code == 1012

    waiting = [asyncio.create_task(wait_closed(socket)) for socket in sockets]
    began = loop.time()
    await platform.gateway.stop()
    await asyncio.gather(*waiting)
    await platform.gateway.start()

    assert closed_at[-1] - closed_at[0] > 0.5  # of a window of 2 s
    assert closed_at[-1] - began < 5
