"""Twenty cars on a site of 60 kW: together they never take more, by their own meters, and they share it equally."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.world import World, make_world, provision
from protocol.domain.identifiers import DEFAULT_TENANT
from protocol.domain.version import OcppVersion
from simulator.evse import Outlet
from simulator.fleet import Fleet
from simulator.ledger import Ledger
from simulator.plan import DriverPlan, FleetPlan, Settings, StationPlan
from tests.acceptance.conftest import report as say
from tests.acceptance.network import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.timeout(300)]

LIMIT_W = 60_000
STATIONS = 20
OUTLET = Outlet(max_power_w=22_000)
WATCHED_S = 40.0
# What a meter of class B may be wrong by.
METER_ERROR = 1.01
SITE = {"name": "Depot", "country": "DE", "timezone": "Europe/Berlin", "latitude": 52.4, "longitude": 13.2}


@pytest.fixture(scope="module")
def plans() -> tuple[StationPlan, ...]:
    return tuple(
        StationPlan(
            station_id=f"DEPOT-{number:02d}",
            version=OcppVersion.V16 if number % 2 else OcppVersion.V201,
            password=f"password-of-depot-{number:02d}",
            outlet=OUTLET,
            settings=Settings(sample_interval_s=2),
        )
        for number in range(1, STATIONS + 1)
    )


async def register(operator: RestClient, plans: tuple[StationPlan, ...]) -> None:
    await operator.put("/locations/depot", SITE)
    for plan in plans:
        connector = {"connector": 1, "standard": "IEC_62196_T2", "power_w": OUTLET.max_power_w}
        body = {
            "location_id": "depot",
            "security_profiles": [1],
            "password": plan.password,
            "default_version": plan.version,
            "evses": [{"evse": 1, "connectors": [connector]}],
        }
        await operator.put(f"/stations/{plan.station_id}", body)


async def drivers(platform: Platform, operator: RestClient) -> World:
    world = make_world(1, secret=platform.secrets.token_key, settings=Settings())
    await provision(
        world,
        operator,
        rest_url=platform.rest_url,
        driver_password=platform.secrets.driver_password,
        report=lambda _line: None,
    )
    return world


def power_w(fleet: Fleet) -> float:
    """What flows at the site now, by the meters."""
    evses = (evse for running in fleet.stations.values() for evse in running.station.state.evses)
    return sum(evse.meter.power_mw for evse in evses) / 1000


async def test_site_never_takes_more_than_its_limit_and_shares_it(
    platform: Platform, operator: RestClient, plans: tuple[StationPlan, ...], tmp_path: Path
) -> None:
    world = await drivers(platform, operator)
    await register(operator, plans)
    await operator.put("/locations/depot/power-limit", {"limit_w": LIMIT_W})
    arriving = DriverPlan(
        tokens={DEFAULT_TENANT: world.tokens}, session_s=(20, 40), arrival_s=4, energy_wh=(20_000, 40_000)
    )
    fleet = Fleet(
        FleetPlan(stations=plans, drivers=arriving),
        url=platform.station_url,
        seed="depot",
        ledger=Ledger(tmp_path / "ledger.jsonl"),
    )
    stop = asyncio.Event()
    running = asyncio.create_task(fleet.run(stop, goodbye_s=20))

    async def all_are_limited() -> bool:
        site = await operator.get("/locations/depot/power-limit")
        return all(share["is_online"] for share in site["shares"]) and Decimal(site["held_w"]) <= LIMIT_W

    await eventually(all_are_limited, what="every station's first limit")
    seen: list[float] = []
    sites: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    until = loop.time() + WATCHED_S
    while loop.time() < until:
        seen.append(power_w(fleet))
        if len(seen) % 20 == 0:
            sites.append(await operator.get("/locations/depot/power-limit"))
        await asyncio.sleep(0.1)
    stop.set()
    await running

    say(f"{len(seen)} times the site was read: {min(seen):,.0f} to {max(seen):,.0f} W")
    assert max(seen) <= LIMIT_W * METER_ERROR
    assert all(Decimal(site["held_w"]) <= LIMIT_W for site in sites)
    # It is used, and nobody who can take more has less than another.
    assert max(seen) > LIMIT_W * 0.8
    busiest = max(sites, key=lambda site: sum(share["is_charging"] for share in site["shares"]))
    wanted = sorted(Decimal(share["wanted_w"]) for share in busiest["shares"] if share["is_charging"])
    assert len(wanted) >= STATIONS // 2
    hungry = [watts for watts in wanted if watts > 1_380]  # the others' cars are full
    assert max(hungry) - min(hungry) <= 1
    assert fleet.summary().sessions_ended > 0
