"""Commands to a station over a real socket: what it hears, and what its answer comes back as."""

import asyncio
import json

import msgspec
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from csms.commands import CommandDesk
from protocol.blocks.remote_control.messages import TriggerKind, TriggerMessage
from protocol.bus.commands import CommandAnswer, CommandRequest, Outcome, RawAnswer, RawCall
from tests.csms.harness import GatewayInMemory, call, station, station_key


async def test_command_reaches_the_station_and_its_answer_comes_back(csms: GatewayInMemory) -> None:
    desk = CommandDesk(csms.gateway.sessions.find)
    message = msgspec.Raw(msgspec.json.encode(TriggerMessage(TriggerKind.HEARTBEAT)))
    async with await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        epoch = csms.presence.epochs[station_key()]
        asked = asyncio.create_task(
            desk.carry_out(station_key(), msgspec.json.encode(CommandRequest("trigger", message, epoch=epoch)))
        )
        frame = json.loads(await asyncio.wait_for(socket.recv(), 5))
        await socket.send(json.dumps([3, frame[1], {"status": "Accepted"}]))
        answer = msgspec.json.decode(await asked, type=CommandAnswer)

    assert frame[2:] == ["TriggerMessage", {"requestedMessage": "Heartbeat"}]
    assert answer.outcome is Outcome.ANSWERED
    assert msgspec.json.decode(answer.reply)["status"] == "Accepted"


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ('[4,"{id}","InternalError","broken",{{}}]', Outcome.CALL_ERROR),
        ('[3,"{id}",{{"status":"Maybe"}}]', Outcome.UNREADABLE),
        ('[3,"{id}","Accepted"]', Outcome.UNREADABLE),
        ("", Outcome.TIMED_OUT),
    ],
)
async def test_command_without_a_proper_answer_says_which(csms: GatewayInMemory, reply: str, outcome: Outcome) -> None:
    desk = CommandDesk(csms.gateway.sessions.find)
    message = msgspec.Raw(msgspec.json.encode(TriggerMessage(TriggerKind.HEARTBEAT)))
    async with await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        request = CommandRequest("trigger", message, epoch=csms.presence.epochs[station_key()], timeout_s=0.3)
        asked = asyncio.create_task(desk.carry_out(station_key(), msgspec.json.encode(request)))
        frame = json.loads(await asyncio.wait_for(socket.recv(), 5))
        if reply:
            await socket.send(reply.format(id=frame[1]))
        answer = msgspec.json.decode(await asked, type=CommandAnswer)
        again = await call(socket, "Heartbeat", {}, "after")

    assert answer.outcome is outcome
    assert again[:2] == [3, "after"]


async def raw(csms: GatewayInMemory, socket: ClientConnection, action: str, payload: str, reply: str) -> CommandAnswer:
    """What the station heard is answered with `reply`; nothing is heard of a CALL that is not sent."""
    message = msgspec.Raw(msgspec.json.encode(RawCall(action, msgspec.Raw(payload.encode()))))
    await call(socket, "Heartbeat", {})
    request = CommandRequest("raw", message, epoch=csms.presence.epochs[station_key()], timeout_s=1)
    desk = CommandDesk(csms.gateway.sessions.find)
    asked = asyncio.create_task(desk.carry_out(station_key(), msgspec.json.encode(request)))
    if reply:
        frame = json.loads(await asyncio.wait_for(socket.recv(), 5))
        assert frame[2:] == [action, json.loads(payload)]
        await socket.send(f'[3,"{frame[1]}",{reply}]')
    return msgspec.json.decode(await asked, type=CommandAnswer)


@pytest.mark.parametrize("reply", ['{"status":"Accepted"}', '{"status":"Of our own","more":[1]}'])
async def test_raw_call_is_sent_and_answered_word_for_word(csms: GatewayInMemory, reply: str) -> None:
    async with await station(csms) as socket:
        answer = await raw(csms, socket, "ClearCache", "{ }", reply)

    assert answer.outcome is Outcome.ANSWERED
    assert bytes(msgspec.json.decode(answer.reply, type=RawAnswer).payload) == reply.encode()


