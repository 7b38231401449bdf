"""OCPP 2.0.1 smart charging: vehicles that say what they want, and how they mean to charge."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acceptance.network import eventually
from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, Transaction, charge
from tests.conformance.v201.test_smart_charging import limit, profile_ids, schedule, set_limit
from tests.conformance.wire import WireStation, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEPARTURE = (datetime.now(UTC) + timedelta(hours=8)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
NEEDS_AC = {
    "requestedEnergyTransfer": "AC_three_phase",
    "departureTime": DEPARTURE,
    "acChargingParameters": {"energyAmount": 20_000, "evMinCurrent": 6, "evMaxCurrent": 16, "evMaxVoltage": 400},
}


@pytest.fixture(scope="module")
def more_settings() -> dict[str, str]:
    """A platform that plans for vehicles."""
    return {"STATIONS_PLANS_CHARGING": "true"}


async def tell_needs(station: WireStation, needs: dict[str, Any] = NEEDS_AC) -> Any:
    return await station.send("NotifyEVChargingNeeds", evseId=1, maxScheduleTuples=12, chargingNeeds=needs)


async def take_plan(station: WireStation, transaction: Transaction) -> tuple[dict[str, Any], float]:
    """The TxProfile that the CSMS sends by itself, and the power of its first period."""
    asked = await station.answer("SetChargingProfile", **ACCEPTED)
    profile: dict[str, Any] = asked["chargingProfile"]
    assert asked["evseId"] == 1
    assert profile["chargingProfilePurpose"] == "TxProfile"
    assert profile["transactionId"] == transaction.id
    (planned,) = profile["chargingSchedule"]
    assert planned["chargingRateUnit"] == "W"
    assert planned["chargingSchedulePeriod"][0]["startPeriod"] == 0
    return profile, planned["chargingSchedulePeriod"][0]["limit"]


async def tell_schedule(station: WireStation, watts: float) -> Any:
    return await station.send(
        "NotifyEVChargingSchedule",
        evseId=1,
        timeBase=now(),
        chargingSchedule=schedule(watts, unit="W", duration=3600, id=1),
    )


async def planned(bench: Bench, name: str) -> Any:
    """What REST shows of the vehicle."""
    (vehicle,) = await bench.operator.get(f"/stations/{name}/vehicles")
    return vehicle


@pytest.mark.ocpp("2.0.1", "TC_K_53_CSMS")
async def test_vehicle_gets_a_profile_for_what_it_needs(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("K53") as station:
        transaction = await charge(station, driver)
        answered = await tell_needs(station)
        profile, watts = await take_plan(station, transaction)
        accepted = await tell_schedule(station, watts)

        async def is_shown() -> Any:
            vehicle = await planned(bench, "K53")
            return vehicle if vehicle["schedule"] else None

        vehicle = await eventually(is_shown)

    assert (answered, accepted) == (ACCEPTED, ACCEPTED)
    # 20 kWh in eight hours, and no less than 6 A on three phases.
    assert watts == 4_140.0
    assert profile["chargingSchedule"][0]["duration"] <= 8 * 3600
    assert vehicle["planned_for"] == transaction.id
    assert vehicle["needs"]["needs"]["energy_transfer"] == "AC_three_phase"
    assert await profile_ids(bench, "K53") == [profile["id"]]


@pytest.mark.ocpp("2.0.1", "TC_K_55_CSMS")
async def test_vehicle_that_means_to_exceed_the_limits_gets_another_profile(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("K55") as station:
        await set_limit(bench, station, "K55", limit(4_200, unit="W", evse=1))
        transaction = await charge(station, driver)
        await tell_needs(station)
        first, _ = await take_plan(station, transaction)
        answered = await tell_schedule(station, 9_000.0)
        second, watts = await take_plan(station, transaction)
        accepted = await tell_schedule(station, watts)

    assert (answered, accepted) == (ACCEPTED, ACCEPTED)
    assert first["id"] == second["id"]
    assert watts <= 4_200.0


@pytest.mark.ocpp("2.0.1", "TC_K_57_CSMS")
async def test_vehicle_wants_something_else(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    more = NEEDS_AC["acChargingParameters"] | {"energyAmount": 80_000}  # type: ignore[operator]
    async with bench.station("K57") as station:
        transaction = await charge(station, driver)
        await tell_needs(station)
        _, before = await take_plan(station, transaction)
        await tell_schedule(station, before)
        answered = await tell_needs(station, NEEDS_AC | {"acChargingParameters": more})
        _, after = await take_plan(station, transaction)
        accepted = await tell_schedule(station, after)

    assert (answered, accepted) == (ACCEPTED, ACCEPTED)
    assert after > before


async def limit_transaction(bench: Bench, station: WireStation, name: str, transaction: Transaction) -> Any:
    """The operator sends a profile of his own for the transaction."""
    return await set_limit(
        bench, station, name, limit(3_000, unit="W", evse=1, transaction_id=transaction.id, stack_level=1)
    )


@pytest.mark.ocpp("2.0.1", "TC_K_58_CSMS")
async def test_operator_negotiates_anew(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("K58") as station:
        transaction = await charge(station, driver)
        await tell_needs(station)
        await take_plan(station, transaction)
        asked = await limit_transaction(bench, station, "K58", transaction)
        accepted = await tell_schedule(station, 3_000.0)
        heartbeat = await station.send("Heartbeat")

    assert accepted == ACCEPTED
    assert asked["chargingProfile"]["transactionId"] == transaction.id
    assert asked["chargingProfile"]["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"] == 3_000.0
    assert "currentTime" in heartbeat


@pytest.mark.ocpp("2.0.1", "TC_K_59_CSMS")
async def test_operator_negotiates_anew_and_the_vehicle_says_its_needs_again(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("K59") as station:
        transaction = await charge(station, driver)
        await tell_needs(station)
        await take_plan(station, transaction)
        await limit_transaction(bench, station, "K59", transaction)
        answered = await tell_needs(station)
        profile, watts = await take_plan(station, transaction)
        accepted = await tell_schedule(station, watts)

    assert (answered, accepted) == (ACCEPTED, ACCEPTED)
    assert watts == 3_000.0
    assert profile["stackLevel"] == 2
