"""OCPP 2.1 says what 2.0.1 says: a whole session, with the words of 2.1 only."""

import pytest

from tests.conformance.conftest import Bench
from tests.conformance.v2x import authorize, charge, status

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_session_of_a_21_station(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("C21") as station:
        assert (await authorize(station, driver.token))["status"] == "Accepted"
        await status(station, "Occupied")
        transaction = await charge(station, driver)
        await transaction.update(wh=2_000)
        await transaction.end("CostLimitReached", wh=5_000)
        await status(station, "Available")
        seen = await bench.operator.get("/stations/C21")

    session = await bench.network.session_of("C21")
    assert (session["energy_wh"], session["transaction_id"]) == ("5000", transaction.id)
    assert seen["version"] == "2.1"


@pytest.mark.ocpp("2.1", "TC_K_126_CSMS")
async def test_vehicle_under_dynamic_control_without_a_profile(bench: Bench) -> None:
    needs = {"requestedEnergyTransfer": "DC", "controlMode": "DynamicControl", "mobilityNeedsMode": "EVCC"}
    driver = await bench.network.add_driver()
    async with bench.station("K126") as station:
        transaction = await charge(station, driver)
        answered = await station.send("NotifyEVChargingNeeds", evseId=1, chargingNeeds=needs)
        await transaction.update(wh=1_000)
        await transaction.end(wh=2_000)
    session = await bench.network.session_of("K126")

    assert answered["status"] == "NoChargingProfile"
    assert session["energy_wh"] == "2000"
