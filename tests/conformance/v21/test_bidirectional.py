"""OCPP 2.1: vehicles that give as well as take, controlled by us, by others, and by the station itself."""

from typing import Any

import pytest

from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, Transaction, charge
from tests.conformance.wire import WireStation, both

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEEDS = {
    "requestedEnergyTransfer": "DC_BPT",
    "controlMode": "ScheduledControl",
    "v2xChargingParameters": {"maxChargePower": 50_000.0, "maxDischargePower": 10_000.0},
}
BOTH_WAYS = ["DC", "DC_BPT"]


def profile(
    transaction: Transaction, *periods: dict[str, Any], kind: str = "Absolute", **fields: Any
) -> dict[str, Any]:
    """A TxProfile for EVSE 1 in W, one period an hour."""
    schedule = {
        "id": 1,
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 3_600 * hour} | period for hour, period in enumerate(periods)],
    }
    if kind == "Absolute":
        schedule["startSchedule"] = "2026-11-01T00:00:00Z"
    own = {
        "id": 200,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": kind,
        "transactionId": transaction.id,
        "chargingSchedule": [schedule],
    }
    return {"evseId": 1, "chargingProfile": own | fields}


async def begin(bench: Bench, station: WireStation) -> Transaction:
    return await charge(station, await bench.network.add_driver())


async def allow(bench: Bench, station: WireStation, name: str, transaction: Transaction, kinds: list[str]) -> Any:
    """What the station was told that the vehicle may do."""
    order = {"transaction_id": transaction.id, "kinds": kinds}
    heard, asked = await both(
        bench.command(name, "allow_energy_transfer", order), station.answer("NotifyAllowedEnergyTransfer", **ACCEPTED)
    )
    assert heard["status"] == "Accepted"
    return asked


@pytest.mark.ocpp("2.1", "TC_Q_102_CSMS")
async def test_vehicle_is_allowed_to_give(bench: Bench) -> None:
    async with bench.station("Q102") as station:
        transaction = await begin(bench, station)
        told = await allow(bench, station, "Q102", transaction, BOTH_WAYS)
        needs = await station.send("NotifyEVChargingNeeds", evseId=1, chargingNeeds=NEEDS)
        await transaction.end(wh=100)

    assert told == {"transactionId": transaction.id, "allowedEnergyTransfer": BOTH_WAYS}
    assert needs["status"] == "NoChargingProfile"


@pytest.mark.ocpp("2.1", "TC_Q_103_CSMS")
async def test_vehicle_may_not_give_where_the_operator_does_not_allow_it(bench: Bench) -> None:
    taking = NEEDS | {"requestedEnergyTransfer": "DC"}
    await bench.network.add_station("Q103")
    await bench.operator.put("/stations/Q103/policy", {"energy_transfer": ["DC", "AC_three_phase"]})
    async with bench.station("Q103") as station:
        transaction = await begin(bench, station)
        giving = await station.send("NotifyEVChargingNeeds", evseId=1, chargingNeeds=NEEDS)
        then = await station.send("NotifyEVChargingNeeds", evseId=1, chargingNeeds=taking)
        await transaction.end(wh=100)

    assert (giving["status"], giving["statusInfo"]["reasonCode"]) == ("Rejected", "NotAllowed")
    assert then["status"] == "NoChargingProfile"


@pytest.mark.ocpp("2.1", "TC_Q_107_CSMS")
async def test_vehicle_only_takes_before_it_gives(bench: Bench) -> None:
    async with bench.station("Q107") as station:
        transaction = await begin(bench, station)
        first = await allow(bench, station, "Q107", transaction, ["DC"])
        taking = profile(transaction, {"operationMode": "ChargingOnly", "limit": 11_000.0})
        await bench.exchange(station, "Q107", "SetChargingProfile", taking, ACCEPTED)
        then = await allow(bench, station, "Q107", transaction, BOTH_WAYS)
        giving = profile(transaction, {"operationMode": "CentralSetpoint", "setpoint": -5_000.0})
        asked = await bench.exchange(station, "Q107", "SetChargingProfile", giving, ACCEPTED)
        await transaction.update("OperationModeChanged", info={"operationMode": "CentralSetpoint"})
        await transaction.end(wh=100)

    assert (first["allowedEnergyTransfer"], then["allowedEnergyTransfer"]) == (["DC"], BOTH_WAYS)
    assert asked == giving


CURVE = [{"frequency": 49.8, "power": -5_000.0}, {"frequency": 50.2, "power": 5_000.0}]
SIGNAL = [{"signal": -100, "power": -5_000.0}, {"signal": 100, "power": 5_000.0}]


