"""A transaction's facts are found with the frames that they came in."""

from datetime import timedelta

import msgspec

from backoffice.contracts.telemetry import TRANSACTION_TRAIL, AskTrail, Trail
from backoffice.kit.testing import eventually
from protocol.blocks.transactions.events import TransactionEnded, TransactionStarted
from protocol.bus.frames import FramesLogged
from protocol.domain.identifiers import DEFAULT_TENANT, TransactionId
from tests.backoffice.telemetry.test_messages import CP001, NOW, exchange, place
from tests.factories.places import HttpPlace

__all__ = ["place"]

TX = TransactionId("17")


def frames(*, at_s: float, message_id: str, action: str, takes_ms: int) -> FramesLogged:
    frame = exchange(
        0,
        at=NOW + timedelta(seconds=at_s),
        action=action,
        message_id=message_id,
        frame=msgspec.Raw(f'[2,"{message_id}","{action}",{{}}]'.encode()),
        reply=msgspec.Raw(f'[3,"{message_id}",{{}}]'.encode()),
        replied_after_us=takes_ms * 1000,
    )
    return FramesLogged((frame,))


async def ask(place: HttpPlace) -> Trail:
    return await place.bus.ask(TRANSACTION_TRAIL, AskTrail(DEFAULT_TENANT, CP001, TX))


async def test_facts_come_with_their_call_and_its_answer(place: HttpPlace) -> None:
    # The heartbeat came while the start waited for the stream: it was answered later.
    for event in (
        frames(at_s=0, message_id="a", action="StartTransaction", takes_ms=900),
        frames(at_s=0.2, message_id="b", action="Heartbeat", takes_ms=900),
        frames(at_s=60, message_id="c", action="StopTransaction", takes_ms=5),
    ):
        await place.publish_fact(event, station=CP001, received_at=NOW)
    began = TransactionStarted(transaction_id=TX, evse=1)
    await place.publish_fact(began, station=CP001, event_id="E1", received_at=NOW + timedelta(seconds=0.5))
    ended = TransactionEnded(transaction_id=TX)
    await place.publish_fact(ended, station=CP001, event_id="E2", received_at=NOW + timedelta(seconds=60.001))
    other = TransactionStarted(transaction_id=TransactionId("18"), evse=1)
    await place.publish_fact(other, station=CP001, event_id="E3", received_at=NOW + timedelta(seconds=90))

    async def is_whole() -> bool:
        events = (await ask(place)).events
        return len(events) == 2 and all(event.answer for event in events)

    await eventually(is_whole)
    start, stop = (await ask(place)).events
    assert (start.event_id, start.message_id, start.action) == ("E1", "a", "StartTransaction")
    assert (start.call, start.answer) == ('[2,"a","StartTransaction",{}]', '[3,"a",{}]')
    assert (stop.event_id, stop.message_id) == ("E2", "c")


async def test_fact_whose_frames_are_forgotten_stands_alone(place: HttpPlace) -> None:
    began = TransactionStarted(transaction_id=TX, evse=1)
    await place.publish_fact(began, station=CP001, event_id="E1", received_at=NOW - timedelta(days=30))

    async def is_there() -> bool:
        return len((await ask(place)).events) == 1

    await eventually(is_there)
    [start] = (await ask(place)).events
    assert (start.event_id, start.message_id, start.call) == ("E1", None, None)
