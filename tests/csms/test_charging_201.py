"""What a 2.0.1 station says around charging: contract certificates, reservations, costs, an EVSE named later."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import websockets
from cryptography.hazmat.primitives.serialization import Encoding
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from csms.adapters.contracts import judge_chain
from protocol.blocks.authorization.messages import ContractStatus
from protocol.bus.catalogue import STATION_EVENTS
from protocol.bus.envelope import decode_envelope
from protocol.domain.identifiers import DriverId, IdToken, IdTokenType, tenant_token_key
from tests.csms.harness import TOKEN_KEY, GatewayInMemory, call, gateway_in_memory, station_key
from tests.factories.certificates import MinimalAuthority

T = "2026-01-01T00:00:00Z"
EMAID = {"idToken": "DE8ACC12E46L89", "type": "eMAID"}


def hashes(serial: str) -> list[dict[str, str]]:
    return [
        {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": "aa",
            "issuerKeyHash": "bb",
            "serialNumber": serial,
            "responderURL": "http://ocsp.example",
        }
    ]


@pytest_asyncio.fixture
async def csms() -> AsyncIterator[GatewayInMemory]:
    async with gateway_in_memory(CSMS_CONTRACT_PROVIDER="sandbox") as gateway:
        token = IdToken("DE8ACC12E46L89", IdTokenType.EMAID)
        gateway.authority.drivers[token.ref(tenant_token_key(TOKEN_KEY.encode(), station_key().tenant))] = DriverId("d")
        yield gateway


async def station_201(csms: GatewayInMemory) -> ClientConnection:
    return await connect(csms.url(), subprotocols=[websockets.Subprotocol("ocpp2.0.1")])


def facts(csms: GatewayInMemory, type_: str) -> list[Any]:
    envelopes = [decode_envelope(event.payload) for event in csms.publisher.published]
    return [STATION_EVENTS.decode(envelope) for envelope in envelopes if envelope.type == f"ev.v1.station.{type_}"]


def pem(authority: MinimalAuthority) -> str:
    return authority.certificate.public_bytes(Encoding.PEM).decode()


def transaction(kind: str, seq_no: int, **fields: Any) -> dict[str, Any]:
    return {
        "eventType": kind,
        "timestamp": T,
        "triggerReason": "Authorized",
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": "T1"},
    } | fields


@pytest.mark.parametrize(
    ("serial", "status", "verdict"),
    [
        ("01", "Accepted", "Accepted"),
        ("DEAD01", "CertificateRevoked", "Invalid"),
        ("cafe", "ContractCancelled", "Invalid"),
    ],
)
async def test_contract_is_judged_by_the_names_of_its_chain(
    csms: GatewayInMemory, serial: str, status: str, verdict: str
) -> None:
    async with await station_201(csms) as socket:
        answer = await call(socket, "Authorize", {"idToken": EMAID, "iso15118CertificateHashData": hashes(serial)})

    assert (answer[2]["certificateStatus"], answer[2]["idTokenInfo"]["status"]) == (status, verdict)


async def test_contract_that_is_no_certificate_is_refused(csms: GatewayInMemory) -> None:
    async with await station_201(csms) as socket:
        answer = await call(socket, "Authorize", {"idToken": EMAID, "certificate": "PEM"})

    assert answer[2] == {"certificateStatus": "CertChainError", "idTokenInfo": {"status": "Invalid"}}


async def test_contract_of_somebody_unknown_is_no_reason_to_let_him_in(csms: GatewayInMemory) -> None:
    csms.authority.drivers.clear()
    async with await station_201(csms) as socket:
        answer = await call(socket, "Authorize", {"idToken": EMAID, "iso15118CertificateHashData": hashes("01")})

    assert answer[2] == {"certificateStatus": "Accepted", "idTokenInfo": {"status": "Unknown"}}


async def test_without_a_provider_no_contract_lets_anybody_in() -> None:
    async with gateway_in_memory() as csms, await station_201(csms) as socket:
        answer = await call(socket, "Authorize", {"idToken": EMAID, "iso15118CertificateHashData": hashes("01")})

    assert answer[2] == {"certificateStatus": "NoCertificateAvailable", "idTokenInfo": {"status": "Invalid"}}


def test_chain_holds_together_or_says_how_not(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    root, stranger = MinimalAuthority(tmp_path, "Root"), MinimalAuthority(tmp_path, "Root")
    leaf = root.issue("contract").certificate.read_text()

    assert judge_chain(leaf + pem(root), now=now) is ContractStatus.ACCEPTED
    assert judge_chain(leaf + pem(stranger), now=now) is ContractStatus.SIGNATURE_ERROR
    assert judge_chain(leaf, now=now + timedelta(days=10_000)) is ContractStatus.CERTIFICATE_EXPIRED


async def test_end_of_a_reservation_is_a_fact_before_it_is_answered(csms: GatewayInMemory) -> None:
    update = {"reservationId": 7, "reservationUpdateStatus": "Expired"}
    async with await station_201(csms) as socket:
        assert await call(socket, "ReservationStatusUpdate", update) == [3, "1", {}]
        csms.publisher.fails = True
        with pytest.raises(ConnectionClosed):
            await call(socket, "ReservationStatusUpdate", update, "2")

    (fact,) = facts(csms, "reservation.status_reported")
    assert (fact.reservation_id, fact.status) == (7, "Expired")


async def test_end_hears_what_it_cost_and_an_update_asks_nobody(csms: GatewayInMemory) -> None:
    csms.costs.totals["T1"] = Decimal("7.50")
    async with await station_201(csms) as socket:
        updated = await call(socket, "TransactionEvent", transaction("Updated", 1))
        late = await call(socket, "TransactionEvent", transaction("Ended", 2, offline=True), "2")
        ended = await call(socket, "TransactionEvent", transaction("Ended", 3), "3")

    assert (updated[2], late[2], ended[2]) == ({}, {}, {"totalCost": 7.5})
    assert csms.costs.asked == ["T1"]


async def test_start_without_an_evse_leaves_it_open(csms: GatewayInMemory) -> None:
    async with await station_201(csms) as socket:
        await call(socket, "TransactionEvent", transaction("Started", 0))
        await call(socket, "TransactionEvent", transaction("Updated", 1, evse={"id": 2, "connectorId": 1}), "2")

    (started,), (updated,) = facts(csms, "transactions.started"), facts(csms, "transactions.updated")
    assert (started.evse, updated.evse) == (None, 2)
