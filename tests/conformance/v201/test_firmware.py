"""OCPP 2.0.1 firmware: updates, publication by a local controller; and data transfer."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acceptance.network import eventually
from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, charge, status
from tests.conformance.wire import WireStation, both, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOCATION = "https://firmware.example/image-2.bin"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
CHECKSUM = "d41d8cd98f00b204e9800998ecf8427e"
LATER = (datetime.now(UTC) + timedelta(hours=6)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
BOOT = {"chargingStation": {"vendorName": "Wire", "model": "Bench", "firmwareVersion": "2"}, "reason": "FirmwareUpdate"}

FETCHED = ("Downloading", "Downloaded")
VERIFIED = (*FETCHED, "SignatureVerified")


def order(request_id: int, **fields: Any) -> dict[str, Any]:
    """A signed update, by the typed command."""
    return {
        "location": LOCATION,
        "retrieve_at": now(),
        "signing_certificate": CERTIFICATE,
        "signature": "c2lnbmF0dXJl",
        "request_id": request_id,
    } | fields


async def update(
    bench: Bench, station: WireStation, name: str, body: dict[str, Any], **answer: Any
) -> tuple[Any, dict[str, Any]]:
    """What the operator heard, and what the station was asked."""
    heard, asked = await both(
        bench.command(name, "update_firmware", body), station.answer("UpdateFirmware", **(answer or ACCEPTED))
    )
    return heard, asked


async def say(station: WireStation, request_id: int, *words: str) -> None:
    for word in words:
        assert await station.send("FirmwareStatusNotification", status=word, requestId=request_id) == {}


async def kept(bench: Bench, name: str, fact: str, *, count: int) -> list[dict[str, Any]]:
    """The data of the station's facts of this name, the oldest first, once there are so many."""

    async def all_of_them() -> list[dict[str, Any]]:
        events = await bench.operator.get(f"/telemetry/stations/{name}/events", limit=500)
        found = [one["data"] for one in events["items"] if one["event_type"].endswith(fact)]
        return found if len(found) >= count else []

    return list(reversed(await eventually(all_of_them, what=f"{count} facts {fact} of {name}")))


@pytest.mark.ocpp("2.0.1", "TC_L_01_CSMS")
async def test_firmware_is_installed(bench: Bench) -> None:
    chain = (*VERIFIED, "Installing", "InstallRebooting")
    async with bench.station("L01") as station:
        heard, asked = await update(bench, station, "L01", order(11))
        await say(station, 11, *chain)
        boot = await station.send("BootNotification", **BOOT)
        await status(station, "Available")
        await say(station, 11, "Installed")
        facts = await kept(bench, "L01", "firmware.status_reported", count=len(chain) + 1)
        boots = await kept(bench, "L01", "provisioning.booted", count=2)

    assert (heard["status"], boot["status"]) == ("Accepted", "Accepted")
    assert (boots[-1]["firmware_version"], boots[-1]["reason"]) == ("2", "FirmwareUpdate")
    assert asked["requestId"] == 11
    assert asked["firmware"].keys() == {"location", "retrieveDateTime", "signingCertificate", "signature"}
    assert [fact["status"] for fact in facts] == [*chain, "Installed"]
    assert not any(fact["is_surprise"] for fact in facts)
    assert {fact["request_id"] for fact in facts} == {11}


@pytest.mark.parametrize(
    ("name", "fields", "chain"),
    [
        pytest.param(
            "L02",
            {"install_at": LATER},
            (*VERIFIED, "InstallScheduled", "Installing", "Installed"),
            marks=pytest.mark.ocpp("2.0.1", "TC_L_02_CSMS"),
        ),
        pytest.param(
            "L03",
            {"retrieve_at": LATER},
            ("DownloadScheduled", *VERIFIED, "Installing", "Installed"),
            marks=pytest.mark.ocpp("2.0.1", "TC_L_03_CSMS"),
        ),
        pytest.param("L07", {}, ("Downloading", "DownloadFailed"), marks=pytest.mark.ocpp("2.0.1", "TC_L_07_CSMS")),
        pytest.param(
            "L08",
            {},
            (*VERIFIED, "Installing", "InstallVerificationFailed"),
            marks=pytest.mark.ocpp("2.0.1", "TC_L_08_CSMS"),
        ),
        pytest.param(
            "L09", {}, (*VERIFIED, "Installing", "InstallationFailed"), marks=pytest.mark.ocpp("2.0.1", "TC_L_09_CSMS")
        ),
    ],
)
async def test_update_goes_its_way(bench: Bench, name: str, fields: dict[str, Any], chain: tuple[str, ...]) -> None:
    async with bench.station(name) as station:
        _, asked = await update(bench, station, name, order(12, **fields))
        await say(station, 12, *chain)
        facts = await kept(bench, name, "firmware.status_reported", count=len(chain))

    assert [(fact["status"], fact["is_surprise"]) for fact in facts] == [(word, False) for word in chain]
    assert asked["firmware"].get("installDateTime") == fields.get("install_at")
    assert asked["firmware"]["retrieveDateTime"] == fields.get("retrieve_at", asked["firmware"]["retrieveDateTime"])


