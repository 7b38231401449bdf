"""Each part dies while cars charge: what was acknowledged is billed, once, with the energy that was delivered."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.smoke import billed_rows
from chargeyard.world import demo_drivers, make_world, provision
from simulator.fleet import Fleet
from simulator.plan import Settings
from tests.acceptance.network import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

STATIONS = 8
SETTINGS = Settings(sample_interval_s=1, retry_min_s=0.2, retry_random_s=0.3, retry_doublings=2, call_timeout_s=10.0)


async def restart_nats(platform: Platform) -> None:
    await platform.servers.nats.kill()
    await asyncio.sleep(1.5)  # a part is away for a while: that is the fault, not a wait for something
    await platform.servers.nats.start()


async def restart_postgres(platform: Platform) -> None:
    await platform.servers.postgres.kill()
    await asyncio.sleep(1.5)
    await platform.servers.postgres.start()


async def restart_valkey(platform: Platform) -> None:
    await platform.servers.valkey.kill()
    await platform.servers.valkey.start()


async def restart_backoffice(platform: Platform) -> None:
    await platform.backoffice.kill()
    await platform.backoffice.start()


async def restart_gateway(platform: Platform) -> None:
    await platform.gateway.kill()
    await platform.gateway.start()


FAULTS = (restart_nats, restart_postgres, restart_valkey, restart_backoffice, restart_gateway)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_nothing_acknowledged_is_lost_and_nothing_is_billed_twice(
    platform: Platform, operator: RestClient, fault: Callable[[Platform], Awaitable[None]]
) -> None:
    world = make_world(STATIONS, secret=platform.secrets.token_key, settings=SETTINGS)
    await provision(
        world,
        operator,
        rest_url=platform.rest_url,
        driver_password=platform.secrets.driver_password,
        report=lambda _line: None,
    )
    stop = asyncio.Event()
    plan = world.fleet_plan(demo_drivers(world, session_s=(2.0, 5.0), arrival_s=1.0, app_share=0.0))
    fleet = Fleet(plan, url=platform.station_url, seed=fault.__name__)
    running = asyncio.create_task(fleet.run(stop, goodbye_s=20.0))
    await eventually(lambda: ended_and_charging(fleet, ended=3, charging=3), within_s=30)
    await fault(platform)
    before = fleet.summary().sessions_acknowledged
    await eventually(lambda: acknowledged(fleet, before + 3), within_s=45)
    stop.set()
    await running

    rows = await billed_rows(fleet.ledger.entries(), operator, world)
    delivered = [entry for entry in fleet.ledger.entries() if entry.is_end_acknowledged]
    sessions = (await operator.get("/sessions", limit=500))["items"]
    keys = [(session["station_id"], session["transaction_id"]) for session in sessions]

    assert len(rows) == len(delivered) >= before + 3
    assert [problem for row in rows for problem in row.problems()] == []
    assert len({row.invoice["id"] for row in rows}) == len(rows)
    assert len(set(keys)) == len(keys)
    assert all(row.invoice["state"] in ("paid", "open") for row in rows)


async def ended_and_charging(fleet: Fleet, *, ended: int, charging: int) -> bool:
    summary = fleet.summary()
    return summary.sessions_ended >= ended and summary.charging >= charging


async def acknowledged(fleet: Fleet, count: int) -> bool:
    return fleet.summary().sessions_acknowledged >= count
