"""What a 1.6 station says beside charging: each message over a real socket becomes its fact and gets its answer."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from websockets.exceptions import ConnectionClosed

from csms.commands import CommandDesk
from protocol.blocks.data_transfer.messages import DataTransfer, DataTransferReply, DataTransferStatus
from protocol.bus.catalogue import STATION_EVENTS
from protocol.bus.commands import CommandAnswer, CommandRequest, Outcome
from protocol.bus.envelope import decode_envelope
from protocol.domain.identifiers import DriverId, IdToken, StationKey, tenant_token_key
from tests.csms.harness import TOKEN_KEY, GatewayInMemory, call, gateway_in_memory, station, station_key

T = "2026-01-01T00:00:00Z"


class SocketCounter:
    """A vendor's plug-in: counts the bytes of what its stations report, and understands nothing else."""

    def __init__(self) -> None:
        self.asked: list[tuple[StationKey, str]] = []

    async def answer(self, message: DataTransfer, station: StationKey) -> DataTransferReply:
        if message.message_id == "hang":
            await asyncio.sleep(60)
        if message.message_id != "count":
            return DataTransferReply(DataTransferStatus.UNKNOWN_MESSAGE_ID)
        self.asked.append((station, message.data or ""))
        return DataTransferReply(DataTransferStatus.ACCEPTED, data=str(len(message.data or "")))


@pytest.fixture
def plug_in() -> SocketCounter:
    return SocketCounter()


@pytest_asyncio.fixture
async def csms(plug_in: SocketCounter) -> AsyncIterator[GatewayInMemory]:
    async with gateway_in_memory(vendors={"com.example": plug_in}, CSMS_VENDOR_TIMEOUT_S="0.1") as gateway:
        yield gateway


def facts(csms: GatewayInMemory, type_: str) -> list[Any]:
    envelopes = [decode_envelope(event.payload) for event in csms.publisher.published]
    return [STATION_EVENTS.decode(envelope) for envelope in envelopes if envelope.type == f"ev.v1.station.{type_}"]


def signing_request() -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CP001")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name)
    return request.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("action", "payload", "type_", "expected"),
    [
        (
            "FirmwareStatusNotification",
            {"status": "Downloading"},
            "firmware.status_reported",
            {"status": "Downloading", "request_id": None, "is_signed": False},
        ),
        (
            "SignedFirmwareStatusNotification",
            {"status": "InvalidSignature", "requestId": 3},
            "firmware.status_reported",
            {"status": "InvalidSignature", "request_id": 3, "is_signed": True},
        ),
        (
            "DiagnosticsStatusNotification",
            {"status": "UploadFailed"},
            "diagnostics.status_reported",
            {"status": "UploadFailure", "request_id": None},
        ),
        (
            "LogStatusNotification",
            {"status": "PermissionDenied", "requestId": 3},
            "diagnostics.status_reported",
            {"status": "PermissionDenied", "request_id": 3},
        ),
        (
            "SecurityEventNotification",
            {"type": "TamperDetectionActivated", "timestamp": T, "techInfo": "lid"},
            "security.reported",
            {"kind": "TamperDetectionActivated", "info": "lid"},
        ),
    ],
)
async def test_report_is_a_fact_before_it_is_answered(
    csms: GatewayInMemory, action: str, payload: object, type_: str, expected: dict[str, object]
) -> None:
    async with await station(csms) as socket:
        answer = await call(socket, action, payload)
        (fact,) = facts(csms, type_)

        csms.publisher.fails = True
        with pytest.raises(ConnectionClosed):
            await call(socket, action, payload, "2")

    assert answer == [3, "1", {}]
    assert {name: getattr(fact, name) for name in expected} == expected


async def test_security_event_keeps_the_time_of_the_station(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        await call(socket, "SecurityEventNotification", {"type": "MemoryExhaustion", "timestamp": T})

    envelopes = [decode_envelope(event.payload) for event in csms.publisher.published]
    (envelope,) = (envelope for envelope in envelopes if envelope.type == "ev.v1.station.security.reported")
    assert envelope.occurredat is not None
    assert envelope.occurredat.isoformat() == "2026-01-01T00:00:00+00:00"


async def test_report_without_a_way_to_it_is_a_surprise_and_another_order_begins_anew(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        for number, (status, request_id) in enumerate([("Downloading", 1), ("Installed", 1), ("Installing", 2)]):
            payload = {"status": status, "requestId": request_id}
            await call(socket, "SignedFirmwareStatusNotification", payload, str(number))
        for number, status in enumerate(["Uploading", "Uploaded", "UploadFailed"]):
            await call(socket, "DiagnosticsStatusNotification", {"status": status}, f"d{number}")

    assert [fact.is_surprise for fact in facts(csms, "firmware.status_reported")] == [False, True, False]
    assert [fact.is_surprise for fact in facts(csms, "diagnostics.status_reported")] == [False, False, True]


async def test_signing_request_is_accepted_once_it_is_a_fact(csms: GatewayInMemory) -> None:
    request = signing_request()

    async with await station(csms) as socket:
        answer = await call(socket, "SignCertificate", {"csr": request})

    assert answer[2] == {"status": "Accepted"}
    assert [fact.request for fact in facts(csms, "certificates.signing_requested")] == [request]


def pem(der: bytes, label: str = "CERTIFICATE REQUEST") -> str:
    return f"-----BEGIN {label}-----\n{base64.b64encode(der).decode()}\n-----END {label}-----\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no request",
        pem(b"\x30\x03abc", "CERTIFICATE"),
        pem(b""),
        pem(b"\x31\x03abc"),
        pem(b"\x30\x04abc"),
        pem(b"\x30\x80abc"),
        pem(b"\x30\x82\x01"),
        pem(b"\x30\x03abc").replace("=", ""),
        pem(b"\x30\x03abc") * 2,
    ],
)
async def test_what_is_no_signing_request_is_rejected_and_no_fact(csms: GatewayInMemory, text: str) -> None:
    async with await station(csms) as socket:
        answer = await call(socket, "SignCertificate", {"csr": text})

    assert answer == [3, "1", {"status": "Rejected"}]
    assert facts(csms, "certificates.signing_requested") == []


