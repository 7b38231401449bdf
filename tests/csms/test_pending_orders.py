"""A pending station may say what it was asked for, however it was asked (OCPP 2.0.1 B02.FR.09)."""

import asyncio
import json

import msgspec
import pytest
import websockets
from websockets.asyncio.client import connect

from csms.commands import CommandDesk
from protocol.blocks.smart_charging.messages import GetChargingProfiles
from protocol.bus.commands import COMMAND_OF_MESSAGE, CommandAnswer, CommandRequest, Outcome, RawCall, RegistryEntry
from tests.csms.harness import GatewayInMemory, call, station_key
from tests.protocol.blocks.samples import v21

PROFILES = v21.SAMPLES["GetChargingProfiles"][0]


def raw(action: str, payload: object) -> RawCall:
    return RawCall(action, msgspec.Raw(json.dumps(payload).encode()))


@pytest.mark.parametrize(
    ("order", "action", "said"),
    [
        (GetChargingProfiles(request_id=1), "GetChargingProfiles", "ReportChargingProfiles"),
        (raw("GetChargingProfiles", PROFILES), "GetChargingProfiles", "ReportChargingProfiles"),
        (raw("GetDERControl", {"requestId": 1}), "GetDERControl", "ReportDERControl"),
    ],
    ids=["typed profiles", "raw profiles", "raw DER control"],
)
async def test_pending_station_may_answer_what_it_was_ordered(
    csms: GatewayInMemory, order: msgspec.Struct, action: str, said: str
) -> None:
    csms.registry.entries[station_key()] = RegistryEntry(registration="Pending")
    report = v21.SAMPLES[said][0]
    async with connect(csms.url(), subprotocols=[websockets.Subprotocol("ocpp2.1")]) as socket:
        before = await call(socket, said, report)
        session = csms.gateway.sessions.find(station_key())
        assert session is not None
        request = CommandRequest(
            COMMAND_OF_MESSAGE[type(order)].name, msgspec.Raw(msgspec.json.encode(order)), epoch=session.epoch
        )
        desk = CommandDesk(csms.gateway.sessions.find)
        task = asyncio.create_task(desk.carry_out(station_key(), msgspec.json.encode(request)))
        frame = json.loads(await asyncio.wait_for(socket.recv(), 5))
        await socket.send(json.dumps([3, frame[1], {"status": "Accepted"}]))
        answer = msgspec.json.decode(await task, type=CommandAnswer)
        after = await call(socket, said, report, "2")

    assert (frame[2], answer.outcome) == (action, Outcome.ANSWERED)
    assert (before[2], after) == ("SecurityError", [3, "2", {}])
