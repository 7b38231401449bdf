"""Clients of three other authors through full 1.6 sessions, against the whole platform.

They share no code with us nor with each other: the Python package `ocpp`, and `ocpp-rpc` and `ocpp-ws-io` of npm in
strict mode. Each judges what it is told by its own copy of the schemas, and the platform's record of deviations
judges them: a station that keeps to the standard has none.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from chargeyard.rest import RestRefused
from protocol.domain.routes import Direction
from protocol.domain.version import OcppVersion
from protocol.versions import ROUTES
from tests.acceptance.clients import Client, ClientRefused, MakeClient
from tests.acceptance.network import Network, eventually
from tests.acceptance.test_typed_commands import ACCEPTED, AT, CASES
from tests.conformance.wire import both
from tests.factories.certificates import request_for

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

BOOT = {"chargePointVendor": "Independent", "chargePointModel": "Client", "firmwareVersion": "1.0"}
STATION_PASSWORD = "0123456789abcdef0123"

OpenStation = Callable[[str], AbstractAsyncContextManager[Client]]


@pytest_asyncio.fixture(loop_scope="module")
async def open_station(network: Network, package: str, make_client: MakeClient) -> AsyncIterator[OpenStation]:
    """Registers a station and connects it; at the end neither side may have anything to complain of."""

    @asynccontextmanager
    async def opened(name: str) -> AsyncIterator[Client]:
        name = f"{name}-{package}"
        await network.add_station(name, password=STATION_PASSWORD)
        async with make_client(network.platform.station_url, name, STATION_PASSWORD) as client:
            assert await client.connect() == "ocpp1.6"
            assert (await client.call("BootNotification", **BOOT))["status"] == "Accepted"
            await report_status(client, "Available")
            await network.online(name)
            yield client
        assert client.complaints == []
        assert client.is_asked_nothing
        assert await network.operator.get(f"/telemetry/stations/{name}/deviations") == []

    yield opened


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def report_status(client: Client, status: str) -> None:
    assert await client.call("StatusNotification", connectorId=1, errorCode="NoError", status=status) == {}


async def report_meter(client: Client, transaction_id: int, meter_wh: int) -> None:
    sampled = {"value": str(meter_wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
    values = [{"timestamp": now(), "sampledValue": [sampled]}]
    assert await client.call("MeterValues", connectorId=1, transactionId=transaction_id, meterValue=values) == {}


async def start(client: Client, token: str, *, meter_wh: int) -> int:
    """The transaction's number."""
    assert (await client.call("Authorize", idTag=token))["idTagInfo"]["status"] == "Accepted"
    answer = await client.call("StartTransaction", connectorId=1, idTag=token, meterStart=meter_wh, timestamp=now())
    assert answer["idTagInfo"]["status"] == "Accepted"
    await report_status(client, "Charging")
    return int(answer["transactionId"])


async def stop(client: Client, transaction_id: int, *, meter_wh: int, **fields: Any) -> None:
    end = {"transactionId": transaction_id, "meterStop": meter_wh, "timestamp": now()}
    await client.call("StopTransaction", **end, **fields)
    await report_status(client, "Finishing")
    await report_status(client, "Available")


async def test_charge_by_card_survives_a_lost_socket_and_is_paid(network: Network, open_station: OpenStation) -> None:
    driver = await network.add_driver()
    async with open_station("CARD") as client:
        await report_status(client, "Preparing")
        transaction_id = await start(client, driver.token, meter_wh=1_000)
        await report_meter(client, transaction_id, 4_000)
        await client.drop()
        assert await client.connect() == "ocpp1.6"
        await report_meter(client, transaction_id, 9_000)
        await stop(client, transaction_id, meter_wh=12_345, idTag=driver.token, reason="Local")
        session = await network.session_of(client.name)
        receipt = await network.receipt(session["id"])
        readings = await network.operator.get(f"/telemetry/stations/{client.name}/readings")

    assert session["transaction_id"] == str(transaction_id)
    assert session["energy_wh"] == "11345"
    assert {"4000", "9000"} <= {reading["value"] for reading in readings}
    assert (receipt["invoice"]["total_incl_vat"], receipt["invoice"]["state"]) == ("5.67", "paid")
    assert [payment["amount"] for payment in receipt["payments"]] == ["5.67"]