@pytest.mark.parametrize(
    "word",
    [
        pytest.param("RevokedCertificate", marks=pytest.mark.ocpp("2.0.1", "TC_L_04_CSMS")),
        pytest.param("InvalidCertificate", marks=pytest.mark.ocpp("2.0.1", "TC_L_05_CSMS")),
    ],
)
async def test_certificate_of_the_firmware_is_refused(bench: Bench, word: str) -> None:
    kind, name = "InvalidFirmwareSigningCertificate", f"FW-{word[:7]}"
    async with bench.station(name) as station:
        heard, _ = await update(bench, station, name, order(13), status=word)
        event = await station.send("SecurityEventNotification", type=kind, timestamp=now())
        facts = await kept(bench, name, "security.reported", count=1)

    assert (heard["status"], event) == (word, {})
    assert [fact["kind"] for fact in facts] == [kind]


@pytest.mark.ocpp("2.0.1", "TC_L_06_CSMS")
async def test_signature_of_the_firmware_is_wrong(bench: Bench) -> None:
    async with bench.station("L06") as station:
        await update(bench, station, "L06", order(14))
        await say(station, 14, *FETCHED, "InvalidSignature")
        event = await station.send("SecurityEventNotification", type="InvalidFirmwareSignature", timestamp=now())
        facts = await kept(bench, "L06", "firmware.status_reported", count=3)
        events = await kept(bench, "L06", "security.reported", count=1)

    assert event == {}
    assert (facts[-1]["status"], facts[-1]["is_surprise"]) == ("InvalidSignature", False)
    assert events[0]["kind"] == "InvalidFirmwareSignature"


@pytest.mark.parametrize(
    ("answer", "begins"),
    [
        pytest.param("AcceptedCanceled", 16, marks=pytest.mark.ocpp("2.0.1", "TC_L_10_CSMS")),
        pytest.param("Rejected", 15, marks=pytest.mark.ocpp("2.0.1", "TC_L_11_CSMS")),
    ],
)
async def test_second_order_while_the_first_is_under_way(bench: Bench, answer: str, begins: int) -> None:
    name = f"TWO-{answer[:8]}"
    rest = ("SignatureVerified", "Installing", "Installed")
    async with bench.station(name) as station:
        first, _ = await update(bench, station, name, order(15))
        await say(station, 15, *FETCHED)
        second, asked = await update(bench, station, name, order(16), status=answer)
        following = (*FETCHED, *rest) if begins == 16 else rest
        await say(station, begins, *following)
        facts = await kept(bench, name, "firmware.status_reported", count=2 + len(following))

    assert (first["status"], second["status"], asked["requestId"]) == ("Accepted", answer, 16)
    assert facts[-1]["request_id"] == begins
    assert not any(fact["is_surprise"] for fact in facts)


@pytest.mark.ocpp("2.0.1", "TC_L_13_CSMS")
async def test_update_waits_for_the_transaction(bench: Bench) -> None:
    driver = await bench.network.add_driver()
    async with bench.station("L13") as station:
        await status(station, "Occupied")
        transaction = await charge(station, driver)
        await update(bench, station, "L13", order(17))
        await say(station, 17, *VERIFIED, "InstallScheduled")
        await transaction.end(wh=4_000)
        await status(station, "Unavailable")
        await say(station, 17, "Installing", "Installed")
        await status(station, "Available")
        facts = await kept(bench, "L13", "firmware.status_reported", count=6)
    session = await bench.network.session_of("L13")

    assert [fact["status"] for fact in facts][-3:] == ["InstallScheduled", "Installing", "Installed"]
    assert not any(fact["is_surprise"] for fact in facts)
    assert session["energy_wh"] == "4000"


