"""What only stations of 2.1 say: it is in its stream before it is answered, and a SEND is answered nothing."""

import asyncio
import json
from typing import Any

import pytest

from protocol.domain.version import OcppVersion
from tests.csms.harness import GatewayInMemory, call, station

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
