"""OCPP 1.6 smart charging."""

from typing import Any

import pytest

from tests.conformance.conftest import Bench
from tests.conformance.v16.test_core_sessions import charge, stop

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCEPTED = {"status": "Accepted"}
SCHEDULE = {
    "duration": 300,
    "startSchedule": "2026-11-01T00:00:00Z",
    "chargingRateUnit": "A",
    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}],
}


def profile(purpose: str, kind: str, schedule: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule,
    } | fields


@pytest.mark.ocpp("1.6", "TC_056_CSMS")
async def test_default_profile(bench: Bench) -> None:
    dates = {"validFrom": "2026-01-01T00:00:00Z", "validTo": "2027-01-01T00:00:00Z"}
    payload = {"connectorId": 1, "csChargingProfiles": profile("TxDefaultProfile", "Absolute", SCHEDULE, **dates)}
    async with bench.station("SC1") as station:
        asked = await bench.exchange(station, "SC1", "SetChargingProfile", payload, ACCEPTED)

    assert asked == payload
    assert asked["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0] == {
        "startPeriod": 0,
        "limit": 6.0,
    }
    assert not {"transactionId", "recurrencyKind"} & asked["csChargingProfiles"].keys()


@pytest.mark.ocpp("1.6", "TC_057_CSMS")
async def test_profile_of_a_running_transaction(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    relative = {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6000.0}]}
    async with bench.station("SC2") as station:
        transaction = await charge(station, driver)
        payload = {
            "connectorId": 1,
            "csChargingProfiles": profile("TxProfile", "Relative", relative, transactionId=transaction),
        }
        asked = await bench.exchange(station, "SC2", "SetChargingProfile", payload, ACCEPTED)
        await stop(station, transaction, meter=100)

    assert asked["csChargingProfiles"]["transactionId"] == transaction
    assert "startSchedule" not in asked["csChargingProfiles"]["chargingSchedule"]


@pytest.mark.ocpp("1.6", "TC_059_CSMS")
async def test_remote_start_with_a_profile(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    payload = {
        "idTag": driver.token,
        "connectorId": 1,
        "chargingProfile": profile("TxProfile", "Absolute", SCHEDULE),
    }
    async with bench.station("SC3") as station:
        asked = await bench.exchange(station, "SC3", "RemoteStartTransaction", payload, ACCEPTED)
        transaction = await charge(station, driver)
        await stop(station, transaction, meter=100)

    assert asked["chargingProfile"]["chargingProfilePurpose"] == "TxProfile"
    assert "transactionId" not in asked["chargingProfile"]
    assert asked["chargingProfile"]["chargingSchedule"]["chargingSchedulePeriod"][0]["startPeriod"] == 0


@pytest.mark.ocpp("1.6", "TC_066_CSMS")
async def test_composite_schedule(bench: Bench) -> None:
    payload = {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}
    answer = {"status": "Accepted", "connectorId": 1, "chargingSchedule": SCHEDULE}
    async with bench.station("SC4") as station:
        asked = await bench.exchange(station, "SC4", "GetCompositeSchedule", payload, answer)

    assert asked == payload


@pytest.mark.ocpp("1.6", "TC_067_CSMS")
async def test_profiles_are_cleared_three_ways(bench: Bench) -> None:
    criteria: tuple[dict[str, Any], ...] = (
        {"id": 1},
        {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0},
        {},
    )
    async with bench.station("SC5") as station:
        for payload in criteria:
            assert await bench.exchange(station, "SC5", "ClearChargingProfile", payload, ACCEPTED) == payload
