"""Typed commands by REST are frames of the station's version, and what it answers is known afterwards."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from chargeyard.rest import RestRefused
from tests.acceptance.network import Network
from tests.conformance.conftest import Bench
from tests.conformance.wire import both

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

ACCEPTED = {"status": "Accepted"}
AT, ON_THE_WIRE = "2026-12-01T10:00:00Z", "2026-12-01T10:00:00.000Z"
HASHES = {"issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "01"}
ROOT = "-----BEGIN CERTIFICATE-----"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(network: Network) -> AsyncIterator[Bench]:
    yield Bench(network, version="1.6")


CASES: list[tuple[str, dict[str, Any], str, dict[str, Any], dict[str, Any]]] = [
    ("start", {"token": "T", "evse": 1}, "RemoteStartTransaction", {"idTag": "T", "connectorId": 1}, ACCEPTED),
    ("stop", {"transaction_id": "7"}, "RemoteStopTransaction", {"transactionId": 7}, ACCEPTED),
    ("unlock", {"evse": 1}, "UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"}),
    ("reset", {"kind": "Immediate"}, "Reset", {"type": "Hard"}, ACCEPTED),
    (
        "availability",
        {"is_operative": False},
        "ChangeAvailability",
        {"connectorId": 0, "type": "Inoperative"},
        {"status": "Scheduled"},
    ),
    ("trigger", {"requested": "Heartbeat"}, "TriggerMessage", {"requestedMessage": "Heartbeat"}, ACCEPTED),
    (
        "trigger",
        {"requested": "SignChargingStationCertificate", "is_extended": True},
        "ExtendedTriggerMessage",
        {"requestedMessage": "SignChargePointCertificate"},
        ACCEPTED,
    ),
    ("clear_cache", {}, "ClearCache", {}, ACCEPTED),
    (
        "reserve",
        {"token": "T", "evse": 1, "expires_at": AT, "reservation_id": 5, "group": "G"},
        "ReserveNow",
        {"connectorId": 1, "expiryDate": ON_THE_WIRE, "idTag": "T", "parentIdTag": "G", "reservationId": 5},
        {"status": "Occupied"},
    ),
    ("cancel_reservation", {"reservation_id": 5}, "CancelReservation", {"reservationId": 5}, ACCEPTED),
    ("clear_limits", {"profile_id": 9}, "ClearChargingProfile", {"id": 9}, {"status": "Unknown"}),
    ("get_local_list_version", {}, "GetLocalListVersion", {}, {"listVersion": 3}),
    (
        "send_local_list",
        {"version": 4, "update": "Differential", "entries": [{"token": "A"}, {"token": "B", "status": None}]},
        "SendLocalList",
        {
            "listVersion": 4,
            "updateType": "Differential",
            "localAuthorizationList": [{"idTag": "A", "idTagInfo": ACCEPTED}, {"idTag": "B"}],
        },
        ACCEPTED,
    ),
    (
        "update_firmware",
        {"location": "https://f.example/1", "retrieve_at": AT},
        "UpdateFirmware",
        {"location": "https://f.example/1", "retrieveDate": ON_THE_WIRE},
        {},
    ),
    (
        "update_firmware",
        {
            "location": "https://f.example/1",
            "retrieve_at": AT,
            "signing_certificate": ROOT,
            "signature": "c2ln",
            "request_id": 8,
        },
        "SignedUpdateFirmware",
        {
            "requestId": 8,
            "firmware": {
                "location": "https://f.example/1",
                "retrieveDateTime": ON_THE_WIRE,
                "signingCertificate": ROOT,
                "signature": "c2ln",
            },
        },
        {"status": "InvalidCertificate"},
    ),
    (
        "data_transfer",
        {"vendor": "com.example", "message_id": "m", "data": "d"},
        "DataTransfer",
        {"vendorId": "com.example", "messageId": "m", "data": "d"},
        {"status": "UnknownVendorId"},
    ),
    (
        "install_certificate",
        {"use": "CSMSRootCertificate", "certificate": ROOT},
        "InstallCertificate",
        {"certificateType": "CentralSystemRootCertificate", "certificate": ROOT},
        ACCEPTED,
    ),
    (
        "delete_certificate",
        {"algorithm": "SHA256", "issuer_name_hash": "aa", "issuer_key_hash": "bb", "serial_number": "01"},
        "DeleteCertificate",
        {"certificateHashData": {"hashAlgorithm": "SHA256", **HASHES}},
        {"status": "NotFound"},
    ),
    (
        "get_installed_certificates",
        {"uses": ["ManufacturerRootCertificate"]},
        "GetInstalledCertificateIds",
        {"certificateType": "ManufacturerRootCertificate"},
        {"status": "Accepted", "certificateHashData": [{"hashAlgorithm": "SHA256", **HASHES}]},
    ),
]


@pytest.mark.parametrize(("name", "body", "action", "frame", "answer"), CASES, ids=[case[2] for case in CASES])
async def test_typed_command_is_its_frame(
    bench: Bench, name: str, body: dict[str, Any], action: str, frame: dict[str, Any], answer: dict[str, Any]
) -> None:
    station_id = f"TYPED-{action}"
    async with bench.station(station_id) as station:
        heard, asked = await both(bench.command(station_id, name, body), station.answer(action, **answer))

    assert asked == frame
    assert heard["command_id"]
    assert heard.get("status", "") == answer.get("status", heard.get("status", ""))


async def test_version_that_cannot_say_it_is_a_conflict(bench: Bench) -> None:
    async with bench.station("TYPED-LONG"):
        with pytest.raises(RestRefused, match="cannot express an IdToken of 30 characters") as refused:
            await bench.command("TYPED-LONG", "start", {"token": "x" * 30})

    assert refused.value.status == 409


async def test_limits_are_known_once_accepted_and_compared_with_the_stations(bench: Bench) -> None:
    limit = {"unit": "W", "periods": [{"limit": "4000"}], "evse": 1, "profile_id": 3}
    theirs = {
        "duration": 600,
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 4000.0}, {"startPeriod": 300, "limit": 3000.0}],
    }
    answer = {"status": "Accepted", "connectorId": 1, "scheduleStart": AT, "chargingSchedule": theirs}
    async with bench.station("LIMITS") as station:
        rejected = bench.command("LIMITS", "limit", limit | {"periods": [{"limit": "1000"}]})
        await both(rejected, station.answer("SetChargingProfile", status="Rejected"))
        await both(bench.command("LIMITS", "limit", limit), station.answer("SetChargingProfile", **ACCEPTED))
        compared, asked = await both(
            bench.command("LIMITS", "composite_schedule", {"evse": 1, "duration_s": 600, "unit": "W"}),
            station.answer("GetCompositeSchedule", **answer),
        )
        known = await bench.operator.get("/stations/LIMITS/limits")
        await bench.exchange(station, "LIMITS", "ClearChargingProfile", {"id": 3}, ACCEPTED)
        cleared = await bench.operator.get("/stations/LIMITS/limits")

    assert asked == {"connectorId": 1, "duration": 600, "chargingRateUnit": "W"}
    assert known["evse_limits_w"] == {"1": "4000.0"}
    assert [profile["profile_id"] for profile in known["profiles"]] == [3]
    assert compared["differences"] == [{"second": 300, "ours": "4000.0", "theirs": "3000.0"}]
    assert cleared["profiles"] == []


async def test_station_is_compared_with_a_template_and_brought_to_it(bench: Bench) -> None:
    template = {
        "variables": [
            {"variable": "HeartbeatInterval", "value": "300"},
            {"variable": "MeterValueSampleInterval", "value": "60"},
            {"variable": "NumberOfConnectors", "value": "2"},
            {"variable": "MeterValuesSampledData", "value": "Voltage,SoC"},
        ]
    }
    keys = [
        {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
        {"key": "MeterValueSampleInterval", "readonly": False, "value": "15"},
        {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
        {"key": "AuthorizationKey", "readonly": False, "value": "0123456789abcdef"},
    ]
    await bench.operator.put("/configuration-templates/fleet", template)
    async with bench.station("TEMPLATE") as station:
        await both(
            bench.command("TEMPLATE", "get_variables", {}),
            station.answer("GetConfiguration", configurationKey=keys),
        )
        before = await bench.operator.get("/stations/TEMPLATE/configuration/fleet")

        async def answer_twice() -> None:
            await station.answer("ChangeConfiguration", **ACCEPTED)
            await station.answer("ChangeConfiguration", status="RebootRequired")

        applied, _ = await both(bench.operator.post("/stations/TEMPLATE/configuration/fleet"), answer_twice())
        after = await bench.operator.get("/stations/TEMPLATE/configuration/fleet")
        known = await bench.operator.get("/stations/TEMPLATE/variables")

    assert [one["verdict"] for one in before] == ["same", "different", "readonly", "unknown"]
    assert [(one["variable"], one["status"]) for one in applied] == [
        ("MeterValueSampleInterval", "Accepted"),
        ("MeterValuesSampledData", "RebootRequired"),
    ]
    assert [one["verdict"] for one in after] == ["same", "same", "readonly", "same"]
    values = {one["variable"]: (one["value"], one["needs_reboot"]) for one in known}
    assert values["MeterValuesSampledData"] == ("Voltage,SoC", True)
    assert values["AuthorizationKey"] == (None, False)
    interval = next(one for one in known if one["variable"] == "HeartbeatInterval")
    assert (interval["kind"], interval["unit"], interval["flaw"]) == ("integer", "s", None)


async def test_value_against_the_standard_is_refused_before_it_is_sent(bench: Bench) -> None:
    async with bench.station("KEYS-TYPED"):
        body = {"assignments": [{"variable": "HeartbeatInterval", "value": "often"}]}
        with pytest.raises(RestRefused, match="HeartbeatInterval is a whole number") as refused:
            await bench.command("KEYS-TYPED", "set_variables", body)

    assert refused.value.status == 422
