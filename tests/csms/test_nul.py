"""No NUL of a station leaves the gateway in a fact or in an answer: no service could store it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection

from csms.commands import CommandDesk
from protocol.bus.commands import CommandAnswer, CommandRequest, Outcome
from protocol.bus.envelope import decode_envelope, event_id
from protocol.bus.subjects import Kind
from protocol.ocppj.repairs import drop_nul
from tests.csms.harness import GatewayInMemory, call, gateway_in_memory, station, station_key, until

T = "2026-01-01T12:00:00Z"
RAW = {"action": "GetConfiguration", "payload": {}}
CONFIGURATION = {"configurationKey": [{"key": "Na\0me", "readonly": False, "value": "a\0\0"}], "unknownKey": ["\0"]}


@pytest_asyncio.fixture
async def csms() -> AsyncIterator[GatewayInMemory]:
    async with gateway_in_memory() as gateway:
        yield gateway


def facts(csms: GatewayInMemory) -> dict[str, bytes]:
    """The payloads of the facts by the end of their subject."""
    said: dict[str, bytes] = {}
    for event in csms.publisher.published:
        if f".{Kind.FRAME.value}." not in event.subject:
            name = event.subject.rsplit(".", 1)[1]
            said[name] = said.get(name, b"") + event.payload
    return said


async def command(csms: GatewayInMemory, socket: ClientConnection, name: str, message: object, reply: list[Any]) -> Any:
    await call(socket, "Heartbeat", {})
    request = CommandRequest(
        name, msgspec.Raw(msgspec.json.encode(message)), epoch=csms.presence.epochs[station_key()], timeout_s=2
    )
    desk = CommandDesk(csms.gateway.sessions.find)
    asked = asyncio.create_task(desk.carry_out(station_key(), msgspec.json.encode(request)))
    sent = json.loads(await asyncio.wait_for(socket.recv(), 5))
    await socket.send(json.dumps([reply[0], sent[1], *reply[1:]]))
    answer = await asked
    assert not drop_nul(answer)
    return msgspec.json.decode(answer, type=CommandAnswer)


@pytest.mark.parametrize(
    ("action", "payload", "fact"),
    [
        ("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M\0", "meterType": "\0"}, "booted"),
        (
            "StatusNotification",
            {"connectorId": 1, "errorCode": "Er\0ror", "status": "Available", "a\0b": 1},
            "status_reported",
        ),
        ("DataTransfer", {"vendorId": "x\0", "data": '{"idTag":"a\0b"}'}, "transferred"),
        ("DataTransfer", {"vendorId": "x", "data": "a\0b"}, "transferred"),
        ("Authorize", {"idTag": {"a\0": "\0"}}, "quarantined"),
        ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Of\0f"}, "quarantined"),
        ("Of its\0 own", {}, "quarantined"),
    ],
)
async def test_fact_holds_no_nul(csms: GatewayInMemory, action: str, payload: object, fact: str) -> None:
    async with await station(csms) as socket:
        await call(socket, action, payload, "7\0")
        await until(lambda: fact in facts(csms))

    assert b"drop_nul" in facts(csms).get("deviated", b"") or fact == "quarantined"
    assert not [name for name, said in facts(csms).items() if drop_nul(said)]


async def test_message_id_is_answered_with_its_nul(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        answer = await call(socket, "Heartbeat\0", {}, "7\0")

    assert answer[:2] == [3, "7\0"]


async def test_frame_that_is_no_json_is_shown_without_nul(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        await socket.send('[2,"7\0","Heartbeat",{"a":"\0"')
        await until(lambda: "quarantined" in facts(csms))

    assert not drop_nul(facts(csms)["quarantined"])
    csms.gateway.message_log.flush(csms.publisher)
    logged = [event.payload for event in csms.publisher.published if f".{Kind.FRAME.value}." in event.subject]
    assert logged
    assert not any(map(drop_nul, logged))


async def test_raw_values_name_the_fact_and_their_nuls_belong_to_them(csms: GatewayInMemory) -> None:
    start = {"connectorId": 1, "idTag": "CARD\0\0", "meterStart": 100, "timestamp": T}

    async with await station(csms) as socket:
        await call(socket, "StartTransaction", start)

    envelope = decode_envelope(facts(csms)["started"])
    assert envelope.id == event_id("default", "CP001", "StartTransaction", "1", "CARD\0\0", T, "100")


async def test_answer_to_a_command_holds_no_nul(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        typed = await command(csms, socket, "get_variables", {"names": []}, [3, CONFIGURATION])
        raw = await command(csms, socket, "raw", RAW, [3, CONFIGURATION])
        session = csms.gateway.sessions.find(station_key())
        rules = session.station.deviations.rules if session else ()

    assert typed.outcome is raw.outcome is Outcome.ANSWERED
    assert json.loads(bytes(raw.reply))["payload"]["configurationKey"][0]["value"] == "a"
    assert rules == ("drop_nul",)


async def test_call_error_holds_no_nul(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        refused = await command(csms, socket, "raw", RAW, [4, "Generic\0Error", "why\0", {"a": "\0"}])
        session = csms.gateway.sessions.find(station_key())
        rules = session.station.deviations.rules if session else ()

    assert (refused.outcome, refused.error_code, refused.detail) == (Outcome.CALL_ERROR, "GenericError", "why")
    assert rules == ("drop_nul",)
