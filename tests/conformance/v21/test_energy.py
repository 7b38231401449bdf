"""OCPP 2.1 smart charging: what profiles say besides those of 2.0.1, dynamic ones, and vehicles that can give.

And certificates of ISO 15118-20.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chargeyard.rest import RestRefused
from tests.acceptance.network import eventually
from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, Transaction, charge
from tests.conformance.wire import WireStation, both, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEPARTURE = (datetime.now(UTC) + timedelta(hours=8)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
SCHEDULED = {
    "requestedEnergyTransfer": "DC_BPT",
    "departureTime": DEPARTURE,
    "controlMode": "ScheduledControl",
    "mobilityNeedsMode": "EVCC",
    "v2xChargingParameters": {
        "maxChargePower": 50_000.0,
        "maxDischargePower": 10_000.0,
        "evTargetEnergyRequest": 40_000.0,
    },
}
DYNAMIC = SCHEDULED | {"controlMode": "DynamicControl"}


@pytest.fixture(scope="module")
def more_settings() -> dict[str, str]:
    """One that plans for vehicles, and has somebody who provides certificates for them."""
    return {"STATIONS_PLANS_CHARGING": "true", "STATIONS_EV_CERTIFICATES": "test"}


async def set_limit(bench: Bench, station: WireStation, name: str, body: dict[str, Any]) -> Any:
    """The profile that the station took."""
    heard, asked = await both(bench.command(name, "limit", body), station.answer("SetChargingProfile", **ACCEPTED))
    assert heard["status"] == "Accepted"
    return asked["chargingProfile"]


@pytest.mark.parametrize(
    ("name", "body", "profile", "schedule", "period"),
    [
        pytest.param(
            "K100",
            {"max_offline_s": 600, "ends_after_offline": True},
            {"maxOfflineDuration": 600, "invalidAfterOfflineDuration": True},
            {},
            {},
            marks=pytest.mark.ocpp("2.1", "TC_K_100_CSMS"),
        ),
        pytest.param(
            "K102",
            {"limit_at_soc": {"soc": 80, "limit": 6}},
            {},
            {"limitAtSoC": {"soc": 80, "limit": 6.0}},
            {},
            marks=pytest.mark.ocpp("2.1", "TC_K_102_CSMS"),
        ),
        pytest.param(
            "K104",
            {"purpose": "PriorityCharging"},
            {"chargingProfilePurpose": "PriorityCharging"},
            {},
            {},
            marks=pytest.mark.ocpp("2.1", "TC_K_104_CSMS"),
        ),
        pytest.param(
            "K106",
            {"random_delay_s": 120},
            {},
            {"randomizedDelay": 120},
            {},
            marks=pytest.mark.ocpp("2.1", "TC_K_106_CSMS"),
        ),
    ],
)
async def test_profile_with_what_21_adds(
    bench: Bench,
    name: str,
    body: dict[str, Any],
    profile: dict[str, Any],
    schedule: dict[str, Any],
    period: dict[str, Any],
) -> None:
    limit = {"unit": "A", "periods": [{"limit": 16}], "evse": 1, "profile_id": 100}
    async with bench.station(name) as station:
        asked = await set_limit(bench, station, name, limit | body)
    (known,) = (await bench.operator.get(f"/stations/{name}/limits"))["profiles"]

    assert profile.items() <= asked.items()
    assert schedule.items() <= asked["chargingSchedule"][0].items()
    assert asked["chargingSchedule"][0]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 16.0} | period]
    assert known["profile_id"] == 100


@pytest.mark.ocpp("2.1", "TC_K_101_CSMS")
async def test_operation_mode_is_changed(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("K101") as station:
        transaction = await charge(station, driver)
        limit = {"unit": "W", "evse": 1, "transaction_id": transaction.id, "profile_id": 101}
        periods = (
            {"mode": "ChargingOnly", "limit": 11_000},
            {"mode": "CentralSetpoint", "setpoint": -2_000, "discharge_limit": -5_000},
        )
        asked = [await set_limit(bench, station, "K101", limit | {"periods": [period]}) for period in periods]
        await transaction.update("OperationModeChanged", info={"operationMode": "CentralSetpoint"})
        await transaction.end(wh=1_000)

    assert [profile["chargingSchedule"][0]["chargingSchedulePeriod"][0] for profile in asked] == [
        {"startPeriod": 0, "operationMode": "ChargingOnly", "limit": 11_000.0},
        {"startPeriod": 0, "operationMode": "CentralSetpoint", "setpoint": -2_000.0, "dischargeLimit": -5_000.0},
    ]
    assert {profile["id"] for profile in asked} == {101}


@pytest.mark.ocpp("2.1", "TC_K_109_CSMS")
async def test_profiles_of_the_csms_keep_clear_of_the_ids_of_others(bench: Bench) -> None:
    reading = {
        "getVariableData": [
            {"component": {"name": "SmartChargingCtrlr"}, "variable": {"name": "MaxExternalConstraintsId"}}
        ]
    }
    told = {
        "getVariableResult": [
            {
                "component": {"name": "SmartChargingCtrlr"},
                "variable": {"name": "MaxExternalConstraintsId"},
                "attributeStatus": "Accepted",
                "attributeValue": "1000",
            }
        ]
    }
    limit = {"unit": "A", "periods": [{"limit": 16}], "evse": 1}
    async with bench.station("K109") as station:
        await bench.exchange(station, "K109", "GetVariables", reading, told)
        chosen = await set_limit(bench, station, "K109", limit)
        with pytest.raises(RestRefused, match="up to 1000") as refused:
            await bench.command("K109", "limit", limit | {"profile_id": 1000})

    assert chosen["id"] > 1000
    assert refused.value.status == 409


async def tell_needs(station: WireStation, needs: dict[str, Any]) -> Any:
    return await station.send("NotifyEVChargingNeeds", evseId=1, chargingNeeds=needs, timestamp=now())


async def take_plan(station: WireStation, transaction: Transaction) -> dict[str, Any]:
    """The TxProfile that the CSMS sends by itself."""
    profile: dict[str, Any] = (await station.answer("SetChargingProfile", **ACCEPTED))["chargingProfile"]
    assert (profile["chargingProfilePurpose"], profile["transactionId"]) == ("TxProfile", transaction.id)
    return profile


async def tell_schedule(station: WireStation, profile: dict[str, Any]) -> Any:
    (schedule,) = profile["chargingSchedule"]
    fields = {"evseId": 1, "timeBase": now(), "selectedChargingScheduleId": schedule["id"]}
    return await station.send("NotifyEVChargingSchedule", chargingSchedule=schedule, **fields)


def watts(profile: dict[str, Any]) -> float:
    return float(profile["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"])


@pytest.mark.ocpp("2.1", "TC_K_113_CSMS")
async def test_operator_negotiates_a_schedule_anew(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("K113") as station:
        transaction = await charge(station, driver)
        answered = await tell_needs(station, SCHEDULED)
        before = await take_plan(station, transaction)
        limit = {"unit": "W", "periods": [{"limit": 3_000}], "evse": 1, "stack_level": 1}
        await set_limit(bench, station, "K113", limit | {"transaction_id": transaction.id})
        again = await tell_needs(station, SCHEDULED)
        after = await take_plan(station, transaction)
        accepted = await tell_schedule(station, after)

    assert (answered, again, accepted) == (ACCEPTED, ACCEPTED, ACCEPTED)
    # 40 kWh in eight hours, or a little less by now; then what the operator leaves.
    assert 5_000 <= watts(before) < 5_500
    assert watts(after) == 3_000


@pytest.mark.ocpp("2.1", "TC_K_114_CSMS")
async def test_vehicle_that_can_give_negotiates_anew(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    less = SCHEDULED["v2xChargingParameters"] | {"evTargetEnergyRequest": 8_000.0}  # type: ignore[operator]
    async with bench.station("K114") as station:
        transaction = await charge(station, driver)
        await tell_needs(station, SCHEDULED)
        before = await take_plan(station, transaction)
        answered = await tell_needs(station, SCHEDULED | {"v2xChargingParameters": less})
        after = await take_plan(station, transaction)
        accepted = await tell_schedule(station, after)

    assert (answered, accepted) == (ACCEPTED, ACCEPTED)
    assert 1_000 <= watts(after) < 1_100 < watts(before)


@pytest.mark.ocpp("2.1", "TC_K_115_CSMS")
async def test_vehicle_under_dynamic_control_gets_a_dynamic_profile(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("K115") as station:
        transaction = await charge(station, driver)
        answered = await tell_needs(station, DYNAMIC)
        profile = await take_plan(station, transaction)
    (vehicle,) = await bench.operator.get("/stations/K115/vehicles")

    assert answered == ACCEPTED
    assert profile["chargingProfileKind"] == "Dynamic"
    assert len(profile["chargingSchedule"][0]["chargingSchedulePeriod"]) == 1
    assert profile["dynUpdateInterval"] > 0
    assert vehicle["needs"]["needs"]["control_mode"] == "DynamicControl"


@pytest.mark.ocpp("2.1", "TC_K_117_CSMS")
async def test_schedule_under_dynamic_control_is_adjusted(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("K117") as station:
        transaction = await charge(station, driver)
        await tell_needs(station, DYNAMIC)
        profile = await take_plan(station, transaction)
        update = {"profile_id": profile["id"], "limit": 2_000, "setpoint": 1_500}
        heard, asked = await both(
            bench.command("K117", "update_limit", update), station.answer("UpdateDynamicSchedule", **ACCEPTED)
        )

    assert heard["status"] == "Accepted"
    assert asked == {"chargingProfileId": profile["id"], "scheduleUpdate": {"limit": 2_000.0, "setpoint": 1_500.0}}


@pytest.mark.ocpp("2.1", "TC_K_118_CSMS")
async def test_priority_charging_is_asked_for(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("K118") as station:
        transaction = await charge(station, driver)
        heard, asked = await both(
            bench.command("K118", "priority", {"transaction_id": transaction.id}),
            station.answer("UsePriorityCharging", **ACCEPTED),
        )
        notified = await station.send("NotifyPriorityCharging", transactionId=transaction.id, activated=True)

        async def is_kept() -> bool:
            events = await bench.operator.get("/telemetry/stations/K118/events")
            return any(one["data"].get("is_active") for one in events["items"])

        await eventually(is_kept)

    assert (heard["status"], notified) == ("Accepted", {})
    assert asked == {"transactionId": transaction.id, "activate": True}


@pytest.mark.ocpp("2.1", "TC_K_121_CSMS")
async def test_dynamic_profile_is_pulled(bench: Bench) -> None:
    limit = {"unit": "W", "periods": [{"limit": 9_000}], "evse": 1, "profile_id": 121}
    async with bench.station("K121") as station:
        profile = await set_limit(bench, station, "K121", limit | {"is_dynamic": True, "update_interval_s": 60})
        first = await station.send("PullDynamicScheduleUpdate", chargingProfileId=121)
        await both(
            bench.command("K121", "update_limit", {"profile_id": 121, "limit": 4_000}),
            station.answer("UpdateDynamicSchedule", **ACCEPTED),
        )
        second = await station.send("PullDynamicScheduleUpdate", chargingProfileId=121)
        unknown = await station.send("PullDynamicScheduleUpdate", chargingProfileId=122)

    assert (profile["chargingProfileKind"], profile["dynUpdateInterval"]) == ("Dynamic", 60)
    assert first == {"status": "Accepted", "scheduleUpdate": {"limit": 9_000.0}}
    assert second == {"status": "Accepted", "scheduleUpdate": {"limit": 4_000.0}}
    assert unknown["status"] == "Rejected"


@pytest.mark.ocpp("2.1", "TC_M_100_CSMS")
async def test_contract_certificate_of_iso_15118_20_is_installed(bench: Bench) -> None:
    request = {
        "iso15118SchemaVersion": "urn:iso:std:iso:15118:-20:CommonMessages",
        "action": "Install",
        "exiRequest": "gJgCAQ==",
        "maximumContractCertificateChains": 1,
        "prioritizedEMAIDs": ["DE8AA1A2B3C4D5"],
    }
    async with bench.station("M100") as station:
        answer = await station.send("Get15118EVCertificate", **request)

    assert answer["status"] == "Accepted"
    assert answer["exiResponse"]


@pytest.mark.ocpp("2.1", "TC_M_101_CSMS")
async def test_root_of_vehicle_makers_is_installed(bench: Bench) -> None:
    root = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    async with bench.station("M101") as station:
        installed, asked = await both(
            bench.command("M101", "install_certificate", {"use": "OEMRootCertificate", "certificate": root}),
            station.answer("InstallCertificate", **ACCEPTED),
        )

    assert installed["status"] == "Accepted"
    assert asked == {"certificateType": "OEMRootCertificate", "certificate": root}
