"""What only stations of 2.1 say: it is in its stream before it is answered, and a SEND is answered nothing."""

import asyncio
import base64
import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection

from csms.errors import OcspAnswerRefused
from csms.ocsp import read_status
from protocol.blocks.certificates.messages import CertificateStatusReply, EvCertificateReply
from protocol.blocks.certificates.queries import AskCertificateStatus, AskEvCertificate
from protocol.domain.certificates import CertificateHashData, RevocationStatus
from protocol.domain.version import OcppVersion
from tests.csms.harness import GatewayInMemory, call, gateway_in_memory, station

T = "2026-03-01T12:34:56.789Z"
V21 = OcppVersion.V21
VALUES = {"id": 3, "pending": 0, "basetime": T, "data": [{"t": 0, "v": "230.1"}, {"t": 1.5, "v": "229.8"}]}


@pytest.mark.parametrize(
    ("action", "payload", "answer", "fact"),
    [
        (
            "OpenPeriodicEventStream",
            {"constantStreamData": {"id": 3, "params": {"interval": 2}, "variableMonitoringId": 7}},
            {"status": "Accepted"},
            "opened",
        ),
        ("ClosePeriodicEventStream", {"id": 3}, {}, "closed"),
        ("NotifyDERAlarm", {"controlType": "FreqDroop", "timestamp": T}, {}, "alarm_reported"),
        ("NotifyDERStartStop", {"controlId": "g1", "started": True, "timestamp": T}, {}, "switched"),
        ("ReportDERControl", {"requestId": 5}, {}, "reported"),
        (
            "BatterySwap",
            {
                "batteryData": [{"evseId": 1, "serialNumber": "B1", "soC": 80.5, "soH": 99.0}],
                "eventType": "BatteryIn",
                "idToken": {"idToken": "04A2B3", "type": "ISO14443"},
                "requestId": 4,
            },
            {},
            "reported",
        ),
        (
            "NotifySettlement",
            {
                "transactionId": "tx",
                "pspRef": "p1",
                "status": "Settled",
                "settlementAmount": 1.5,
                "settlementTime": T,
            },
            {"receiptId": "tx"},
            "settlement_reported",
        ),
    ],
)
async def test_fact_is_published_before_the_answer(
    csms: GatewayInMemory, action: str, payload: dict[str, Any], answer: dict[str, Any], fact: str
) -> None:
    async with await station(csms, version=V21) as socket:
        answered = await call(socket, action, payload)

    assert answered == [3, "1", answer]
    assert fact in csms.facts


async def test_send_is_a_fact_and_has_no_answer(csms: GatewayInMemory) -> None:
    async with await station(csms, version=V21) as socket:
        await socket.send(json.dumps([6, "s1", "NotifyPeriodicEventStream", VALUES]))
        answered = await call(socket, "Heartbeat", {})

    assert answered[:2] == [3, "1"]
    [published] = [one for one in csms.publisher.published if one.subject.endswith("event_streams.reported")]
    data = json.loads(published.payload)["data"]
    assert [value["value"] for value in data["values"]] == ["230.1", "229.8"]
    assert data["values"][1]["measured_at"].startswith("2026-03-01T12:34:58.289")


@pytest.mark.parametrize(
    "frame",
    [
        [6, "s1", "NotifyPeriodicEventStream", {"id": 3}],
        [6, "s1", "Heartbeat", {}],
        [6, "s1", "Nonsense", {}],
        [
            6,
            "s1",
            "NotifyPeriodicEventStream",
            {"id": 3, "pending": 0, "basetime": T, "data": [{"t": 1e300, "v": "1"}]},
        ],
    ],
)
async def test_send_that_cannot_be_read_is_answered_nothing_and_the_socket_stays(
    csms: GatewayInMemory, frame: list[Any]
) -> None:
    async with await station(csms, version=V21) as socket:
        await socket.send(json.dumps(frame))
        await asyncio.sleep(0.05)
        answered = await call(socket, "Heartbeat", {})

    assert answered[:2] == [3, "1"]