@pytest.mark.parametrize(
    ("name", "periods"),
    [
        pytest.param(
            "Q108",
            [
                {"operationMode": "CentralSetpoint", "setpoint": 7_000.0},
                {"operationMode": "CentralSetpoint", "setpoint": -7_000.0, "dischargeLimit": -10_000.0},
            ],
            marks=pytest.mark.ocpp("2.1", "TC_Q_108_CSMS"),
        ),
        pytest.param(
            "Q121",
            [{"operationMode": "LocalFrequency", "v2xBaseline": 0.0, "v2xFreqWattCurve": CURVE}],
            marks=pytest.mark.ocpp("2.1", "TC_Q_121_CSMS"),
        ),
        pytest.param(
            "Q124",
            [{"operationMode": "LocalLoadBalancing", "limit": 11_000.0, "dischargeLimit": -11_000.0}],
            marks=pytest.mark.ocpp("2.1", "TC_Q_124_CSMS"),
        ),
    ],
)
async def test_mode_is_set_by_a_profile(bench: Bench, name: str, periods: list[dict[str, Any]]) -> None:
    async with bench.station(name) as station:
        transaction = await begin(bench, station)
        order = profile(transaction, *periods)
        asked = await bench.exchange(station, name, "SetChargingProfile", order, ACCEPTED)
        await transaction.update("OperationModeChanged", info={"operationMode": periods[0]["operationMode"]})
        await transaction.end(wh=100)

    assert asked == order
    assert (await bench.network.session_of(name))["transaction_id"] == transaction.id


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        pytest.param("Q109", "CentralSetpoint", marks=pytest.mark.ocpp("2.1", "TC_Q_109_CSMS")),
        pytest.param("Q117", "CentralFrequency", marks=pytest.mark.ocpp("2.1", "TC_Q_117_CSMS")),
    ],
)
async def test_setpoint_is_pushed(bench: Bench, name: str, mode: str) -> None:
    async with bench.station(name) as station:
        transaction = await begin(bench, station)
        dynamic = profile(transaction, {"operationMode": mode, "setpoint": 0.0}, kind="Dynamic")
        await bench.exchange(station, name, "SetChargingProfile", dynamic, ACCEPTED)
        update = {"chargingProfileId": 200, "scheduleUpdate": {"setpoint": -4_000.0}}
        asked = await bench.exchange(station, name, "UpdateDynamicSchedule", update, ACCEPTED)
        await transaction.end(wh=100)

    assert asked == update


@pytest.mark.ocpp("2.1", "TC_Q_110_CSMS")
async def test_setpoint_is_pulled(bench: Bench) -> None:
    async with bench.station("Q110") as station:
        transaction = await begin(bench, station)
        dynamic = profile(
            transaction, {"operationMode": "CentralSetpoint", "setpoint": 1_000.0}, kind="Dynamic", dynUpdateInterval=10
        )
        await bench.exchange(station, "Q110", "SetChargingProfile", dynamic, ACCEPTED)
        pulled = await station.send("PullDynamicScheduleUpdate", chargingProfileId=200)
        await transaction.end(wh=100)

    assert (pulled["status"], pulled["scheduleUpdate"]["setpoint"]) == ("Accepted", 1_000.0)


@pytest.mark.parametrize(
    ("name", "mode", "period"),
    [
        pytest.param(
            "Q111", "ExternalSetpoint", {"setpoint": -3_000.0}, marks=pytest.mark.ocpp("2.1", "TC_Q_111_CSMS")
        ),
        pytest.param("Q112", "ExternalLimits", {"limit": 3_000.0}, marks=pytest.mark.ocpp("2.1", "TC_Q_112_CSMS")),
    ],
)
async def test_others_control_and_we_hear_of_it(bench: Bench, name: str, mode: str, period: dict[str, Any]) -> None:
    async with bench.station(name) as station:
        transaction = await begin(bench, station)
        order = profile(transaction, {"operationMode": mode})
        asked = await bench.exchange(station, name, "SetChargingProfile", order, ACCEPTED)
        schedule = {
            "id": 9,
            "startSchedule": "2026-11-01T00:00:00Z",
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "operationMode": mode} | period],
        }
        heard = await station.send(
            "NotifyChargingLimit", evseId=1, chargingLimit={"chargingLimitSource": "EMS"}, chargingSchedule=[schedule]
        )
        await transaction.update("OperationModeChanged", info={"operationMode": mode})
        await transaction.end(wh=100)

    assert (asked, heard) == (order, {})


@pytest.mark.ocpp("2.1", "TC_Q_120_CSMS")
async def test_signal_for_frequency_support(bench: Bench) -> None:
    async with bench.station("Q120") as station:
        transaction = await begin(bench, station)
        local = profile(transaction, {"operationMode": "LocalFrequency", "v2xSignalWattCurve": SIGNAL})
        await bench.exchange(station, "Q120", "SetChargingProfile", local, ACCEPTED)
        signal = {"timestamp": "2026-11-24T12:00:00Z", "signal": 40}
        asked = await bench.exchange(station, "Q120", "AFRRSignal", signal, ACCEPTED)
        await transaction.end(wh=100)

    assert asked == signal
