"""OCPP 2.1: transactions up to a cost, an energy or a time, said by the driver in the app or at the station."""

import asyncio
from typing import Any

import pytest

from tests.acceptance.network import Driver
from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, EVSE, Transaction
from tests.conformance.wire import WireStation, both

pytestmark = pytest.mark.asyncio(loop_scope="module")

COST = {"maxCost": 5.0}
ENERGY = {"maxEnergy": 10_000.0}
TIME = {"maxTime": 1_800}


async def start_by_app(
    bench: Bench, station: WireStation, driver: Driver, name: str, limit: dict[str, Any], *, at_station: Any = None
) -> tuple[Transaction, dict[str, Any]]:
    """The transaction, and what its Started was answered."""
    order = {"station_id": name, "evse": 1, "limit": limit}
    _, asked = await both(
        driver.client.post("/sessions", order, key=f"start-{name}"),
        station.answer("RequestStartTransaction", **ACCEPTED),
    )
    transaction = Transaction(station)
    info = {"remoteStartId": asked["remoteStartId"]} | ({"transactionLimit": at_station} if at_station else {})
    answer = await transaction.say("Started", "RemoteStart", wh=0, info=info, idToken=asked["idToken"], evse=EVSE)
    return transaction, answer


@pytest.mark.parametrize(
    ("name", "limit", "told", "trigger", "wh"),
    [
        pytest.param(
            "E109", {"max_cost": 5}, COST, "CostLimitReached", 10_000, marks=pytest.mark.ocpp("2.1", "TC_E_109_CSMS")
        ),
        pytest.param(
            "E110",
            {"max_energy_wh": 10_000},
            ENERGY,
            "EnergyLimitReached",
            10_000,
            marks=pytest.mark.ocpp("2.1", "TC_E_110_CSMS"),
        ),
        pytest.param(
            "E111",
            {"max_time_s": 1_800},
            TIME,
            "TimeLimitReached",
            4_000,
            marks=pytest.mark.ocpp("2.1", "TC_E_111_CSMS"),
        ),
    ],
)
async def test_station_hears_the_limit_of_the_app(
    bench: Bench, name: str, limit: dict[str, Any], told: dict[str, Any], trigger: str, wh: int
) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        transaction, answer = await start_by_app(bench, station, driver, name, limit)
        await transaction.update("LimitSet", info={"transactionLimit": told})
        await transaction.end(trigger, wh=wh)

    session = await bench.network.session_of(name)
    assert answer["transactionLimit"] == told
    assert {key: float(value) for key, value in session["limit_wanted"].items() if value is not None} == {
        key: float(value) for key, value in limit.items()
    }


@pytest.mark.ocpp("2.1", "TC_E_102_CSMS")
async def test_both_sides_say_a_limit(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("E102") as station:
        transaction, answer = await start_by_app(
            bench, station, driver, "E102", {"max_energy_wh": 10_000}, at_station={"maxEnergy": 20_000.0}
        )
        await transaction.update("LimitSet", info={"transactionLimit": ENERGY})
        await transaction.end("EnergyLimitReached", wh=10_000)

    session = await bench.network.session_of("E102")
    assert answer["transactionLimit"] == ENERGY
    assert session["limit_at_station"]["max_energy_wh"] == "10000"


@pytest.mark.parametrize(
    ("name", "limit", "shown"),
    [
        pytest.param("E106", ENERGY, ("max_energy_wh", "10000"), marks=pytest.mark.ocpp("2.1", "TC_E_106_CSMS")),
        pytest.param("E107", TIME, ("max_time_s", 1_800), marks=pytest.mark.ocpp("2.1", "TC_E_107_CSMS")),
        pytest.param("E108", COST, ("max_cost", "5"), marks=pytest.mark.ocpp("2.1", "TC_E_108_CSMS")),
    ],
)
async def test_limit_that_the_station_says_is_shown(
    bench: Bench, name: str, limit: dict[str, Any], shown: tuple[str, Any]
) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        transaction = Transaction(station)
        answer = await transaction.start(token=driver.token, info={"transactionLimit": limit})
        await transaction.end(wh=1_000)

    session = await bench.network.session_of(name)
    assert "transactionLimit" not in answer
    assert session["limit_at_station"][shown[0]] == shown[1]


async def test_transaction_that_is_suspended_at_its_limit_goes_on_when_the_driver_raises_it(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("E16") as station:
        transaction, _ = await start_by_app(bench, station, driver, "E16", {"max_energy_wh": 10_000})
        await transaction.update("LimitSet", info={"transactionLimit": ENERGY})
        reached = await transaction.update("EnergyLimitReached", info={"chargingState": "SuspendedEVSE"}, wh=10_000)
        held = await bench.network.session_of("E16", state="suspended")
        await asyncio.sleep(1.1)  # nobody asks for a stop: progress is reckoned once a second
        await transaction.update("LimitSet", info={"transactionLimit": {"maxEnergy": 20_000.0}})
        await transaction.update("ChargingStateChanged", info={"chargingState": "Charging"}, wh=10_100)
        await bench.network.session_of("E16", state="charging")
        await transaction.end(wh=12_000)

    session = await bench.network.session_of("E16")
    assert reached == {}
    assert held["energy_wh"] == "10000"
    assert (session["energy_wh"], session["stopped_reason"]) == ("12000", "Local")


async def test_station_that_knows_no_limits_is_told_to_stop(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("LATE") as station:
        transaction, _ = await start_by_app(bench, station, driver, "LATE", {"max_energy_wh": 3_000})
        await bench.network.session_of("LATE", state="charging")
        await transaction.update(wh=1_000)
        await asyncio.sleep(1.1)  # progress is reckoned once a second
        await transaction.update(wh=3_500)
        stopping = await station.answer("RequestStopTransaction", **ACCEPTED)
        await transaction.end("RemoteStop", reason="Remote", wh=3_600)

    assert stopping == {"transactionId": transaction.id}
    assert (await bench.network.session_of("LATE"))["energy_wh"] == "3600"
