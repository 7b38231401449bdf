"""OCPP 1.6 core, from the station's side: boots, cards and transactions."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.acceptance.network import Driver, eventually
from tests.conformance.conftest import Bench
from tests.conformance.wire import WireStation, both, now, wire_station

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def status(station: WireStation, word: str, *, error: str = "NoError", connector: int = 1) -> None:
    answered = await station.send("StatusNotification", connectorId=connector, errorCode=error, status=word)
    assert answered == {}


async def authorize(station: WireStation, token: str) -> str:
    return str((await station.send("Authorize", idTag=token))["idTagInfo"]["status"])


async def start(station: WireStation, token: str, *, meter: int = 0, **fields: Any) -> dict[str, Any]:
    body = {"connectorId": 1, "idTag": token, "meterStart": meter, "timestamp": now()} | fields
    answer: dict[str, Any] = await station.send("StartTransaction", **body)
    return answer


async def stop(station: WireStation, transaction: int, *, meter: int, **fields: Any) -> dict[str, Any]:
    body = {"transactionId": transaction, "meterStop": meter, "timestamp": now()} | fields
    answer: dict[str, Any] = await station.send("StopTransaction", **body)
    return answer


async def charge(station: WireStation, driver: Driver) -> int:
    """A transaction that runs."""
    started = await start(station, driver.token)
    assert started["idTagInfo"]["status"] == "Accepted"
    await status(station, "Charging")
    return int(started["transactionId"])


async def session(bench: Bench, name: str, state: str = "completed") -> dict[str, Any]:
    return await bench.network.session_of(name, state=state)


@pytest.mark.ocpp("1.6", "TC_001_CSMS")
async def test_cold_boot(bench: Bench) -> None:
    await bench.network.add_station("COLD")
    async with wire_station(bench.url("COLD")) as station:
        boot = await station.send("BootNotification", chargePointVendor="Wire", chargePointModel="Bench")
        await status(station, "Available", connector=0)
        await status(station, "Available")
        heartbeat = await station.send("Heartbeat")
        await bench.network.online("COLD")
        seen = await bench.operator.get("/stations/COLD")

    assert boot["status"] == "Accepted"
    assert boot["interval"] > 0
    assert heartbeat["currentTime"] >= boot["currentTime"]
    assert (seen["vendor"], seen["model"]) == ("Wire", "Bench")


@pytest.mark.ocpp("1.6", "TC_003_CSMS")
async def test_regular_session_plugged_in_first(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("PLUG") as station:
        await status(station, "Preparing")
        assert await authorize(station, driver.token) == "Accepted"
        transaction = await charge(station, driver)
        await stop(station, transaction, meter=5_000, idTag=driver.token)
        await status(station, "Finishing")
        await status(station, "Available")

    ended = await session(bench, "PLUG")
    assert (ended["energy_wh"], ended["transaction_id"]) == ("5000", str(transaction))


@pytest.mark.ocpp("1.6", "TC_004_1_CSMS")
async def test_regular_session_identified_first(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("CARD") as station:
        assert await authorize(station, driver.token) == "Accepted"
        await status(station, "Preparing")
        transaction = await charge(station, driver)
        await stop(station, transaction, meter=1_000, idTag=driver.token)

    assert (await session(bench, "CARD"))["energy_wh"] == "1000"


@pytest.mark.ocpp("1.6", "TC_004_2_CSMS")
async def test_card_without_a_plug_makes_no_session(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("NOPLUG") as station:
        assert await authorize(station, driver.token) == "Accepted"
        await status(station, "Preparing")
        await status(station, "Available")
        assert await station.send("Heartbeat")

    sessions = await bench.operator.get("/sessions", limit=500)
    assert not [one for one in sessions["items"] if one["station_id"] == "NOPLUG"]


@pytest.mark.ocpp("1.6", "TC_005_1_CSMS")
async def test_vehicle_side_disconnect_ends_the_session(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("UNPLUG") as station:
        transaction = await charge(station, driver)
        await status(station, "SuspendedEV")
        await stop(station, transaction, meter=700, reason="EVDisconnected")
        await status(station, "Finishing")
        await status(station, "Available")

    ended = await session(bench, "UNPLUG")
    assert ended["stopped_reason"] == "EVDisconnected"


@pytest.mark.ocpp("1.6", "TC_007_CSMS")
async def test_start_with_a_cached_token_is_judged_all_the_same(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("CACHED") as station:
        await status(station, "Preparing")
        transaction = await charge(station, driver)
        await stop(station, transaction, meter=100)
        unknown = await start(station, "NOBODY-KNOWS-ME")

    assert unknown["idTagInfo"]["status"] == "Invalid"


@pytest.mark.ocpp("1.6", "TC_010_CSMS")
async def test_remote_start_with_the_cable_first(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("RS1") as station:
        await status(station, "Preparing")
        order = {"idTag": driver.token, "connectorId": 1}
        await bench.exchange(station, "RS1", "RemoteStartTransaction", order, {"status": "Accepted"})
        assert await authorize(station, driver.token) == "Accepted"
        transaction = await charge(station, driver)
        await stop(station, transaction, meter=100)


@pytest.mark.ocpp("1.6", "TC_011_1_CSMS")
async def test_remote_start_before_the_cable(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("RS2") as station:
        asked = await bench.exchange(
            station, "RS2", "RemoteStartTransaction", {"idTag": driver.token}, {"status": "Accepted"}
        )
        assert await authorize(station, driver.token) == "Accepted"
        await status(station, "Preparing")
        transaction = await charge(station, driver)
        await stop(station, transaction, meter=100)

    assert asked == {"idTag": driver.token}
    assert (await session(bench, "RS2"))["energy_wh"] == "100"


@pytest.mark.ocpp("1.6", "TC_011_2_CSMS")
async def test_remote_start_that_nobody_follows_leaves_nothing(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("RS3") as station:
        await bench.exchange(station, "RS3", "RemoteStartTransaction", {"idTag": driver.token}, {"status": "Accepted"})
        await status(station, "Preparing")
        await status(station, "Available")
        transaction = await charge(station, driver)
        await stop(station, transaction, meter=100)

    assert (await session(bench, "RS3"))["transaction_id"] == str(transaction)


@pytest.mark.ocpp("1.6", "TC_012_CSMS")
async def test_remote_stop(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("STOP") as station:
        transaction = await charge(station, driver)
        running = await session(bench, "STOP", "charging")
        _, asked = await both(
            driver.client.post(f"/sessions/{running['id']}/stop"),
            station.answer("RemoteStopTransaction", status="Accepted"),
        )
        await stop(station, transaction, meter=900, reason="Remote")
        await status(station, "Finishing")
        await status(station, "Available")

    assert asked == {"transactionId": transaction}
    assert (await session(bench, "STOP"))["stopped_reason"] == "Remote"


@pytest.mark.ocpp("1.6", "TC_018_1_CSMS")
async def test_unlock_during_a_session_stops_it(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("UNLK") as station:
        transaction = await charge(station, driver)
        await bench.exchange(station, "UNLK", "UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"})
        await stop(station, transaction, meter=300, reason="UnlockCommand")
        await status(station, "Finishing")

    assert (await session(bench, "UNLK"))["energy_wh"] == "300"


@pytest.mark.ocpp("1.6", "TC_023_1_CSMS")
async def test_unknown_token_is_invalid(bench: Bench) -> None:
    async with bench.station("INV") as station:
        assert await authorize(station, "NOBODY-KNOWS-ME") == "Invalid"


@pytest.mark.ocpp("1.6", "TC_023_2_CSMS")
async def test_expired_token_is_expired(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    await driver.client.post("/me/tokens", {"value": "EXPIRED-CARD", "expires_at": now(ago=timedelta(days=1))})
    async with bench.station("EXP") as station:
        assert await authorize(station, "EXPIRED-CARD") == "Expired"


@pytest.mark.ocpp("1.6", "TC_023_3_CSMS")
async def test_blocked_token_is_blocked(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    token = await driver.client.post("/me/tokens", {"value": "BLOCKED-CARD"})
    await driver.client.post(f"/me/tokens/{token['token_id']}/block")
    async with bench.station("BLK") as station:
        assert await authorize(station, "BLOCKED-CARD") == "Blocked"


@pytest.mark.ocpp("1.6", "TC_024_CSMS")
async def test_lock_failure_before_the_start(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("LOCK") as station:
        await status(station, "Preparing")
        assert await authorize(station, driver.token) == "Accepted"
        await status(station, "Faulted", error="ConnectorLockFailure")

        async def is_faulted() -> bool:
            evse = (await bench.operator.get("/stations/LOCK"))["evses"][0]
            return (evse["status"], evse["connectors"][0]["error_code"]) == ("Faulted", "ConnectorLockFailure")

        await eventually(is_faulted)


@pytest.mark.ocpp("1.6", "TC_032_1_CSMS")
async def test_power_failure_during_a_session(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("POWER") as station:
        transaction = await charge(station, driver)
    async with wire_station(bench.url("POWER")) as station:
        boot = await station.send("BootNotification", chargePointVendor="Wire", chargePointModel="Bench")
        await stop(station, transaction, meter=2_000, reason="PowerLoss")

    assert boot["status"] == "Accepted"
    ended = await session(bench, "POWER")
    assert (ended["energy_wh"], ended["stopped_reason"]) == ("2000", "PowerLoss")


@pytest.mark.ocpp("1.6", "TC_037_1_CSMS")
async def test_start_while_offline_with_a_good_token(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("OFF1") as station:
        began = now(ago=timedelta(hours=2))
        started = await start(station, driver.token, timestamp=began)
        await stop(station, started["transactionId"], meter=4_000)

    ended = await session(bench, "OFF1")
    assert started["idTagInfo"]["status"] == "Accepted"
    assert ended["started_at"][:19] == began[:19]


@pytest.mark.ocpp("1.6", "TC_037_3_CSMS")
async def test_start_while_offline_with_a_bad_token(bench: Bench) -> None:
    async with bench.station("OFF2") as station:
        started = await start(station, "NOBODY-KNOWS-ME", timestamp=now(ago=timedelta(hours=2)))
        await stop(station, started["transactionId"], meter=10, reason="DeAuthorized")

    assert started["idTagInfo"]["status"] == "Invalid"
    assert isinstance(started["transactionId"], int)
    assert (await session(bench, "OFF2", "unauthorised"))["driver_id"] is None


@pytest.mark.ocpp("1.6", "TC_039_CSMS")
async def test_whole_session_while_offline(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("OFF3") as station:
        started, again = await asyncio.gather(
            *(start(station, driver.token, timestamp="2026-01-05T08:00:00Z") for _ in range(2))
        )
        await stop(station, started["transactionId"], meter=9_000, timestamp="2026-01-05T09:00:00Z", idTag=driver.token)

    ended = await session(bench, "OFF3")
    assert started["transactionId"] == again["transactionId"]
    assert (ended["energy_wh"], ended["ended_at"][:16]) == ("9000", "2026-01-05T09:00")
