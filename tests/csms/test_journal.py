"""What a gateway says of its stations' manners: the message log, deviations and quarantine, over real sockets."""

import asyncio
import json
from typing import Any

import msgspec

from csms.commands import CommandDesk
from protocol.bus.catalogue import STATION_EVENTS
from protocol.bus.commands import CommandRequest, RegistryEntry
from protocol.bus.envelope import decode_envelope
from protocol.bus.frames import FramesLogged, LoggedFrame
from protocol.tolerance.events import StationDeviated
from tests.csms.harness import GatewayInMemory, exchange, gateway_in_memory, station, station_key, until


def said(csms: GatewayInMemory, kind: type[Any]) -> list[Any]:
    csms.gateway.message_log.flush(csms.publisher)
    events = [STATION_EVENTS.decode(decode_envelope(event.payload)) for event in csms.publisher.published]
    return [event for event in events if isinstance(event, kind)]


def frames(csms: GatewayInMemory) -> list[LoggedFrame]:
    return [frame for event in said(csms, FramesLogged) for frame in event.frames]


async def test_every_frame_is_logged_with_its_verdict() -> None:
    async with gateway_in_memory() as csms, await station(csms) as socket:
        await exchange(socket, '[2,"1","Heartbeat",{}]')
        await exchange(socket, '[2,"2","Heartbeat",{"x":1}]')
        await exchange(socket, '[2,"3","Authorize",{}]')
        await exchange(socket, "[2,")
        await socket.send('[3,"unknown",{}]')
        await exchange(socket, '[2,"4","Heartbeat",{}]')
        await exchange(socket, '[2,"4","Heartbeat",{}]')
        logged = frames(csms)

    assert [(frame.message_id, frame.verdict, frame.deviations) for frame in logged] == [
        ("1", "answered", ()),
        ("2", "repaired", ("drop_unknown_fields",)),
        ("3", "OccurenceConstraintViolation", ()),
        ("", "FormationViolation", ()),
        ("unknown", "unsolicited", ()),
        ("4", "answered", ()),
        ("4", "repeated", ()),
    ]
    assert logged[3].text == "[2,"
    assert json.loads(bytes(logged[0].reply))[:2] == [3, "1"]


async def test_secret_in_the_answer_to_a_command_does_not_leave_the_process() -> None:
    async with gateway_in_memory() as csms, await station(csms) as socket:
        await exchange(socket, '[2,"1","Heartbeat",{}]')
        desk = CommandDesk(csms.gateway.sessions.find)
        request = CommandRequest(
            "get_variables", msgspec.Raw(b'{"names":[]}'), epoch=csms.presence.epochs[station_key()]
        )
        asked = asyncio.create_task(desk.carry_out(station_key(), msgspec.json.encode(request)))
        call = json.loads(await asyncio.wait_for(socket.recv(), 5))
        key = {"key": "AuthorizationKey", "readonly": "false", "value": "S3CRET-S3CRET"}
        await socket.send(json.dumps([3, call[1], {"configurationKey": [key]}]))
        answer = await asked
        logged = frames(csms)

    assert b"S3CRET" in answer
    assert [(frame.direction, frame.action, frame.verdict) for frame in logged[1:]] == [
        ("out", "GetConfiguration", "sent"),
        ("in", "GetConfiguration", "answered"),
    ]
    assert "AuthorizationKey" in bytes(logged[2].frame).decode()
    assert "S3CRET" not in b"".join(event.payload for event in csms.publisher.published).decode()


async def test_deviations_of_calls_and_of_answers_are_facts_by_the_close() -> None:
    async with gateway_in_memory() as csms:
        async with await station(csms) as socket:
            for number in range(3):
                await exchange(socket, f'[2,"{number}","Heartbeat",{{"x":1}}]')
            at_once = said(csms, StationDeviated)
        await until(lambda: "disconnected" in csms.facts)
        by_the_close = said(csms, StationDeviated)

    assert [(fact.rule, fact.count) for fact in at_once] == [("drop_unknown_fields", 1)]
    assert [(fact.rule, fact.count) for fact in by_the_close[1:]] == [("drop_unknown_fields", 3)]


async def test_log_may_be_off_and_rules_may_be_off_for_one_station() -> None:
    async with gateway_in_memory(CSMS_MESSAGE_LOG="off") as csms:
        csms.registry.entries[station_key()] = RegistryEntry(tolerance_off=("drop_unknown_fields",))
        async with await station(csms) as socket:
            refused = await exchange(socket, '[2,"1","Heartbeat",{"x":1}]')

        assert refused[2] == "FormationViolation"
        assert frames(csms) == []
