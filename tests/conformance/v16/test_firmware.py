"""OCPP 1.6 firmware, diagnostics and data transfer, with the security extension's signed firmware and logs."""

from typing import Any

import pytest

from tests.conformance.conftest import Bench
from tests.conformance.wire import WireStation, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOCATION = "https://firmware.example/image.bin"


async def say(station: WireStation, action: str, *words: str, **fields: Any) -> None:
    for word in words:
        assert await station.send(action, status=word, **fields) == {}


@pytest.mark.ocpp("1.6", "TC_044_1_CSMS")
async def test_firmware_is_installed(bench: Bench) -> None:
    payload = {"location": LOCATION, "retrieveDate": now()}
    async with bench.station("FW1") as station:
        asked = await bench.exchange(station, "FW1", "UpdateFirmware", payload, {})
        await say(station, "FirmwareStatusNotification", "Downloading", "Downloaded", "Installing")
        await station.send("BootNotification", chargePointVendor="Wire", chargePointModel="Bench")
        await say(station, "FirmwareStatusNotification", "Installed")

    assert asked["location"] == LOCATION


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("Downloading", "DownloadFailed"), marks=pytest.mark.ocpp("1.6", "TC_044_2_CSMS")),
        pytest.param(
            ("Downloading", "Downloaded", "Installing", "InstallationFailed"),
            marks=pytest.mark.ocpp("1.6", "TC_044_3_CSMS"),
        ),
    ],
)
async def test_firmware_fails(bench: Bench, words: tuple[str, ...]) -> None:
    name = f"FW-{words[-1]}"
    async with bench.station(name) as station:
        await bench.exchange(station, name, "UpdateFirmware", {"location": LOCATION, "retrieveDate": now()}, {})
        await say(station, "FirmwareStatusNotification", *words)


@pytest.mark.parametrize(
    "last",
    [
        pytest.param("Uploaded", marks=pytest.mark.ocpp("1.6", "TC_045_1_CSMS")),
        pytest.param("UploadFailed", marks=pytest.mark.ocpp("1.6", "TC_045_2_CSMS")),
    ],
)
async def test_diagnostics(bench: Bench, last: str) -> None:
    name = f"DIAG-{last}"
    payload = {"location": "https://files.example/uploads"}
    async with bench.station(name) as station:
        asked = await bench.exchange(station, name, "GetDiagnostics", payload, {"fileName": "d.zip"})
        await say(station, "DiagnosticsStatusNotification", "Uploading", last)

    assert asked == payload


@pytest.mark.ocpp("1.6", "TC_064_CSMS")
async def test_data_transfer_of_an_unknown_vendor(bench: Bench) -> None:
    async with bench.station("DATA") as station:
        answer = await station.send("DataTransfer", vendorId="com.example.nobody", messageId="x", data="y")

    assert answer["status"] in ("UnknownVendorId", "UnknownMessageId", "Rejected")


@pytest.mark.ocpp("1.6", "TC_079_CSMS")
async def test_security_log(bench: Bench) -> None:
    payload = {
        "log": {"remoteLocation": "https://files.example/uploads"},
        "logType": "SecurityLog",
        "requestId": 5,
    }
    async with bench.station("LOG") as station:
        asked = await bench.exchange(station, "LOG", "GetLog", payload, {"status": "Accepted", "filename": "s.log"})
        await say(station, "LogStatusNotification", "Uploading", "Uploaded", requestId=5)

    assert asked == payload


def signed_firmware() -> dict[str, Any]:
    firmware = {
        "location": LOCATION,
        "retrieveDateTime": now(),
        "signingCertificate": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "signature": "c2lnbmF0dXJl",
    }
    return {"requestId": 6, "firmware": firmware}


@pytest.mark.ocpp("1.6", "TC_080_CSMS")
async def test_signed_firmware(bench: Bench) -> None:
    payload = signed_firmware()
    async with bench.station("SFW1") as station:
        asked = await bench.exchange(station, "SFW1", "SignedUpdateFirmware", payload, {"status": "Accepted"})
        await say(
            station,
            "SignedFirmwareStatusNotification",
            *("Downloading", "Downloaded", "SignatureVerified", "Installing"),
            *("InstallRebooting", "InstallVerificationFailed", "Installed"),
            requestId=6,
        )

    assert asked == payload


@pytest.mark.ocpp("1.6", "TC_081_CSMS")
async def test_firmware_with_a_bad_signature(bench: Bench) -> None:
    async with bench.station("SFW2") as station:
        await bench.exchange(station, "SFW2", "SignedUpdateFirmware", signed_firmware(), {"status": "Accepted"})
        await say(
            station,
            "SignedFirmwareStatusNotification",
            *("Downloading", "Downloaded", "InvalidSignature"),
            requestId=6,
        )
        event = await station.send("SecurityEventNotification", type="InvalidFirmwareSignature", timestamp=now())

    assert event == {}
