"""The gateway over real sockets, for both WebSocket libraries, with its ports in memory."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
import pytest
import pytest_asyncio
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from csms.adapters.memory import MemoryPresence
from csms.commands import CommandDesk
from csms.errors import BusUnavailable, HeldByNewer
from csms.handlers.availability import MAX_CONNECTORS
from protocol.blocks.remote_control.messages import TriggerKind, TriggerMessage
from protocol.bus.commands import CommandAnswer, CommandRequest, Outcome, RawAnswer, RawCall, RegistryEntry
from protocol.domain.identifiers import StationKey
from tests.csms.harness import GatewayInMemory, gateway_in_memory, station_key, until

START = {"connectorId": 1, "idTag": "CARD", "meterStart": 100, "timestamp": "2026-01-01T00:00:00Z"}


@pytest_asyncio.fixture(params=["picows", "websockets"])
async def csms(request: pytest.FixtureRequest) -> AsyncIterator[GatewayInMemory]:
    async with gateway_in_memory(CSMS_TRANSPORT=request.param) as gateway:
        yield gateway


async def station(csms: GatewayInMemory, name: str = "CP001", **options: Any) -> ClientConnection:
    return await connect(csms.url(name), subprotocols=[websockets.Subprotocol("ocpp1.6")], **options)


async def exchange(socket: ClientConnection, text: str) -> Any:
    await socket.send(text)
    return json.loads(await asyncio.wait_for(socket.recv(), 5))


async def call(socket: ClientConnection, action: str, payload: object, message_id: str = "1") -> Any:
    return await exchange(socket, json.dumps([2, message_id, action, payload]))


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
    assert outcomes == [Outcome.TIMED_OUT, Outcome.CALL_ERROR]
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


class _AwayPresence(MemoryPresence):
    """Away until told, then slow until told."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = True
        self.may_answer = asyncio.Event()
        self.refused = 0

    async def claim(self, station: StationKey, *, opened_at: datetime) -> int:
        if self.is_away:
            self.refused += 1
            raise BusUnavailable("presence", "told to be away")
        await self.may_answer.wait()
        return await super().claim(station, opened_at=opened_at)


async def test_provisional_presence_is_claimed_once_nats_is_back() -> None:
    presence = _AwayPresence()
    async with gateway_in_memory(presence) as csms, await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        presence.is_away = False
        presence.may_answer.set()
        csms.gateway.reclaim_presence()
        await until(lambda: station_key() in presence.epochs)

        session = csms.gateway.sessions.find(station_key())
        assert session is not None
        await until(lambda: session.epoch == presence.epochs[station_key()])


async def test_claim_does_not_outlive_its_socket() -> None:
    presence = _AwayPresence()
    async with gateway_in_memory(presence) as csms:
        async with await station(csms) as socket:
            await call(socket, "Heartbeat", {})
            presence.is_away = False
            csms.gateway.reclaim_presence()
            await asyncio.sleep(0)
        await until(lambda: "disconnected" in csms.facts)
        presence.may_answer.set()
        await asyncio.sleep(0)

    assert presence.epochs == {}
    assert csms.facts[-1] == "disconnected"


async def test_failed_claim_is_retried_while_nats_stays_and_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csms.app._RECLAIM_S", 0.02)
    presence = _AwayPresence()
    presence.may_answer.set()
    async with gateway_in_memory(presence) as csms, await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        await until(lambda: presence.refused >= 3)
        said_before = csms.facts.count("connected")
        presence.is_away = False

        session = csms.gateway.sessions.find(station_key())
        assert session is not None
        await until(lambda: 0 < session.epoch == presence.epochs[station_key()])
        await until(lambda: csms.facts.count("connected") == 2)

    assert said_before == 1


async def test_session_ends_although_its_cancellation_is_swallowed() -> None:
    class Swallowing(MemoryPresence):
        async def claim(self, station: StationKey, *, opened_at: datetime) -> int:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
            return await super().claim(station, opened_at=opened_at)

    async with gateway_in_memory(Swallowing()) as csms:
        async with await station(csms):
            await until(lambda: len(csms.gateway.sessions) == 1)
        await until(lambda: "disconnected" in csms.facts)

    assert csms.presence.epochs == {}
    assert csms.facts == ["disconnected"]


async def test_station_is_answered_while_its_claim_hangs() -> None:
    presence = _AwayPresence()
    async with gateway_in_memory(presence) as csms, await station(csms) as socket:
        await call(socket, "Heartbeat", {})
        presence.is_away = False
        csms.gateway.reclaim_presence()
        await asyncio.sleep(0.05)
        answered = await call(socket, "Heartbeat", {}, "meanwhile")
        presence.may_answer.set()

    assert answered[:2] == [3, "meanwhile"]


async def test_old_socket_that_claims_late_gives_way_to_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csms.app._RECLAIM_S", 0.02)

    class HeldElsewhere(_AwayPresence):
        async def reclaim(self, station: StationKey, *, opened_at: datetime) -> int:
            raise HeldByNewer(str(station), "another node")

    async with gateway_in_memory(HeldElsewhere()) as csms, await station(csms) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 5)
        await until(lambda: "disconnected" in csms.facts)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


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