async def test_vat_number_that_nobody_knows_is_rejected(csms: GatewayInMemory) -> None:
    async with await station(csms, version=V21) as socket:
        answered = await call(socket, "VatNumberValidation", {"vatNumber": "DE1", "evseId": 2})

    assert answered == [3, "1", {"vatNumber": "DE1", "evseId": 2, "status": "Rejected"}]
    assert csms.facts == ["connected", "disconnected"]


CHAIN_HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "ab" * 32,
    "issuerKeyHash": "CD" * 32,
    "serialNumber": "1f",
}
CHAIN_CERTIFICATE = CertificateHashData("SHA256", "ab" * 32, "CD" * 32, "1f")
TODAY = datetime.now(UTC).replace(microsecond=0)


def told_by_responder(
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    *,
    serial_number: int = 0x1F,
    name_hash: bytes = b"\xab" * 32,
    key_hash: bytes = b"\xcd" * 32,
    said_at: datetime = TODAY,
    renewed_at: datetime | None = TODAY + timedelta(days=7),
) -> str:
    """A responder's answer, DER in Base64."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "responder")])
    responder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(TODAY)
        .not_valid_after(TODAY + timedelta(days=9999))
        .sign(key, SHA256())
    )
    said = ocsp.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=name_hash,
        issuer_key_hash=key_hash,
        serial_number=serial_number,
        algorithm=SHA256(),
        cert_status=status,
        this_update=said_at,
        next_update=renewed_at,
        revocation_time=said_at if status is ocsp.OCSPCertStatus.REVOKED else None,
        revocation_reason=None,
    )
    answer = said.responder_id(ocsp.OCSPResponderEncoding.HASH, responder).sign(key, SHA256())
    return base64.b64encode(answer.public_bytes(Encoding.DER)).decode()


def read(answer: str, asked: CertificateHashData = CHAIN_CERTIFICATE) -> tuple[RevocationStatus, datetime | None]:
    return read_status(answer, asked=asked, now=TODAY, max_age=timedelta(hours=24))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (told_by_responder(serial_number=7), "about another certificate"),
        (told_by_responder(name_hash=bytes(32)), "about another certificate"),
        (told_by_responder(key_hash=bytes(32)), "about another certificate"),
        (told_by_responder(said_at=TODAY - timedelta(days=2), renewed_at=TODAY), "was to be renewed at"),
        (told_by_responder(said_at=TODAY + timedelta(minutes=6)), "still to come"),
        (told_by_responder(said_at=TODAY - timedelta(hours=25), renewed_at=None), "says no nextUpdate"),
        ("MAo=", "cannot be read"),
        ("no Base64", "cannot be read"),
    ],
    ids=["serial", "name", "key", "old", "early", "old without an end", "broken", "text"],
)
def test_answer_about_another_certificate_or_another_day_is_refused(answer: str, reason: str) -> None:
    with pytest.raises(OcspAnswerRefused, match=reason):
        read(answer)


def test_answer_by_another_algorithm_is_refused() -> None:
    asked = msgspec.structs.replace(CHAIN_CERTIFICATE, algorithm="SHA512")

    with pytest.raises(OcspAnswerRefused, match="another certificate"):
        read(told_by_responder(), asked)


@pytest.mark.parametrize("age", [timedelta(minutes=-4), timedelta(hours=24)])
def test_answer_that_does_not_say_when_it_is_renewed_is_good_for_a_while(age: timedelta) -> None:
    said = told_by_responder(said_at=TODAY - age, renewed_at=None)

    assert read(said) == (RevocationStatus.GOOD, None)


def test_answer_that_says_when_it_is_renewed_may_be_older() -> None:
    renewed_at = TODAY + timedelta(days=1)

    said = told_by_responder(said_at=TODAY - timedelta(days=6), renewed_at=renewed_at)

    assert read(said) == (RevocationStatus.GOOD, renewed_at)


class Responders:
    """They answer by their address, or not at all; where there is nobody, Failed."""

    def __init__(self, answers: Mapping[str, str], *, silent: Collection[str] = ()) -> None:
        self._answers = answers
        self._silent = silent

    async def ask_status(self, question: AskCertificateStatus) -> CertificateStatusReply:
        if question.question.responder_url in self._silent:
            await asyncio.Event().wait()
        answer = self._answers.get(question.question.responder_url)
        return CertificateStatusReply("Failed" if answer is None else "Accepted", answer)

    async def ask_certificate(self, question: AskEvCertificate) -> EvCertificateReply:
        raise AssertionError(question)


async def test_each_certificate_of_a_chain_has_the_answer_of_its_own_responder() -> None:
    responders = Responders(
        {
            "http://good": told_by_responder(),
            "http://revoked": told_by_responder(ocsp.OCSPCertStatus.REVOKED),
            "http://another": told_by_responder(name_hash=bytes(32)),
            "http://broken": "MAo=",
        }
    )
    asked = [("OCSP", ["http://nobody", "http://good"]), ("OCSP", ["http://revoked"]), ("OCSP", ["http://another"])]
    more = [("OCSP", ["http://broken"]), ("CRL", ["http://good"])]

    async with gateway_in_memory(ev_certificates=responders) as csms, await station(csms, version=V21) as socket:
        answers = [await ask_chain(socket, part, str(number)) for number, part in enumerate((asked, more), start=1)]

    told = [one for answer in answers for one in answer]
    assert [one["status"] for one in told] == ["Good", "Revoked", "Failed", "Failed", "Failed"]
    assert [one["source"] for one in told] == ["OCSP"] * 4 + ["CRL"]
    assert {one["nextUpdate"] for one in told[:2]} == {f"{TODAY + timedelta(days=7):%Y-%m-%dT%H:%M:%S}.000Z"}
    assert all(one["certificateHashData"] == CHAIN_HASH for one in told)


async def test_chain_is_answered_in_time_although_responders_are_silent() -> None:
    silent = [f"http://silent/{number}" for number in range(4)]
    responders = Responders({"http://good": told_by_responder()}, silent=silent)
    asked = [("OCSP", [*silent, "http://good"]), ("OCSP", silent)]

    async with (
        gateway_in_memory(ev_certificates=responders, CSMS_EV_CERTIFICATE_TIMEOUT_S="0.5") as csms,
        await station(csms, version=V21) as socket,
        asyncio.timeout(5),
    ):
        told = await ask_chain(socket, asked, "1")

    assert [one["status"] for one in told] == ["Good", "Failed"]


async def test_old_answer_is_refused_and_the_next_responder_asked() -> None:
    old = told_by_responder(said_at=TODAY - timedelta(hours=2), renewed_at=None)
    responders = Responders({"http://old": old, "http://good": told_by_responder()})
    asked = [("OCSP", ["http://old", "http://good"]), ("OCSP", ["http://old"])]

    async with (
        gateway_in_memory(ev_certificates=responders, CSMS_OCSP_MAX_AGE_S="3600") as csms,
        await station(csms, version=V21) as socket,
    ):
        with capture_logs() as logged:
            told = await ask_chain(socket, asked, "1")

    assert [one["status"] for one in told] == ["Good", "Failed"]
    refused = [one for one in logged if one["event"] == "OCSP answer refused"]
    assert [one["url"] for one in refused] == ["http://old"] * 2
    assert all("says no nextUpdate" in one["reason"] for one in refused)


async def ask_chain(socket: ClientConnection, asked: list[tuple[str, list[str]]], number: str) -> list[dict[str, Any]]:
    questions = [{"certificateHashData": CHAIN_HASH, "source": source, "urls": urls} for source, urls in asked]
    answered = await call(socket, "GetCertificateChainStatus", {"certificateStatusRequests": questions}, number)
    assert answered[0] == 3
    return list(answered[2]["certificateStatus"])