@pytest.mark.parametrize(
    ("name", "chain"),
    [
        pytest.param(
            "L17", (*FETCHED, "ChecksumVerified", "Published"), marks=pytest.mark.ocpp("2.0.1", "TC_L_17_CSMS")
        ),
        pytest.param("L19", (*FETCHED, "InvalidChecksum"), marks=pytest.mark.ocpp("2.0.1", "TC_L_19_CSMS")),
        pytest.param(
            "L20", (*FETCHED, "ChecksumVerified", "PublishFailed"), marks=pytest.mark.ocpp("2.0.1", "TC_L_20_CSMS")
        ),
        pytest.param("L24", ("Downloading", "DownloadFailed"), marks=pytest.mark.ocpp("2.0.1", "TC_L_24_CSMS")),
    ],
)
async def test_firmware_is_published(bench: Bench, name: str, chain: tuple[str, ...]) -> None:
    body = {"location": LOCATION, "checksum": CHECKSUM, "request_id": 18}
    where = {"location": ["http://10.0.0.1/image-2.bin"]}
    async with bench.station(name) as station:
        heard, asked = await both(
            bench.command(name, "publish_firmware", body), station.answer("PublishFirmware", **ACCEPTED)
        )
        for word in chain:
            answered = await station.send(
                "PublishFirmwareStatusNotification",
                status=word,
                requestId=18,
                **(where if word == "Published" else {}),
            )
            assert answered == {}
        facts = await kept(bench, name, "firmware.publication_reported", count=len(chain))

    assert heard["status"] == "Accepted"
    assert asked == {"location": LOCATION, "checksum": CHECKSUM, "requestId": 18}
    assert [(fact["status"], fact["is_surprise"]) for fact in facts] == [(word, False) for word in chain]
    assert facts[-1]["locations"] == (where["location"] if chain[-1] == "Published" else [])


@pytest.mark.parametrize(
    "word",
    [
        pytest.param("Unpublished", marks=pytest.mark.ocpp("2.0.1", "TC_L_21_CSMS")),
        pytest.param("NoFirmware", marks=pytest.mark.ocpp("2.0.1", "TC_L_22_CSMS")),
        pytest.param("DownloadOngoing", marks=pytest.mark.ocpp("2.0.1", "TC_L_23_CSMS")),
    ],
)
async def test_firmware_is_unpublished(bench: Bench, word: str) -> None:
    name = f"UN-{word}"
    async with bench.station(name) as station:
        heard, asked = await both(
            bench.command(name, "unpublish_firmware", {"checksum": CHECKSUM}),
            station.answer("UnpublishFirmware", status=word),
        )

    assert heard["status"] == word
    assert asked == {"checksum": CHECKSUM}


@pytest.mark.ocpp("2.0.1", "TC_P_02_CSMS")
async def test_data_of_an_unknown_vendor_is_answered_and_kept(bench: Bench) -> None:
    async with bench.station("P02") as station:
        answer = await station.send("DataTransfer", vendorId="com.example.nobody", messageId="x", data={"y": [1]})
        facts = await kept(bench, "P02", "data_transfer.transferred", count=1)

    assert answer == {"status": "UnknownVendorId"}
    assert (facts[0]["vendor"], json.loads(facts[0]["data"])) == ("com.example.nobody", {"y": [1]})


@pytest.mark.ocpp("2.0.1", "TC_P_03_CSMS")
async def test_custom_data_is_tolerated(bench: Bench) -> None:
    custom = {"customData": {"vendorId": "com.example", "colour": "green", "depth": {"a": [1, 2]}}}
    driver = await bench.network.add_driver()
    async with bench.station("P03") as station:
        boot = await station.send(
            "BootNotification",
            reason="PowerUp",
            chargingStation={"vendorName": "Wire", "model": "Bench"} | custom,
            **custom,
        )
        heartbeat = await station.send("Heartbeat", **custom)
        verdict = await station.send(
            "Authorize", idToken={"idToken": driver.token, "type": "ISO14443"} | custom, **custom
        )
        event = await station.send("SecurityEventNotification", type="MemoryExhaustion", timestamp=now(), **custom)
        facts = await kept(bench, "P03", "security.reported", count=1)

    assert (boot["status"], verdict["idTokenInfo"]["status"], event) == ("Accepted", "Accepted", {})
    assert "currentTime" in heartbeat
    assert facts[0]["kind"] == "MemoryExhaustion"
