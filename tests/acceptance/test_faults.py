"""Each part dies while cars charge: what was acknowledged is billed, once, with the energy that was delivered."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.smoke import reconcile_with_platform
from chargeyard.world import demo_drivers, make_world, provision
from simulator.fleet import Fleet
from simulator.ledger import Ledger
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
    platform: Platform, operator: RestClient, fault: Callable[[Platform], Awaitable[None]], tmp_path: Path
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
    fleet = Fleet(plan, url=platform.station_url, seed=fault.__name__, ledger=Ledger(tmp_path / "ledger.jsonl"))
    running = asyncio.create_task(fleet.run(stop, goodbye_s=20.0))
    await eventually(lambda: ended_and_charging(fleet, ended=3, charging=3), within_s=30)
    await fault(platform)
    before = fleet.summary().sessions_acknowledged
    await eventually(lambda: acknowledged(fleet, before + 3), within_s=45)
    stop.set()
    await running

    found = await reconcile_with_platform(tmp_path / "ledger.jsonl", platform, world.prices)

    assert [str(difference) for difference in found.differences] == []
    assert sum(match.delivered.is_end_acknowledged for match in found.matches) >= before + 3
    assert found.readings > found.priced >= before + 3
    assert all(match.invoice.state in ("paid", "open") for match in found.matches if match.invoice is not None)


async def ended_and_charging(fleet: Fleet, *, ended: int, charging: int) -> bool:
    summary = fleet.summary()
    return summary.sessions_ended >= ended and summary.charging >= charging


async def acknowledged(fleet: Fleet, count: int) -> bool:
    return fleet.summary().sessions_acknowledged >= count
