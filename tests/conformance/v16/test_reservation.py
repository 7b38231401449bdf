"""OCPP 1.6 reservations."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conformance.conftest import Bench
from tests.conformance.v16.test_core_sessions import authorize, session, start, status, stop

pytestmark = pytest.mark.asyncio(loop_scope="module")


def reservation(token: str, number: int, *, connector: int = 1, **fields: Any) -> dict[str, Any]:
    expiry = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"connectorId": connector, "expiryDate": expiry, "idTag": token, "reservationId": number} | fields


@pytest.mark.ocpp("1.6", "TC_046_CSMS")
async def test_reserved_connector_is_used(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    payload = reservation(driver.token, 41)
    async with bench.station("RSV1") as station:
        asked = await bench.exchange(station, "RSV1", "ReserveNow", payload, {"status": "Accepted"})
        await status(station, "Reserved")
        started = await start(station, driver.token, reservationId=41)
        await stop(station, started["transactionId"], meter=100)

    assert asked == payload
    assert (await session(bench, "RSV1"))["energy_wh"] == "100"


@pytest.mark.ocpp("1.6", "TC_047_CSMS")
async def test_reservation_expires(bench: Bench) -> None:
    payload = reservation("CARD", 42)
    async with bench.station("RSV2") as station:
        asked = await bench.exchange(station, "RSV2", "ReserveNow", payload, {"status": "Accepted"})
        await status(station, "Reserved")
        await status(station, "Available")

    assert asked["expiryDate"] == payload["expiryDate"]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("Faulted", marks=pytest.mark.ocpp("1.6", "TC_048_1_CSMS")),
        pytest.param("Occupied", marks=pytest.mark.ocpp("1.6", "TC_048_2_CSMS")),
        pytest.param("Rejected", marks=pytest.mark.ocpp("1.6", "TC_048_4_CSMS")),
    ],
)
async def test_reservation_that_the_station_refuses(bench: Bench, answer: str) -> None:
    name = f"RSV-{answer}"
    async with bench.station(name) as station:
        await bench.exchange(station, name, "ReserveNow", reservation("CARD", 43), {"status": answer})
        assert await station.send("Heartbeat")


@pytest.mark.ocpp("1.6", "TC_048_3_CSMS")
async def test_reservation_of_what_is_unavailable(bench: Bench) -> None:
    change = {"connectorId": 1, "type": "Inoperative"}
    async with bench.station("RSV3") as station:
        await bench.exchange(station, "RSV3", "ChangeAvailability", change, {"status": "Accepted"})
        await status(station, "Unavailable")
        await bench.exchange(station, "RSV3", "ReserveNow", reservation("CARD", 44), {"status": "Unavailable"})


@pytest.mark.ocpp("1.6", "TC_049_CSMS")
async def test_whole_station_is_reserved(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("RSV4") as station:
        payload = reservation(driver.token, 45, connector=0)
        asked = await bench.exchange(station, "RSV4", "ReserveNow", payload, {"status": "Accepted"})
        started = await start(station, driver.token, reservationId=45)
        await stop(station, started["transactionId"], meter=100)

    assert asked["connectorId"] == 0


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("Accepted", marks=pytest.mark.ocpp("1.6", "TC_051_CSMS")),
        pytest.param("Rejected", marks=pytest.mark.ocpp("1.6", "TC_052_CSMS")),
    ],
)
async def test_reservation_is_cancelled(bench: Bench, answer: str) -> None:
    name = f"RSV-C-{answer}"
    async with bench.station(name) as station:
        reserved = await bench.exchange(station, name, "ReserveNow", reservation("CARD", 46), {"status": "Accepted"})
        asked = await bench.exchange(station, name, "CancelReservation", {"reservationId": 46}, {"status": answer})

    assert asked["reservationId"] == reserved["reservationId"]


@pytest.mark.ocpp("1.6", "TC_053_CSMS")
async def test_reservation_is_used_by_a_sibling(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    for value in ("FAMILY-1", "FAMILY-2"):
        await driver.client.post("/me/tokens", {"value": value, "group": "FAMILY"})
    async with bench.station("RSV5") as station:
        payload = reservation("FAMILY-1", 47, parentIdTag="FAMILY")
        asked = await bench.exchange(station, "RSV5", "ReserveNow", payload, {"status": "Accepted"})
        judged = await station.send("Authorize", idTag="FAMILY-2")
        started = await start(station, "FAMILY-2", reservationId=47)
        await stop(station, started["transactionId"], meter=100)
        assert await authorize(station, driver.token) == "Accepted"

    assert asked["parentIdTag"] == "FAMILY"
    assert judged["idTagInfo"] == {"status": "Accepted", "parentIdTag": "FAMILY"}
    assert started["idTagInfo"]["parentIdTag"] == "FAMILY"
