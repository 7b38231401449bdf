"""OCPP 2.0.1 M: certificates that a station trusts, and what it asks for on behalf of vehicles."""

import base64
import binascii
from functools import partial

from cryptography.x509 import ocsp

from simulator.conformance.certificates import new_root
from simulator.conformance.checks import require
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Block, case
from simulator.conformance.csms.words_201 import HASHES
from simulator.conformance.driver import Need
from simulator.conformance.rules import Json
from simulator.conformance.verdicts import Failed
from simulator.conformance.wire import Wire
from simulator.conformance.words import require_status, still_there

_SCHEMA = "urn:iso:15118:2:2013:MsgDef"


async def install(bench: Bench, kind: str, word: str = "Accepted") -> None:
    order = {"certificateType": kind, "certificate": new_root("Judge")}
    async with bench.station() as wire:
        await bench.order(wire, "InstallCertificate", order, answer={"status": word})
        await still_there(wire)


def _listed(kind: str) -> Json:
    children = {"childCertificateHashData": [HASHES | {"serialNumber": "20"}]} if kind == "V2GCertificateChain" else {}
    return {"certificateHashData": HASHES, "certificateType": kind} | children


async def list_certificates(bench: Bench, wire: Wire, kinds: tuple[str, ...], found: tuple[str, ...]) -> None:
    """The CSMS asks for these kinds, or for all without naming any; the station has those that were found."""
    order = {"certificateType": [*kinds]} if kinds else {}
    answer = {"status": "Accepted", "certificateHashDataChain": [_listed(kind) for kind in found]}
    asked = await bench.order(
        wire, "GetInstalledCertificateIds", order, answer=answer if found else {"status": "NotFound"}
    )
    require(asked == order, f"GetInstalledCertificateIds asks for {asked}; {order} is due.")


async def read(bench: Bench, kinds: tuple[str, ...], found: tuple[str, ...]) -> None:
    async with bench.station() as wire:
        await list_certificates(bench, wire, kinds, found)
        await still_there(wire)


async def delete(bench: Bench, word: str) -> None:
    """By the hashes that the station has listed."""
    kinds = ("ManufacturerRootCertificate",)
    async with bench.station() as wire:
        await list_certificates(bench, wire, kinds, kinds)
        order = {"certificateHashData": HASHES}
        await bench.order(wire, "DeleteCertificate", order, answer={"status": word})
        await list_certificates(bench, wire, kinds, () if word == "Accepted" else kinds)


def _bytes_of(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Failed(f"{what} is not in Base64.") from error


async def certificate_status(bench: Bench) -> None:
    async with bench.station() as wire:
        question = HASHES | {"responderURL": "https://ocsp.example"}
        answer = await wire.call("GetCertificateStatus", ocspRequestData=question)
        require_status(answer, "Accepted", "GetCertificateStatus")
        require("ocspResult" in answer, "The answer to GetCertificateStatus has no ocspResult.")
        try:
            result = ocsp.load_der_ocsp_response(_bytes_of(answer["ocspResult"], "The ocspResult"))
            serial = f"{result.serial_number:x}"
        except ValueError as error:
            raise Failed(f"The ocspResult is no answer of OCSP: {error}.") from error
        due = HASHES["serialNumber"]
        require(serial == due, f"The ocspResult is about the serial number {serial}; {due} is due.")


async def vehicle_certificate(bench: Bench, action: str) -> None:
    """Two vehicles ask: each gets an answer, and not each other's."""
    answers = set()
    async with bench.station() as wire:
        for request in (b"first", b"second"):
            exi = base64.b64encode(request).decode()
            answer = await wire.call(
                "Get15118EVCertificate", iso15118SchemaVersion=_SCHEMA, action=action, exiRequest=exi
            )
            require_status(answer, "Accepted", f"Get15118EVCertificate ({action})")
            require(_bytes_of(answer["exiResponse"], "The exiResponse"), "The exiResponse is empty.")
            answers.add(answer["exiResponse"])
    require(len(answers) > 1, "Two vehicles got the same exiResponse.")


_ROOTS = ("CSMSRootCertificate", "ManufacturerRootCertificate", "V2GRootCertificate", "MORootCertificate")
_CHAIN = "V2GCertificateChain"
_CSMS, _MANUFACTURER, _V2G, _MO = ((one,) for one in _ROOTS)
_READS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("12", "root of the CSMS", _CSMS, _CSMS),
    ("13", "root of the manufacturer", _MANUFACTURER, _MANUFACTURER),
    ("14", "V2G root", _V2G, _V2G),
    ("15", "V2G chain", (_CHAIN,), (_CHAIN,)),
    ("16", "root of mobility operators", _MO, _MO),
    ("17", "roots of the CSMS and the manufacturer", _CSMS + _MANUFACTURER, _CSMS + _MANUFACTURER),
    ("18", "all", (), (*_ROOTS, _CHAIN)),
    ("19", "none is there", _MO, ()),
)
_SECURITY = (Need.COMMANDS, Need.SECURITY)
CERTIFICATES: Block = (
    "M certificates",
    (
        *(
            case(f"TC_M_{number:02}_CSMS", f"Install: {kind}", partial(install, kind=kind), *_SECURITY)
            for number, kind in enumerate(_ROOTS, start=1)
        ),
        case(
            "TC_M_05_CSMS",
            "Install: fails",
            partial(install, kind="CSMSRootCertificate", word="Failed"),
            *_SECURITY,
        ),
        *(
            case(f"TC_M_{number}_CSMS", f"Read: {what}", partial(read, kinds=kinds, found=found), *_SECURITY)
            for number, what, kinds, found in _READS
        ),
        case("TC_M_20_CSMS", "Delete a certificate", partial(delete, word="Accepted"), *_SECURITY),
        case("TC_M_21_CSMS", "Delete a certificate: fails", partial(delete, word="Failed"), *_SECURITY),
        case("TC_M_24_CSMS", "Status of a certificate", certificate_status, Need.VEHICLE_CERTIFICATES),
        *(
            case(
                f"TC_M_{number}_CSMS",
                f"Certificate of a vehicle: {action}",
                partial(vehicle_certificate, action=action),
                Need.VEHICLE_CERTIFICATES,
            )
            for number, action in (("26", "Install"), ("28", "Update"))
        ),
    ),
)