async def test_raw_call_that_we_cannot_read_is_sent_where_its_schema_is_kept(csms: GatewayInMemory) -> None:
    payload = '{"connectorId":1,"expiryDate":"tomorrow","idTag":"CARD","reservationId":1}'

    async with await station(csms) as socket:
        answer = await raw(csms, socket, "ReserveNow", payload, '{"status":"Rejected"}')

    assert answer.outcome is Outcome.ANSWERED


async def test_raw_trigger_of_what_we_have_no_word_for_is_sent_all_the_same(csms: GatewayInMemory) -> None:
    payload = '{"requestedMessage":"PublishFirmwareStatusNotification"}'

    async with connect(csms.url(), subprotocols=[websockets.Subprotocol("ocpp2.0.1")]) as socket:
        answer = await raw(csms, socket, "TriggerMessage", payload, '{"status":"NotImplemented"}')

    assert answer.outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("action", "payload", "outcome"),
    [
        ("Reset", '{"type":"Medium"}', Outcome.NOT_VALID),
        ("Reset", "{}", Outcome.NOT_VALID),
        ("BootNotification", "{}", Outcome.NOT_EXPRESSIBLE),
        ("RequestStartTransaction", "{}", Outcome.NOT_EXPRESSIBLE),
    ],
)
async def test_raw_call_that_the_version_does_not_have_is_not_sent(
    csms: GatewayInMemory, action: str, payload: str, outcome: Outcome
) -> None:
    async with await station(csms) as socket:
        answer = await raw(csms, socket, action, payload, "")
        after = await call(socket, "Heartbeat", {}, "after")

    assert answer.outcome is outcome
    assert after[:2] == [3, "after"]


async def test_command_whose_turn_does_not_come_in_time_is_never_sent(csms: GatewayInMemory) -> None:
    desk = CommandDesk(csms.gateway.sessions.find)
    message = msgspec.Raw(msgspec.json.encode(TriggerMessage(TriggerKind.HEARTBEAT)))
    async with await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        epoch = csms.presence.epochs[station_key()]
        patient = CommandRequest("trigger", message, epoch=epoch, timeout_s=0.6)
        hasty = CommandRequest("trigger", message, epoch=epoch, timeout_s=0.2)
        answers = await asyncio.gather(
            *(desk.carry_out(station_key(), msgspec.json.encode(request)) for request in (patient, hasty))
        )
        first = json.loads(await asyncio.wait_for(socket.recv(), 5))
        after = await call(socket, "Heartbeat", {}, "after")

    outcomes = [msgspec.json.decode(answer, type=CommandAnswer).outcome for answer in answers]
    assert outcomes == [Outcome.TIMED_OUT, Outcome.BUSY]
    assert first[2] == "TriggerMessage"
    assert after[:2] == [3, "after"]


async def test_command_of_another_epoch_is_not_here(csms: GatewayInMemory) -> None:
    desk = CommandDesk(csms.gateway.sessions.find)
    async with await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        request = CommandRequest("trigger", msgspec.Raw(b'{"requested":"Heartbeat"}'), epoch=999)
        answer = msgspec.json.decode(
            await desk.carry_out(station_key(), msgspec.json.encode(request)), type=CommandAnswer
        )

    assert answer.outcome is Outcome.NOT_HERE


async def test_version_that_cannot_say_it_is_told_before_anything_is_sent(csms: GatewayInMemory) -> None:
    desk = CommandDesk(csms.gateway.sessions.find)
    message = msgspec.Raw(msgspec.json.encode(TriggerMessage(TriggerKind.TRANSACTION_EVENT)))
    async with await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        request = CommandRequest("trigger", message, epoch=csms.presence.epochs[station_key()])
        answer = msgspec.json.decode(
            await desk.carry_out(station_key(), msgspec.json.encode(request)), type=CommandAnswer
        )

    assert answer.outcome is Outcome.NOT_EXPRESSIBLE
    assert "1.6" in answer.detail
