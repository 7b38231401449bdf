"""The gateway over real sockets, for both WebSocket libraries, with its ports in memory."""

import asyncio
import json
from functools import partial

import msgspec
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from csms.commands import CommandDesk
from csms.errors import BusUnavailable
from csms.handlers.availability import MAX_CONNECTORS
from csms.telemetry import REGISTRY
from protocol.blocks.remote_control.messages import TriggerKind, TriggerMessage
from protocol.bus.commands import CommandAnswer, CommandRequest, Outcome, RegistryEntry
from protocol.domain.identifiers import StationKey
from tests.csms.harness import GatewayInMemory, call, exchange, gateway_in_memory, station, station_key, until

START = {"connectorId": 1, "idTag": "CARD", "meterStart": 100, "timestamp": "2026-01-01T00:00:00Z"}


async def test_boot_is_answered_and_becomes_a_fact(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        answer = await call(socket, "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})

    assert socket.subprotocol == "ocpp1.6"
    assert answer[0] == 3
    assert answer[2]["status"] == "Accepted"
    assert csms.facts[:2] == ["connected", "booted"]


async def test_reconnect_works_without_boot(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        answer = await call(socket, "Heartbeat", {})

    assert answer[0] == 3


async def test_replayed_start_receives_its_first_transaction_id(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        first = await call(socket, "StartTransaction", START, "1")
        again = await call(socket, "StartTransaction", START, "2")
        other = await call(socket, "StartTransaction", {**START, "meterStart": 101}, "3")

    assert first[2]["transactionId"] == again[2]["transactionId"] != other[2]["transactionId"]
    assert csms.facts.count("started") == 2


async def test_station_is_not_answered_when_the_fact_is_not_durable(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        csms.publisher.fails = True
        await socket.send(json.dumps([2, "1", "StartTransaction", START]))

        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 5)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013


async def numbers_are_away(_station: StationKey, _start: str) -> int:
    await asyncio.sleep(0.2)  # so that there is a call behind it
    raise BusUnavailable("transaction numbers", "told to be away")


@pytest.mark.parametrize("is_fact", [True, False], ids=["fact not taken", "number not said"])
async def test_call_that_is_not_answered_is_counted_with_those_behind_it(
    csms: GatewayInMemory, monkeypatch: pytest.MonkeyPatch, is_fact: bool
) -> None:
    unanswered = partial(REGISTRY.get_sample_value, "csms_calls_unanswered_total")
    async with await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        before = unanswered()
        if is_fact:
            csms.publisher.fails = True
        else:
            monkeypatch.setattr(csms.numbers, "number_of", numbers_are_away)
        await socket.send(json.dumps([2, "1", "StartTransaction", START]))
        if not is_fact:
            await socket.send(json.dumps([2, "2", "Heartbeat", {}]))

        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 5)

    assert unanswered() == (before or 0) + (1 if is_fact else 2)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[2,"1","NoSuchAction",{}]', "NotImplemented"),
        ('[2,"1","RemoteStopTransaction",{"transactionId":1}]', "NotSupported"),
        ('[2,"1","Authorize",{}]', "OccurenceConstraintViolation"),
        ('[2,"1","Authorize",{"idTag":{}}]', "TypeConstraintViolation"),
        (
            '[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"?"}]',
            "PropertyConstraintViolation",
        ),
        ("[2", "FormationViolation"),
    ],
)
async def test_bad_frame_gets_its_error_code_and_the_socket_stays(csms: GatewayInMemory, text: str, code: str) -> None:
    async with await station(csms) as socket:
        refused = await exchange(socket, text)
        answered = await call(socket, "Heartbeat", {}, "after")

    assert refused[0] == 4
    assert refused[2] == code
    assert answered[:2] == [3, "after"]


async def test_pending_station_hears_pending_and_nothing_else() -> None:
    async with gateway_in_memory(CSMS_UNKNOWN_STATIONS="pending") as csms, await station(csms, "STRANGER") as socket:
        boot = await call(socket, "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
        start = await call(socket, "StartTransaction", START)

        csms.registry.entries[station_key("STRANGER")] = RegistryEntry()
        again = await call(socket, "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}, "2")

    assert boot[2]["status"] == "Pending"
    assert again[2]["status"] == "Accepted"
    assert start[2] == "SecurityError"
    assert "started" not in csms.facts


async def test_stranger_of_a_tenant_that_nobody_has_is_refused_also_where_strangers_are_let_in() -> None:
    async with gateway_in_memory(CSMS_UNKNOWN_STATIONS="pending") as csms:
        with pytest.raises(InvalidStatus) as refused:
            await station(csms, "nobody/STRANGER")

        csms.registry.entries[station_key("CP001", "acme")] = RegistryEntry()
        async with await station(csms, "acme/STRANGER") as socket:
            boot = await call(socket, "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})

    assert refused.value.response.status_code == 404
    assert boot[2]["status"] == "Pending"


async def test_pending_station_may_say_what_it_was_asked_for(csms: GatewayInMemory) -> None:
    csms.registry.entries[station_key()] = RegistryEntry(registration="Pending")
    status = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}
    async with await station(csms) as socket:
        unasked = await call(socket, "StatusNotification", status)
        command = asyncio.ensure_future(trigger_status(csms))
        _, message_id, action, _ = json.loads(await asyncio.wait_for(socket.recv(), 5))
        asked = await call(socket, "StatusNotification", status, "2")
        await socket.send(json.dumps([3, message_id, {"status": "Accepted"}]))
        answer = await command
        other = await call(socket, "Heartbeat", {}, "3")

    assert (action, answer.outcome) == ("TriggerMessage", Outcome.ANSWERED)
    assert (unasked[0], asked[0], other[0]) == (4, 3, 4)
    assert unasked[2] == other[2] == "SecurityError"


async def trigger_status(csms: GatewayInMemory) -> CommandAnswer:
    message = msgspec.json.encode(TriggerMessage(TriggerKind.STATUS_NOTIFICATION))
    epoch = csms.presence.epochs[station_key()]
    request = CommandRequest("trigger", msgspec.Raw(message), epoch=epoch, timeout_s=5)
    desk = CommandDesk(csms.gateway.sessions.find)
    return msgspec.json.decode(await desk.carry_out(station_key(), msgspec.json.encode(request)), type=CommandAnswer)


async def test_rejected_station_hears_so_and_may_say_nothing_until_it_boots_again(csms: GatewayInMemory) -> None:
    boot = {"chargePointVendor": "V", "chargePointModel": "M"}
    csms.registry.entries[station_key()] = RegistryEntry()
    async with await station(csms) as socket:
        before = await call(socket, "Heartbeat", {})
        csms.registry.entries[station_key()] = RegistryEntry(registration="Rejected")
        not_yet = await call(socket, "Heartbeat", {}, "2")
        rejected = await call(socket, "BootNotification", boot, "3")
        refused = await call(socket, "Heartbeat", {}, "4")

    assert (before[0], not_yet[0]) == (3, 3)
    assert rejected[2]["status"] == "Rejected"
    assert refused[2] == "SecurityError"


@pytest.mark.parametrize(("name", "status"), [("STRANGER", 404), ("", 404)])
async def test_unknown_station_is_refused(csms: GatewayInMemory, name: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await station(csms, name)

    assert refused.value.response.status_code == status


async def test_new_stations_are_told_to_wait_while_the_bus_is_away(csms: GatewayInMemory) -> None:
    csms.publisher.fails = True

    with pytest.raises(InvalidStatus) as refused:
        await station(csms)

    assert refused.value.response.status_code == 503
    assert int(refused.value.response.headers["Retry-After"]) > 0


async def test_connectors_that_a_station_may_name_are_bounded() -> None:
    async with gateway_in_memory() as csms, await station(csms) as socket:
        report = {"errorCode": "NoError", "status": "Available"}
        answers = [
            await call(socket, "StatusNotification", {**report, "connectorId": number}, f"{number}")
            for number in range(MAX_CONNECTORS + 1)
        ]
        again = await call(socket, "StatusNotification", {**report, "connectorId": 1}, "again")

    assert {answer[0] for answer in answers[:-1]} == {3}
    assert answers[-1][0] == 4
    assert again[0] == 3


async def test_newest_socket_of_a_station_wins(csms: GatewayInMemory) -> None:
    async with await station(csms) as older:
        await call(older, "Heartbeat", {})
        async with await station(csms) as newer:
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(older.recv(), 5)
            answer = await call(newer, "Heartbeat", {})

    assert answer[0] == 3
    await until(lambda: csms.presence.epochs == {})


async def test_no_common_version_is_upgraded_and_closed(csms: GatewayInMemory) -> None:
    async with connect(csms.url(), subprotocols=[websockets.Subprotocol("ocpp1.5")]) as socket:
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 5)

    assert socket.subprotocol is None


async def test_fragmented_message_is_put_together(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        await socket.send(iter(['[2,"1","Heart', 'beat",', "{}]"]))
        answer = json.loads(await asyncio.wait_for(socket.recv(), 5))

    assert answer[:2] == [3, "1"]


async def test_message_over_the_limit_closes_the_socket() -> None:
    async with gateway_in_memory(CSMS_MAX_FRAME_BYTES="2048") as csms, await station(csms) as socket:
        await socket.send("[" + " " * 4000)

        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 5)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


async def test_many_calls_sent_at_once_are_answered_in_order(csms: GatewayInMemory) -> None:
    async with await station(csms) as socket:
        for number in range(300):
            await socket.send(json.dumps([2, str(number), "Heartbeat", {}]))
        answers = [json.loads(await asyncio.wait_for(socket.recv(), 5))[1] for _ in range(300)]

    assert answers == [str(number) for number in range(300)]


async def test_drain_spreads_its_closes_over_the_window() -> None:
    async with gateway_in_memory(CSMS_DRAIN_S="1.0") as csms:
        names = [f"CP{number:03d}" for number in range(20)]
        csms.registry.entries |= {station_key(name): RegistryEntry() for name in names}
        sockets = [await station(csms, name) for name in names]
        loop = asyncio.get_running_loop()
        closed_at: list[float] = []

        async def wait_closed(socket: ClientConnection) -> None:
            await socket.wait_closed()
            closed_at.append(loop.time())
            assert socket.close_code == 1012

        waiting = [asyncio.create_task(wait_closed(socket)) for socket in sockets]
        began = loop.time()
        await csms.gateway.drain()
        await asyncio.gather(*waiting)

        with pytest.raises(InvalidStatus):
            await station(csms, names[0])

    assert closed_at[-1] - closed_at[0] > 0.3
    assert closed_at[-1] - began < 2.0


START_201 = {
    "eventType": "Started",
    "timestamp": "2026-01-01T00:00:00Z",
    "triggerReason": "CablePluggedIn",
    "seqNo": 0,
    "transactionInfo": {"transactionId": "t1"},
}
UPDATE_201 = {
    **START_201,
    "eventType": "Updated",
    "triggerReason": "Authorized",
    "seqNo": 1,
    "idToken": {"idToken": "CARD", "type": "ISO14443"},
}


async def test_card_that_starts_or_goes_on_is_accepted_while_identity_is_silent(csms: GatewayInMemory) -> None:
    csms.authority.is_silent = True
    subprotocols = [websockets.Subprotocol("ocpp2.0.1")]
    async with connect(csms.url(), subprotocols=subprotocols) as socket:
        await call(socket, "TransactionEvent", START_201, "1")
        updated = await call(socket, "TransactionEvent", UPDATE_201, "2")
        asked = await call(socket, "Authorize", {"idToken": UPDATE_201["idToken"]}, "3")
        ended = await call(socket, "TransactionEvent", UPDATE_201 | {"eventType": "Ended", "seqNo": 2}, "4")

    fact = msgspec.json.decode(csms.publisher.published[csms.facts.index("updated")].payload)
    assert updated[2]["idTokenInfo"]["status"] == "Accepted"
    assert asked[2]["idTokenInfo"]["status"] == "Invalid"
    assert ended[2]["idTokenInfo"]["status"] == "Invalid"
    assert fact["data"]["authorization"]["basis"] == "deferred"
