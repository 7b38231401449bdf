"""OCPP 2.0.1 L: firmware, of stations and for those behind a local controller."""

from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import charge, say_boot, status
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire
from simulator.conformance.words import ACCEPTED, later, now, still_there

_LOCATION = "https://files.example/image.bin"
_CHECKSUM = "d41d8cd98f00b204e9800998ecf8427e"


async def order_firmware(bench: Bench, wire: Wire, number: int, *, word: str = "Accepted", **fields: str) -> int:
    """The id of the request for signed firmware, which is answered so."""
    firmware = {
        "location": _LOCATION,
        "retrieveDateTime": now(),
        "signingCertificate": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "signature": "c2lnbmF0dXJl",
    }
    order = {"requestId": number, "firmware": firmware | fields}
    return int((await bench.order(wire, "UpdateFirmware", order, answer={"status": word}))["requestId"])


async def report(wire: Wire, request: int, *words: str) -> None:
    """How far the update has come, word by word."""
    for word in words:
        await wire.call("FirmwareStatusNotification", status=word, requestId=request)


async def update_firmware(bench: Bench, words: tuple[str, ...]) -> None:
    fields = {"retrieveDateTime": later(hours=1)} if "DownloadScheduled" in words else {}
    async with bench.station() as wire:
        request = await order_firmware(bench, wire, 6, **fields)
        for word in words:
            if word == "Installed":
                await say_boot(wire, "FirmwareUpdate")
            await report(wire, request, word)
            if word == "InvalidSignature":
                await wire.call("SecurityEventNotification", type="InvalidFirmwareSignature", timestamp=now())


async def firmware_refused(bench: Bench, word: str) -> None:
    firmware = {"location": _LOCATION, "retrieveDateTime": now()}
    async with bench.station() as wire:
        await bench.order(wire, "UpdateFirmware", {"requestId": 7, "firmware": firmware}, answer={"status": word})
        await still_there(wire)


async def second_order(bench: Bench, word: str) -> None:
    async with bench.station() as wire:
        first = await order_firmware(bench, wire, 15)
        await report(wire, first, *_FETCHED)
        second = await order_firmware(bench, wire, 16, word=word)
        require(second != first, f"Two requests for firmware have the same id: {first}.")
        if word == "AcceptedCanceled":
            await report(wire, second, *_FETCHED)
        await report(wire, first if word == "Rejected" else second, "SignatureVerified", "Installing", "Installed")


async def update_waits_for_the_session(bench: Bench) -> None:
    token = await bench.token()
    async with bench.station() as wire:
        await status(wire, "Occupied")
        transaction = await charge(wire, token)
        request = await order_firmware(bench, wire, 17)
        await report(wire, request, *_VERIFIED, "InstallScheduled")
        await transaction.end(token=token)
        await status(wire, "Unavailable")
        await report(wire, request, "Installing", "Installed")
        await status(wire, "Available")


async def publish(bench: Bench, words: tuple[str, ...]) -> None:
    order = {"location": _LOCATION, "checksum": _CHECKSUM, "requestId": 18}
    async with bench.station() as wire:
        asked = await bench.order(wire, "PublishFirmware", order, answer=ACCEPTED)
        for word in words:
            where: dict[str, Json] = {"location": ["http://10.0.0.1/image.bin"]} if word == "Published" else {}
            body = {"status": word, "requestId": asked["requestId"]} | where
            await wire.call("PublishFirmwareStatusNotification", **body)


async def unpublish(bench: Bench, word: str) -> None:
    async with bench.station() as wire:
        await bench.order(wire, "UnpublishFirmware", {"checksum": _CHECKSUM}, answer={"status": word})
        await still_there(wire)


_FIRMWARE = (Need.COMMANDS, Need.FIRMWARE)
_FETCHED = ("Downloading", "Downloaded")
_VERIFIED = (*_FETCHED, "SignatureVerified")
_UPDATES = (
    ("01", "installed", (*_VERIFIED, "Installing", "InstallRebooting", "Installed")),
    ("02", "installation is scheduled", (*_VERIFIED, "InstallScheduled", "Installing", "Installed")),
    ("03", "download is scheduled", ("DownloadScheduled", *_VERIFIED, "Installing", "Installed")),
    ("06", "invalid signature", (*_FETCHED, "InvalidSignature")),
    ("07", "download fails", ("Downloading", "DownloadFailed")),
    ("08", "verification fails", (*_VERIFIED, "Installing", "InstallVerificationFailed")),
    ("09", "installation fails", (*_VERIFIED, "Installing", "InstallationFailed")),
)
_PUBLICATIONS = (
    ("17", "published", (*_FETCHED, "ChecksumVerified", "Published")),
    ("19", "invalid checksum", (*_FETCHED, "InvalidChecksum")),
    ("20", "publishing fails", (*_FETCHED, "ChecksumVerified", "PublishFailed")),
    ("24", "download fails", ("Downloading", "DownloadFailed")),
)
FIRMWARE: Block = (
    "L firmware",
    (
        *(
            case(f"TC_L_{number}_CSMS", f"Firmware: {what}", partial(update_firmware, words=words), *_FIRMWARE)
            for number, what, words in _UPDATES
        ),
        *(
            case(f"TC_L_{number}_CSMS", f"Firmware: {what}", partial(firmware_refused, word=word), *_FIRMWARE)
            for number, what, word in (
                ("04", "revoked certificate", "RevokedCertificate"),
                ("05", "invalid certificate", "InvalidCertificate"),
            )
        ),
        *(
            case(f"TC_L_{number}_CSMS", f"Firmware: {what}", partial(second_order, word=word), *_FIRMWARE)
            for number, what, word in (
                ("10", "a second order cancels the first", "AcceptedCanceled"),
                ("11", "a second order is refused", "Rejected"),
            )
        ),
        case("TC_L_13_CSMS", "Firmware: waits for the session", update_waits_for_the_session, Need.TOKENS, *_FIRMWARE),
        *(
            case(f"TC_L_{number}_CSMS", f"Publish: {what}", partial(publish, words=words), *_FIRMWARE)
            for number, what, words in _PUBLICATIONS
        ),
        *(
            case(f"TC_L_{number}_CSMS", f"Unpublish: {what}", partial(unpublish, word=word), *_FIRMWARE)
            for number, what, word in (
                ("21", "unpublished", "Unpublished"),
                ("22", "no such firmware", "NoFirmware"),
                ("23", "download goes on", "DownloadOngoing"),
            )
        ),
    ),
)