async def test_unknown_vendor_gets_a_result_and_is_a_fact(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        answer = await call(socket, "DataTransfer", {"vendorId": "org.nobody", "data": "x"})

    assert answer == [3, "1", {"status": "UnknownVendorId"}]
    (fact,) = facts(csms, "data_transfer.transferred")
    assert (fact.vendor, fact.data, fact.status) == ("org.nobody", "x", "UnknownVendorId")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ('{"idTag":"CARD1234","n":1}', '{"idTag":"…234","n":1}'),
        ("idTag: CARD1234", 'idTag: "…"'),
        ("ftp://me:secret@host/a", "ftp://…@host/a"),
        ("four", "four"),
    ],
)
async def test_vendors_text_leaves_masked_and_reaches_the_plug_in_clear(
    csms: GatewayInMemory, plug_in: SocketCounter, said: str, shown: str
) -> None:
    async with await station(csms) as socket:
        await call(socket, "DataTransfer", {"vendorId": "com.example", "messageId": "count", "data": said})

    (fact,) = facts(csms, "data_transfer.transferred")
    assert fact.data == shown
    assert plug_in.asked == [(station_key(), said)]


async def test_plug_in_answers_its_vendor(csms: GatewayInMemory, plug_in: SocketCounter) -> None:
    async with await station(csms) as socket:
        known = await call(socket, "DataTransfer", {"vendorId": "com.example", "messageId": "count", "data": "four"})
        unknown = await call(socket, "DataTransfer", {"vendorId": "com.example", "messageId": "weigh"}, "2")
        slow = await call(socket, "DataTransfer", {"vendorId": "com.example", "messageId": "hang"}, "3")

    assert known[2] == {"status": "Accepted", "data": "4"}
    assert unknown[2] == {"status": "UnknownMessageId"}
    assert slow[2] == {"status": "Rejected"}
    assert plug_in.asked == [(station_key(), "four")]


async def test_group_of_a_token_is_told_to_the_station(csms: GatewayInMemory) -> None:
    ref = IdToken("CARD").ref(tenant_token_key(TOKEN_KEY.encode(), station_key().tenant))
    csms.authority.drivers[ref], csms.authority.groups[ref] = DriverId("d"), "FAMILY"
    start = {"connectorId": 1, "idTag": "CARD", "meterStart": 1, "timestamp": T}

    async with await station(csms) as socket:
        authorized = await call(socket, "Authorize", {"idTag": "CARD"})
        started = await call(socket, "StartTransaction", start, "2")

    info = {"status": "Accepted", "parentIdTag": "FAMILY"}
    assert authorized[2]["idTagInfo"] == info
    assert started[2]["idTagInfo"] == info


async def test_data_transfer_goes_to_the_station_as_a_command(csms: GatewayInMemory) -> None:
    desk = CommandDesk(csms.gateway.sessions.find)
    async with await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        session = csms.gateway.sessions.find(station_key())
        assert session is not None
        message = msgspec.Raw(msgspec.json.encode(DataTransfer("com.example", data="hello")))
        request = CommandRequest("data_transfer", message, epoch=session.epoch)
        task = asyncio.create_task(desk.carry_out(station_key(), msgspec.json.encode(request)))
        frame = json.loads(await asyncio.wait_for(socket.recv(), 5))
        await socket.send(json.dumps([3, frame[1], {"status": "Accepted", "data": "hi"}]))
        answer = msgspec.json.decode(await task, type=CommandAnswer)

    assert frame[2:] == ["DataTransfer", {"vendorId": "com.example", "data": "hello"}]
    assert answer.outcome is Outcome.ANSWERED
    assert msgspec.json.decode(answer.reply, type=DataTransferReply).data == "hi"