async def test_charge_by_app_is_started_stopped_and_paid(network: Network, open_station: OpenStation) -> None:
    driver = await network.add_driver()
    async with open_station("APP") as client:
        await client.answer("RemoteStartTransaction", **ACCEPTED)
        await client.answer("RemoteStopTransaction", **ACCEPTED)
        body = {"station_id": client.name, "evse": 1}
        intent, asked = await both(
            driver.client.post("/sessions", body, key=f"start-{client.name}"), client.asked("RemoteStartTransaction")
        )
        transaction_id = await start(client, asked["idTag"], meter_wh=500)
        await report_meter(client, transaction_id, 4_500)
        session = await network.session_of(client.name, state="charging")
        _, stopping = await both(
            driver.client.post(f"/sessions/{session['id']}/stop"), client.asked("RemoteStopTransaction")
        )
        await stop(client, transaction_id, meter_wh=20_500, reason="Remote")
        completed = await network.session_of(client.name)
        receipt = await network.receipt(session["id"])
        claimed = await driver.client.get(f"/sessions/intents/{intent['id']}")

    assert asked["connectorId"] == 1
    assert stopping == {"transactionId": transaction_id}
    assert (claimed["state"], claimed["session_id"]) == ("started", session["id"])
    assert (completed["id"], completed["energy_wh"]) == (session["id"], "20000")
    assert (receipt["invoice"]["total_incl_vat"], receipt["invoice"]["state"]) == ("10.00", "paid")


PROFILE = {
    "chargingProfileId": 3,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}, {"startPeriod": 600, "limit": 8.5}],
    },
}
RAW: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "30"}, {"status": "RebootRequired"}),
    (
        "GetConfiguration",
        {"key": ["HeartbeatInterval", "NoSuchKey"]},
        {
            "configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "300"}],
            "unknownKey": ["NoSuchKey"],
        },
    ),
    ("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": PROFILE}, ACCEPTED),
    (
        "GetCompositeSchedule",
        {"connectorId": 1, "duration": 600, "chargingRateUnit": "A"},
        {
            "status": "Accepted",
            "connectorId": 1,
            "scheduleStart": "2026-12-01T10:00:00Z",
            "chargingSchedule": PROFILE["chargingSchedule"],
        },
    ),
    ("GetDiagnostics", {"location": "https://files.example/uploads"}, {"fileName": "diagnostics.zip"}),
    (
        "GetLog",
        {"logType": "SecurityLog", "requestId": 5, "log": {"remoteLocation": "https://files.example/uploads"}},
        {"status": "Accepted", "filename": "security.log"},
    ),
    ("CertificateSigned", {"certificateChain": "-----BEGIN CERTIFICATE-----"}, {"status": "Rejected"}),
]


async def test_commands_below_are_all_that_a_csms_can_say_in_16() -> None:
    told = {case[2] for case in CASES} | {case[0] for case in RAW}

    assert told == {
        action for action, route in ROUTES[OcppVersion.V16].items() if route.direction is not Direction.FROM_STATION
    }


async def test_every_command_is_understood_and_its_answer_heard(network: Network, open_station: OpenStation) -> None:
    async with open_station("TOLD") as client:
        commands = f"/stations/{client.name}/commands"
        for name, body, action, frame, answer in CASES:
            await client.answer(action, **answer)
            heard, asked = await both(network.operator.post(f"{commands}/{name}", body), client.asked(action))
            assert asked == frame
            assert heard.get("status", "") == answer.get("status", heard.get("status", ""))
        for action, payload, answer in RAW:
            await client.answer(action, **answer)
            heard, asked = await both(network.operator.post(f"{commands}/{action}", payload), client.asked(action))
            assert asked == payload
            assert heard == answer


