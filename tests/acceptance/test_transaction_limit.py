"""A simulated 2.1 station keeps to its driver's limit by itself, and goes on charging where he raises it."""

import asyncio
from decimal import Decimal

import pytest

from protocol.domain.identifiers import IdToken, IdTokenType
from protocol.domain.transaction_limit import TransactionLimit
from protocol.domain.version import OcppVersion
from simulator.fleet import Fleet
from simulator.plan import FleetPlan, StationPlan
from simulator.vehicle import VEHICLE_MODELS, Vehicle
from tests.acceptance.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


async def test_session_is_suspended_at_the_limit_and_charges_again_when_it_is_raised(network: Network) -> None:
    driver = await network.add_driver()
    await network.add_station("LIMITED")
    plan = FleetPlan(stations=(StationPlan("LIMITED", version=OcppVersion.V21),))
    fleet, stop = Fleet(plan, url=network.platform.station_url, seed="limited"), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(fleet.run(stop, goodbye_s=10))
        await network.online("LIMITED")
        (station,) = fleet.stations.values()
        token = IdToken(driver.token, IdTokenType.ISO14443)
        station.plug_in(1, Vehicle(VEHICLE_MODELS[2], soc=0.3))
        station.present_token(1, token)
        await network.session_of("LIMITED", state="charging")

        station.limit(1, TransactionLimit(max_energy_wh=Decimal(20)))
        held = await network.session_of("LIMITED", state="suspended")
        station.limit(1, TransactionLimit(max_energy_wh=Decimal(30)))
        await network.session_of("LIMITED", state="charging")
        await network.session_of("LIMITED", state="suspended")
        station.present_token(1, token)
        session = await network.session_of("LIMITED")
        stop.set()

    assert held["limit_at_station"]["max_energy_wh"] == "20"
    assert (session["energy_wh"], session["stopped_reason"]) == ("30", "Local")
