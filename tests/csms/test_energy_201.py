"""What a 2.0.1 station says of limits, vehicles, firmware and certificates: each message is a fact, and is answered.

Also over 2.1, which carries the routes over.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from protocol.blocks.certificates.messages import CertificateStatusReply, EvCertificateReply
from protocol.blocks.certificates.queries import AskCertificateStatus, AskEvCertificate
from protocol.bus.catalogue import STATION_EVENTS
from protocol.bus.commands import RegistryEntry
from protocol.bus.envelope import decode_envelope
from tests.csms.harness import GatewayInMemory, call, gateway_in_memory, station_key
from tests.protocol.blocks.samples.v201 import HASH_201, MAX_PROFILE_201, SAMPLES, SCHEDULE_201

T = "2026-01-01T00:00:00Z"
EXI = {"iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef", "action": "Install", "exiRequest": "gJg="}


class Provider:
    """Provides what it was told to."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def ask_status(self, question: AskCertificateStatus) -> CertificateStatusReply:
        self.asked.append(question)
        return CertificateStatusReply("Accepted", "MAo=")

    async def ask_certificate(self, question: AskEvCertificate) -> EvCertificateReply:
        self.asked.append(question)
        return EvCertificateReply("Accepted", "gJk=")


@pytest.fixture(params=["2.0.1", "2.1"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture
async def csms() -> AsyncIterator[GatewayInMemory]:
    async with gateway_in_memory() as gateway:
        yield gateway


async def station(csms: GatewayInMemory, version: str = "2.0.1") -> ClientConnection:
    return await connect(csms.url(), subprotocols=[websockets.Subprotocol(f"ocpp{version}")])


def facts(csms: GatewayInMemory, type_: str) -> list[Any]:
    envelopes = [decode_envelope(event.payload) for event in csms.publisher.published]
    return [STATION_EVENTS.decode(envelope) for envelope in envelopes if envelope.type == f"ev.v1.station.{type_}"]


@pytest.mark.parametrize(
    ("action", "payload", "answer", "type_", "expected"),
    [
        (
            "NotifyChargingLimit",
            {"chargingLimit": {"chargingLimitSource": "EMS"}, "evseId": 0, "chargingSchedule": [SCHEDULE_201]},
            {},
            "smart_charging.limit_notified",
            {"source": "EMS", "evse": None, "is_grid_critical": None},
        ),
        (
            "ClearedChargingLimit",
            {"chargingLimitSource": "SO", "evseId": 1},
            {},
            "smart_charging.limit_cleared",
            {"source": "SO", "evse": 1},
        ),
        (
            "ReportChargingProfiles",
            {
                "requestId": 3,
                "chargingLimitSource": "CSO",
                "evseId": 0,
                "chargingProfile": [MAX_PROFILE_201],
                "tbc": True,
            },
            {},
            "smart_charging.profiles_reported",
            {"request_id": 3, "evse": None, "source": "CSO", "has_more": True},
        ),
        (
            "NotifyEVChargingSchedule",
            {"timeBase": T, "chargingSchedule": SCHEDULE_201, "evseId": 1},
            {"status": "Accepted"},
            "smart_charging.schedule_notified",
            {"evse": 1},
        ),
        (
            "FirmwareStatusNotification",
            {"status": "Downloading", "requestId": 8},
            {},
            "firmware.status_reported",
            {"status": "Downloading", "request_id": 8, "is_signed": False},
        ),
        (
            "PublishFirmwareStatusNotification",
            {"status": "Published", "requestId": 9, "location": ["http://10.0.0.1/x"]},
            {},
            "firmware.publication_reported",
            {"status": "Published", "request_id": 9, "locations": ("http://10.0.0.1/x",)},
        ),
        (
            "SecurityEventNotification",
            {"type": "TamperDetectionActivated", "timestamp": T, "techInfo": "lid"},
            {},
            "security.reported",
            {"kind": "TamperDetectionActivated", "info": "lid"},
        ),
        (
            "DataTransfer",
            {"vendorId": "org.nobody", "data": {"idToken": "CARD1234"}},
            {"status": "UnknownVendorId"},
            "data_transfer.transferred",
            {"vendor": "org.nobody", "data": '{"idToken":"…234"}', "status": "UnknownVendorId"},
        ),
    ],
)
async def test_report_is_a_fact_before_it_is_answered(
    csms: GatewayInMemory,
    version: str,
    action: str,
    payload: object,
    answer: object,
    type_: str,
    expected: dict[str, object],
) -> None:
    async with await station(csms, version) as socket:
        answered = await call(socket, action, payload)
        (fact,) = facts(csms, type_)

        csms.publisher.fails = True
        with pytest.raises(ConnectionClosed):
            await call(socket, action, payload, "2")

    assert answered == [3, "1", answer]
    assert {name: getattr(fact, name) for name in expected} == expected


@pytest.mark.parametrize(("spoken", "word"), [("2.0.1", "Rejected"), ("2.1", "NoChargingProfile")])
async def test_needs_that_nobody_plans_for_are_a_fact_all_the_same(
    csms: GatewayInMemory, spoken: str, word: str
) -> None:
    async with await station(csms, spoken) as socket:
        answered = await call(socket, "NotifyEVChargingNeeds", SAMPLES["NotifyEVChargingNeeds"][0])

    (fact,) = facts(csms, "smart_charging.needs_notified")
    assert answered == [3, "1", {"status": word, "statusInfo": {"reasonCode": "NoPlanning"}}]
    assert (fact.evse, fact.status, fact.max_periods) == (1, "NoChargingProfile", 12)


async def test_priority_of_a_transaction_is_a_fact(csms: GatewayInMemory) -> None:
    async with await station(csms, "2.1") as socket:
        answered = await call(socket, "NotifyPriorityCharging", {"transactionId": "t1", "activated": True})

    (fact,) = facts(csms, "smart_charging.priority_notified")
    assert answered == [3, "1", {}]
    assert (fact.transaction_id, fact.is_active) == ("t1", True)


async def test_profile_that_nobody_knows_is_not_updated(csms: GatewayInMemory) -> None:
    async with await station(csms, "2.1") as socket:
        answered = await call(socket, "PullDynamicScheduleUpdate", {"chargingProfileId": 1})

    assert answered == [3, "1", {"status": "Rejected", "statusInfo": {"reasonCode": "NoAnswer"}}]


async def test_needs_are_accepted_where_the_operator_plans(csms: GatewayInMemory) -> None:
    csms.registry.entries[station_key()] = RegistryEntry(plans_charging=True)
    async with await station(csms) as socket:
        answered = await call(socket, "NotifyEVChargingNeeds", SAMPLES["NotifyEVChargingNeeds"][0])

    assert answered == [3, "1", {"status": "Accepted"}]
    assert facts(csms, "smart_charging.needs_notified")[0].status == "Accepted"


async def test_source_that_came_with_21_is_kept(csms: GatewayInMemory) -> None:
    async with await station(csms, "2.1") as socket:
        answered = await call(socket, "ClearedChargingLimit", {"chargingLimitSource": "LocalSolar"})

    assert answered == [3, "1", {}]
    assert facts(csms, "smart_charging.limit_cleared")[0].source == "LocalSolar"


async def test_publication_without_a_way_to_it_is_a_surprise_and_another_order_begins_anew(
    csms: GatewayInMemory,
) -> None:
    words = [("Downloading", 1), ("Published", 1), ("ChecksumVerified", 2), ("Published", 2)]
    async with await station(csms) as socket:
        for number, (word, request_id) in enumerate(words):
            payload = {"status": word, "requestId": request_id}
            await call(socket, "PublishFirmwareStatusNotification", payload, str(number))

    reported = facts(csms, "firmware.publication_reported")
    assert [fact.is_surprise for fact in reported] == [False, True, False, False]


@pytest.mark.parametrize("use", [None, "V2GCertificate", "ChargingStationCertificate"])
async def test_use_of_the_certificate_is_in_the_fact(csms: GatewayInMemory, use: str | None) -> None:
    request = "-----BEGIN CERTIFICATE REQUEST-----\nMAMCAQE=\n-----END CERTIFICATE REQUEST-----\n"
    payload = {"csr": request} | ({} if use is None else {"certificateType": use})
    async with await station(csms) as socket:
        answered = await call(socket, "SignCertificate", payload)

    assert answered == [3, "1", {"status": "Accepted"}]
    assert [fact.use for fact in facts(csms, "certificates.signing_requested")] == [use]


async def test_what_is_no_signing_request_is_rejected_with_a_reason(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        answered = await call(socket, "SignCertificate", {"csr": "no request"})

    assert answered == [3, "1", {"status": "Rejected", "statusInfo": {"reasonCode": "InvalidCSR"}}]


async def test_without_a_provider_the_answer_is_failed(csms: GatewayInMemory, version: str) -> None:
    reason = {"status": "Failed", "statusInfo": {"reasonCode": "NoProvider"}}
    async with await station(csms, version) as socket:
        certificate = await call(socket, "Get15118EVCertificate", EXI)
        question = {"ocspRequestData": HASH_201 | {"responderURL": "https://ocsp.example"}}
        status = await call(socket, "GetCertificateStatus", question, "2")

    assert certificate == [3, "1", reason | {"exiResponse": ""}]
    assert status == [3, "2", reason]


async def test_provider_is_asked_for_the_station() -> None:
    provider = Provider()
    async with gateway_in_memory(ev_certificates=provider) as csms, await station(csms) as socket:
        certificate = await call(socket, "Get15118EVCertificate", EXI)
        question = {"ocspRequestData": HASH_201 | {"responderURL": "https://ocsp.example"}}
        status = await call(socket, "GetCertificateStatus", question, "2")

    assert certificate == [3, "1", {"status": "Accepted", "exiResponse": "gJk="}]
    assert status == [3, "2", {"status": "Accepted", "ocspResult": "MAo="}]
    assert [(one.tenant, one.station) for one in provider.asked] == [("default", "CP001")] * 2
    assert provider.asked[1].question.responder_url == "https://ocsp.example"