async def test_what_the_client_has_no_answer_to_is_a_problem(network: Network, open_station: OpenStation) -> None:
    async with open_station("MUTE") as client:
        with pytest.raises(RestRefused, match="NotImplemented") as refused:
            await network.operator.post(f"/stations/{client.name}/commands/ClearCache", {})
        alive = await client.call("Heartbeat")

    assert refused.value.status == 502
    assert datetime.fromisoformat(alive["currentTime"]).tzinfo is not None


NOTICES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("FirmwareStatusNotification", {"status": "Downloading"}, {}, "firmware.status_reported"),
    ("SignedFirmwareStatusNotification", {"status": "Downloading", "requestId": 8}, {}, "firmware.status_reported"),
    ("DiagnosticsStatusNotification", {"status": "Uploading"}, {}, "diagnostics.status_reported"),
    ("LogStatusNotification", {"status": "Uploading", "requestId": 5}, {}, "diagnostics.status_reported"),
    ("SecurityEventNotification", {"type": "ClockDrift", "timestamp": AT, "techInfo": "3 s"}, {}, "security.reported"),
    ("SignCertificate", {"csr": request_for("NOTICES")}, ACCEPTED, "certificates.signing_requested"),
    (
        "DataTransfer",
        {"vendorId": "com.example", "messageId": "m", "data": "d"},
        {"status": "UnknownVendorId"},
        "data_transfer.transferred",
    ),
]


async def test_what_the_station_notices_is_answered_and_kept(network: Network, open_station: OpenStation) -> None:
    wanted = sorted(fact for _, _, _, fact in NOTICES)
    async with open_station("NOTICES") as client:
        for action, payload, answer, _ in NOTICES:
            assert await client.call(action, **payload) == answer

        async def are_kept() -> bool:
            page = await network.operator.get(f"/telemetry/stations/{client.name}/events")
            kinds = [event["event_type"].removeprefix("ev.v1.station.") for event in page["items"]]
            return sorted(kind for kind in kinds if kind in wanted) == wanted

        await eventually(are_kept, what="every notice among the station's events")


async def test_triggered_message_follows_its_command(network: Network, open_station: OpenStation) -> None:
    async with open_station("TRIGGERED") as client:
        await client.answer("TriggerMessage", **ACCEPTED)
        commands = f"/stations/{client.name}/commands"
        body = {"requested": "StatusNotification", "evse": 1}
        heard, asked = await both(network.operator.post(f"{commands}/trigger", body), client.asked("TriggerMessage"))
        await report_status(client, "Unavailable")

        async def is_shown() -> bool:
            station = await network.operator.get(f"/stations/{client.name}")
            return bool(station["evses"][0]["status"] == "Unavailable")

        await eventually(is_shown, what="the triggered status")

    assert heard["status"] == "Accepted"
    assert asked == {"requestedMessage": "StatusNotification", "connectorId": 1}


async def test_client_refuses_what_breaks_its_own_schema(network: Network, open_station: OpenStation) -> None:
    async with open_station("STRICT") as client:
        with pytest.raises(ClientRefused, match="Violation"):
            await client.call("StatusNotification", connectorId=1, errorCode="NoSuchError", status="Available")
        assert await client.call("Heartbeat")
        assert len(client.complaints) == 1
        client.complaints.clear()


async def test_wrong_password_is_refused(network: Network, package: str, make_client: MakeClient) -> None:
    name = f"WRONG-{package}"
    await network.add_station(name, password=STATION_PASSWORD)
    async with make_client(network.platform.station_url, name, "not-the-password-of-it") as client:
        with pytest.raises(ClientRefused, match=r"401|Unauthorized"):
            await client.connect()
