"""OCPP 2.0.1, blocks F, G and H: what the CSMS asks of a station: starts, triggers, availability, reservations."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acceptance.network import eventually
from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, EVSE, Transaction, authorize, charge, id_token, register, status
from tests.conformance.v201.typed import told
from tests.conformance.wire import WireStation, now

pytestmark = pytest.mark.asyncio(loop_scope="module")


def case(name: str, *values: Any) -> Any:
    """A row of a table: the case that its station is named after."""
    return pytest.param(name, *values, marks=pytest.mark.ocpp("2.0.1", f"TC_{name[0]}_{name[1:]}_CSMS"))


def state(word: str) -> dict[str, Any]:
    return {"chargingState": word}


async def start_from_afar(bench: Bench, station: WireStation, name: str, token: str, **fields: Any) -> dict[str, Any]:
    """What the station was asked: to start for this token, which it accepts."""
    body = {"token": token, "token_type": "ISO14443"} | fields
    heard, asked = await told(bench, station, name, "start", body, "RequestStartTransaction", **ACCEPTED)
    assert heard["status"] == "Accepted"
    assert asked["idToken"] == id_token(token)
    return dict(asked)


@pytest.mark.ocpp("2.0.1", "TC_F_01_CSMS")
async def test_remote_start_with_the_cable_first(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("F01") as station:
        await status(station, "Occupied")
        transaction = Transaction(station)
        await transaction.start("CablePluggedIn", info=state("EVConnected"))
        asked = await start_from_afar(bench, station, "F01", driver.token, evse=1, remote_start_id=101)
        started = await transaction.update(
            "RemoteStart", token=driver.token, info=state("Charging") | {"remoteStartId": 101}
        )
        await transaction.end("RemoteStop", reason="Remote", wh=100)

    assert (asked["evseId"], asked["remoteStartId"]) == (1, 101)
    assert started == {"idTokenInfo": {"status": "Accepted"}}
    session = await bench.network.session_of("F01")
    assert session["driver_id"] == (await driver.client.get("/me"))["account_id"]


@pytest.mark.parametrize("name", [case("F02"), case("F03")])
async def test_remote_start_before_the_cable(bench: Bench, name: str) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        asked = await start_from_afar(bench, station, name, driver.token)
        if name == "F02":
            assert (await authorize(station, driver.token))["status"] == "Accepted"
        transaction = Transaction(station)
        started = await transaction.start(
            "RemoteStart", token=driver.token, info=state("Idle") | {"remoteStartId": asked["remoteStartId"]}
        )
        await transaction.update("CablePluggedIn", info=state("EVConnected"))
        await transaction.update("ChargingStateChanged", info=state("Charging"))
        await transaction.end(wh=100, token=driver.token)

    assert "evseId" not in asked
    assert started == {"idTokenInfo": {"status": "Accepted"}}
    assert (await bench.network.session_of(name))["energy_wh"] == "100"


@pytest.mark.ocpp("2.0.1", "TC_F_04_CSMS")
async def test_remote_start_that_nobody_follows_ends_by_its_time_out(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("F04") as station:
        asked = await start_from_afar(bench, station, "F04", driver.token, group="FAMILY")
        transaction = Transaction(station)
        info = state("Idle") | {"remoteStartId": asked["remoteStartId"]}
        await transaction.start("RemoteStart", token=driver.token, info=info)
        assert "idTokenInfo" not in await transaction.end("EVConnectTimeout", reason="Timeout")

    assert asked["groupIdToken"] == {"idToken": "FAMILY", "type": "Central"}
    session = await bench.network.session_of("F04")
    assert (session["energy_wh"], session["stopped_reason"]) == ("0", "Timeout")


@pytest.mark.ocpp("2.0.1", "TC_F_06_CSMS")
async def test_connector_is_unlocked(bench: Bench) -> None:
    async with bench.station("F06") as station:
        body = {"evse": 1, "connector": 1}
        heard, asked = await told(bench, station, "F06", "unlock", body, "UnlockConnector", status="Unlocked")

    assert (heard["status"], asked) == ("Unlocked", {"evseId": 1, "connectorId": 1})


async def trigger(
    bench: Bench, station: WireStation, name: str, kind: str, *, evse: int | None = None, answer: str = "Accepted"
) -> dict[str, Any]:
    """What the station was asked."""
    body = {"requested": kind, "evse": evse}
    heard, asked = await told(bench, station, name, "trigger", body, "TriggerMessage", status=answer)
    assert heard["status"] == answer
    assert asked["requestedMessage"] == kind
    return dict(asked)


@pytest.mark.parametrize(("name", "evse"), [case("F11", 1), case("F12", None)])
async def test_triggered_readings(bench: Bench, name: str, evse: int | None) -> None:
    async with bench.station(name) as station:
        asked = await trigger(bench, station, name, "MeterValues", evse=evse)
        for number in [1, 0] if evse is None else [1]:
            values = [register(700 + number, context="Trigger")]
            assert await station.send("MeterValues", evseId=number, meterValue=values) == {}

        async def is_read() -> bool:
            readings = await bench.operator.get(f"/telemetry/stations/{name}/readings")
            return any(one["context"] == "Trigger" for one in readings)

        await eventually(is_read, what="the triggered readings")

    assert asked.get("evse") == (None if evse is None else {"id": 1})


@pytest.mark.parametrize(("name", "evse"), [case("F13", 1), case("F14", None)])
async def test_triggered_transaction(bench: Bench, name: str, evse: int | None) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        transaction = await charge(station, driver)
        asked = await trigger(bench, station, name, "TransactionEvent", evse=evse)
        assert await transaction.update("Trigger", wh=300, info=state("Charging")) == {}

        async def is_read() -> bool:
            readings = await bench.operator.get(f"/telemetry/stations/{name}/readings")
            return any((one["value"], one["transaction_id"]) == ("300", transaction.id) for one in readings)

        await eventually(is_read, what="the triggered reading")
        await transaction.end(wh=400, token=driver.token)

    assert asked.get("evse") == (None if evse is None else {"id": 1})


@pytest.mark.parametrize(
    ("name", "kind"), [case("F15", "LogStatusNotification"), case("F18", "FirmwareStatusNotification")]
)
async def test_triggered_report_of_a_job_that_nobody_ordered(bench: Bench, name: str, kind: str) -> None:
    async with bench.station(name) as station:
        asked = await trigger(bench, station, name, kind)
        assert await station.send(kind, status="Idle") == {}

    assert asked == {"requestedMessage": kind}


@pytest.mark.ocpp("2.0.1", "TC_F_20_CSMS")
async def test_triggered_heartbeat(bench: Bench) -> None:
    async with bench.station("F20") as station:
        await trigger(bench, station, "F20", "Heartbeat")
        assert await station.send("Heartbeat")


async def connector_becomes(bench: Bench, name: str, word: str, *, evse: int = 1) -> None:
    """REST shows the EVSE so."""

    async def is_so() -> bool:
        shown = await bench.operator.get(f"/stations/{name}")
        return bool(shown["evses"][evse - 1]["status"] == word)

    await eventually(is_so, what=f"{name} {word}")


@pytest.mark.parametrize(("name", "word"), [case("F23", "Available"), case("F24", "Occupied")])
async def test_triggered_status_of_one_connector(bench: Bench, name: str, word: str) -> None:
    async with bench.station(name) as station:
        asked = await trigger(bench, station, name, "StatusNotification", evse=1)
        await status(station, word)
        await connector_becomes(bench, name, word)

    assert asked["evse"] == EVSE


@pytest.mark.ocpp("2.0.1", "TC_F_27_CSMS")
async def test_trigger_that_the_station_does_not_know(bench: Bench) -> None:
    async with bench.station("F27") as station:
        await trigger(bench, station, "F27", "SignCombinedCertificate", answer="NotImplemented")
        assert await station.send("Heartbeat")


@pytest.mark.ocpp("2.0.1", "TC_G_01_CSMS")
async def test_status_is_shown(bench: Bench) -> None:
    async with bench.station("G01") as station:
        for word in ("Occupied", "Faulted", "Unavailable", "Available"):
            await status(station, word)
            await connector_becomes(bench, "G01", word)


PLACES: dict[str, dict[str, Any]] = {
    "station": {},
    "evse": {"evse": 1},
    "connector": {"evse": 1, "connector": 1},
}
WIRED = {"station": {}, "evse": {"evse": {"id": 1}}, "connector": {"evse": EVSE}}


async def change(
    bench: Bench, station: WireStation, name: str, place: str, *, is_operative: bool, answer: str = "Accepted"
) -> None:
    """The place goes in or out of service, as the station answers."""
    body = PLACES[place] | {"is_operative": is_operative}
    heard, asked = await told(bench, station, name, "availability", body, "ChangeAvailability", status=answer)
    assert heard["status"] == answer
    assert asked == WIRED[place] | {"operationalStatus": "Operative" if is_operative else "Inoperative"}


@pytest.mark.parametrize(
    ("name", "place", "is_operative"),
    [
        case("G03", "evse", False),
        case("G04", "evse", True),
        case("G05", "station", False),
        case("G06", "station", True),
        case("G07", "connector", False),
        case("G08", "connector", True),
    ],
)
async def test_availability_changes_and_is_shown(bench: Bench, name: str, place: str, is_operative: bool) -> None:
    async with bench.station(name) as station:
        await change(bench, station, name, place, is_operative=False)
        await status(station, "Unavailable")
        await connector_becomes(bench, name, "Unavailable")
        if is_operative:
            await change(bench, station, name, place, is_operative=True)
            await status(station, "Available")
            await connector_becomes(bench, name, "Available")


@pytest.mark.parametrize(("name", "place"), [case("G11", "evse"), case("G14", "station"), case("G17", "connector")])
async def test_availability_changes_after_the_session(bench: Bench, name: str, place: str) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        await status(station, "Occupied")
        transaction = await charge(station, driver)
        await change(bench, station, name, place, is_operative=False, answer="Scheduled")
        await connector_becomes(bench, name, "Occupied")
        await transaction.end(wh=100, token=driver.token)
        await status(station, "Unavailable")
        await connector_becomes(bench, name, "Unavailable")

    assert (await bench.network.session_of(name))["energy_wh"] == "100"


@pytest.mark.ocpp("2.0.1", "TC_G_20_CSMS")
async def test_lock_failure_is_heard(bench: Bench) -> None:
    event = {
        "eventId": 1,
        "timestamp": now(),
        "trigger": "Alerting",
        "actualValue": "true",
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": "ConnectorPlugRetentionLock", "evse": EVSE},
        "variable": {"name": "Problem"},
    }
    async with bench.station("G20") as station:
        answered = await station.send("NotifyEvent", generatedAt=now(), seqNo=0, eventData=[event])
        assert await station.send("Heartbeat")

    assert answered == {}


async def reserve(
    bench: Bench, station: WireStation, name: str, token: str, number: int, *, answer: str = "Accepted", **fields: Any
) -> dict[str, Any]:
    """What the station was asked."""
    expires_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
    body = {"token": token, "token_type": "ISO14443", "expires_at": expires_at, "reservation_id": number} | fields
    heard, asked = await told(bench, station, name, "reserve", body, "ReserveNow", status=answer)
    assert heard["status"] == answer
    assert (asked["id"], asked["idToken"]) == (number, id_token(token))
    assert datetime.fromisoformat(asked["expiryDateTime"]) == datetime.fromisoformat(expires_at)
    return dict(asked)


async def reservation_becomes(bench: Bench, name: str, number: int, word: str) -> dict[str, Any]:
    """REST shows the reservation so."""

    async def is_so() -> dict[str, Any]:
        page = await bench.operator.get(f"/stations/{name}/reservations")
        shown = next((one for one in page["items"] if one["reservation_id"] == number), {"state": None})
        return dict(shown) if shown["state"] == word else {}

    return await eventually(is_so, what=f"reservation {number} {word}")


async def use(station: WireStation, token: str, number: int) -> Transaction:
    """A transaction of the token, by the reservation of this number."""
    assert (await authorize(station, token))["status"] == "Accepted"
    transaction = Transaction(station)
    started = await transaction.start(token=token, reservationId=number)
    assert started["idTokenInfo"]["status"] == "Accepted"
    await transaction.end(wh=100, token=token)
    return transaction


@pytest.mark.parametrize(
    ("name", "fields", "wired"),
    [
        case("H01", {"evse": 1}, {"evseId": 1}),
        case("H08", {}, {}),
        case("H15", {"connector_type": "cCCS2"}, {"connectorType": "cCCS2"}),
    ],
)
async def test_reservation_is_used_by_its_token(
    bench: Bench, name: str, fields: dict[str, Any], wired: dict[str, Any]
) -> None:
    driver = await bench.network.add_driver()
    async with bench.station(name) as station:
        asked = await reserve(bench, station, name, driver.token, 11, **fields)
        await status(station, "Reserved")
        await connector_becomes(bench, name, "Reserved")
        await reservation_becomes(bench, name, 11, "held")
        transaction = await use(station, driver.token, 11)
        used = await reservation_becomes(bench, name, 11, "used")

    assert {key: asked[key] for key in asked.keys() & {"evseId", "connectorType", "groupIdToken"}} == wired
    assert used["transaction_id"] == transaction.id
    assert (await bench.network.session_of(name))["energy_wh"] == "100"


@pytest.mark.parametrize(
    ("name", "word", "connector", "state_after"),
    [case("H07", "Expired", "Available", "expired"), case("H20", "Removed", "Faulted", "removed")],
)
async def test_station_ends_the_reservation(
    bench: Bench, name: str, word: str, connector: str, state_after: str
) -> None:
    async with bench.station(name) as station:
        await reserve(bench, station, name, "CARD", 12, evse=1)
        await status(station, "Reserved")
        answered = await station.send("ReservationStatusUpdate", reservationId=12, reservationUpdateStatus=word)
        await status(station, connector)
        await reservation_becomes(bench, name, 12, state_after)

    assert answered == {}


@pytest.mark.ocpp("2.0.1", "TC_H_14_CSMS")
async def test_as_many_reservations_as_evses(bench: Bench) -> None:
    drivers = [await bench.network.add_driver() for _ in range(2)]
    async with bench.station("H14") as station:
        plan = {"location_id": "yard", "security_profiles": [0], "evses": [{"evse": 1}, {"evse": 2}]}
        await bench.operator.put("/stations/H14", plan)
        for number, driver in enumerate(drivers, start=1):
            asked = await reserve(bench, station, "H14", driver.token, number)
            assert "evseId" not in asked
        for evse in (1, 2):
            await status(station, "Reserved", evse=evse)
            await connector_becomes(bench, "H14", "Reserved", evse=evse)
        await reserve(bench, station, "H14", "CARD", 3, answer="Occupied")
        page = await bench.operator.get("/stations/H14/reservations")

    assert sorted(one["reservation_id"] for one in page["items"]) == [1, 2]


@pytest.mark.ocpp("2.0.1", "TC_H_17_CSMS")
async def test_reservation_is_cancelled(bench: Bench) -> None:
    async with bench.station("H17") as station:
        await reserve(bench, station, "H17", "CARD", 13, evse=1)
        await status(station, "Reserved")
        body = {"reservation_id": 13}
        heard, asked = await told(bench, station, "H17", "cancel_reservation", body, "CancelReservation", **ACCEPTED)
        await status(station, "Available")
        await reservation_becomes(bench, "H17", 13, "cancelled")

    assert (heard["status"], asked) == ("Accepted", {"reservationId": 13})


@pytest.mark.ocpp("2.0.1", "TC_H_19_CSMS")
async def test_reservation_is_used_by_a_sibling(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    for value in ("H19-ONE", "H19-TWO"):
        await driver.client.post("/me/tokens", {"value": value, "group": "FAMILY19"})
    async with bench.station("H19") as station:
        asked = await reserve(bench, station, "H19", "H19-ONE", 14, evse=1, group="FAMILY19")
        info = await authorize(station, "H19-TWO")
        await use(station, "H19-TWO", 14)
        await reservation_becomes(bench, "H19", 14, "used")

    assert asked["groupIdToken"] == info["groupIdToken"] == {"idToken": "FAMILY19", "type": "Central"}


@pytest.mark.ocpp("2.0.1", "TC_H_22_CSMS")
async def test_reservation_that_the_station_rejects(bench: Bench) -> None:
    async with bench.station("H22") as station:
        await reserve(bench, station, "H22", "CARD", 15, answer="Rejected", evse=1)
        page = await bench.operator.get("/stations/H22/reservations")

    assert page["items"] == []
