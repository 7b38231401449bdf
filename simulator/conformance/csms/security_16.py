"""The security extension of OCPP 1.6: certificates, signed firmware, logs and events."""

import secrets
from functools import partial

from simulator.conformance.checks import require
from simulator.conformance.csms import access
from simulator.conformance.csms.access import PasswordWords, Signing
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.transport import ANY_BYTES
from simulator.conformance.verdicts import Failed
from simulator.conformance.words import ACCEPTED, now, still_there

_KEY_BYTES = range(16, 21)
_PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
_HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "0a" * 32,
    "issuerKeyHash": "0b" * 32,
    "serialNumber": "4d2",
}


async def install_root(bench: Bench, kind: str) -> None:
    async with bench.station() as wire:
        order: Json = {"certificateType": kind, "certificate": _PEM}
        await bench.order(wire, "InstallCertificate", order, answer=ACCEPTED)
        answer = {"status": "Accepted", "certificateHashData": [_HASH]}
        await bench.order(wire, "GetInstalledCertificateIds", {"certificateType": kind}, answer=answer)
        await still_there(wire)


async def delete_certificate(bench: Bench) -> None:
    kind = {"certificateType": "CentralSystemRootCertificate"}
    async with bench.station() as wire:
        answer = {"status": "Accepted", "certificateHashData": [_HASH]}
        await bench.order(wire, "GetInstalledCertificateIds", kind, answer=answer)
        asked = await bench.order(wire, "DeleteCertificate", {"certificateHashData": _HASH}, answer=ACCEPTED)
        require(
            asked["certificateHashData"] == _HASH, "DeleteCertificate is for another certificate than was reported."
        )
        await still_there(wire)


async def security_event(bench: Bench, kind: str) -> None:
    async with bench.station() as wire:
        await wire.call("SecurityEventNotification", type=kind, timestamp=now())
        await still_there(wire)


async def security_log(bench: Bench) -> None:
    order = {"log": {"remoteLocation": "https://files.example/uploads"}, "logType": "SecurityLog", "requestId": 5}
    async with bench.station() as wire:
        asked = await bench.order(wire, "GetLog", order, answer=ACCEPTED)
        for word in ("Uploading", "Uploaded"):
            await wire.call("LogStatusNotification", status=word, requestId=asked["requestId"])


async def signed_firmware(bench: Bench, words: tuple[str, ...]) -> None:
    firmware = {
        "location": "https://files.example/image.bin",
        "retrieveDateTime": now(),
        "signingCertificate": _PEM,
        "signature": "c2lnbmF0dXJl",
    }
    async with bench.station() as wire:
        order = {"requestId": 6, "firmware": firmware}
        asked = await bench.order(wire, "SignedUpdateFirmware", order, answer=ACCEPTED)
        for word in words:
            await wire.call("SignedFirmwareStatusNotification", status=word, requestId=asked["requestId"])
        if words[-1] == "InvalidSignature":
            await wire.call("SecurityEventNotification", type="InvalidFirmwareSignature", timestamp=now())


def _read_key(asked: Json) -> str:
    """AuthorizationKey has 16 to 20 bytes, in hex (OCPP 1.6 security whitepaper A00.FR.205)."""
    try:
        key = bytes.fromhex(asked["value"])
    except ValueError as error:
        raise Failed("The AuthorizationKey is not in hex.") from error
    require(len(key) in _KEY_BYTES, f"The AuthorizationKey has {len(key)} bytes; 16 to 20 are due.")
    return key.decode(errors=ANY_BYTES)


_PASSWORD = PasswordWords(
    "ChangeConfiguration",
    {"key": "AuthorizationKey", "value": secrets.token_hex(20)},
    lambda asked: asked["key"] == "AuthorizationKey",
    _read_key,
    accepted=ACCEPTED,
    rejected={"status": "Rejected"},
)
_SIGNING = Signing("ExtendedTriggerMessage", "SignChargePointCertificate")


async def tls_of_the_csms(bench: Bench) -> None:
    await access.server_certificate(bench)
    await access.outdated_tls(bench)


async def tls_of_the_station(bench: Bench) -> None:
    await access.own_certificate(bench, _SIGNING)
    await access.certificate_of_a_stranger(bench, _SIGNING)


async def raise_profile(bench: Bench) -> None:
    password = secrets.token_hex(10)
    async with bench.station(password=password) as wire:
        order: Json = {"key": "SecurityProfile", "value": "2"}
        await bench.order(wire, "ChangeConfiguration", order, answer=ACCEPTED)
        await access.raise_profile(bench, wire, password, reset="Hard")


_SECURITY = (Need.COMMANDS, Need.SECURITY)
_INSTALLED = ("Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed")
SECURITY: Block = (
    "Security",
    (
        case(
            "TC_073_CSMS",
            "New password",
            partial(access.change_password, words=_PASSWORD),
            Need.PASSWORDS,
            *_SECURITY,
        ),
        case(
            "TC_074_CSMS",
            "New certificate of the station",
            partial(access.renew_certificate, signing=_SIGNING, opens=True),
            Need.SIGNING,
            Need.TLS,
            *_SECURITY,
        ),
        case(
            "TC_075_1_CSMS",
            "Install the manufacturer's root",
            partial(install_root, kind="ManufacturerRootCertificate"),
            *_SECURITY,
        ),
        case(
            "TC_075_2_CSMS",
            "Install the CSMS's root",
            partial(install_root, kind="CentralSystemRootCertificate"),
            *_SECURITY,
        ),
        case("TC_076_CSMS", "Delete a certificate", delete_certificate, *_SECURITY),
        case(
            "TC_077_CSMS",
            "Event: bad certificate of the station",
            partial(security_event, kind="InvalidChargePointCertificate"),
            Need.SECURITY,
        ),
        case(
            "TC_078_CSMS",
            "Event: bad certificate of the CSMS",
            partial(security_event, kind="InvalidCentralSystemCertificate"),
            Need.SECURITY,
        ),
        case("TC_079_CSMS", "Security log", security_log, *_SECURITY),
        case("TC_080_CSMS", "Signed firmware", partial(signed_firmware, words=_INSTALLED), *_SECURITY),
        case(
            "TC_081_CSMS",
            "Signed firmware, bad signature",
            partial(signed_firmware, words=("Downloading", "Downloaded", "InvalidSignature")),
            *_SECURITY,
        ),
        case("TC_083_CSMS", "Raise the security profile", raise_profile, Need.PASSWORDS, Need.TLS, *_SECURITY),
        case("TC_086_CSMS", "TLS: certificate of the CSMS", tls_of_the_csms, Need.PASSWORDS, Need.TLS),
        case("TC_087_CSMS", "TLS: certificate of the station", tls_of_the_station, Need.SIGNING, Need.TLS, *_SECURITY),
    ),
)
