"""What a transaction publishes is on the stream once, in order, and only if it commits."""

import time
from contextlib import suppress
from datetime import timedelta

import msgspec
from sqlalchemy import text

from backoffice.kit.database import ALL_TENANTS, Unit
from backoffice.kit.outbox import OutboxRelay
from backoffice.kit.testing import eventually
from chargeyard.embedded import EmbeddedServers
from protocol.bus.envelope import decode_envelope
from protocol.bus.subjects import Stream
from protocol.domain.identifiers import DEFAULT_TENANT
from tests.backoffice.kit.sample_service.app import Sample, StartCounted
from tests.factories.places import HttpPlace


async def messages_of(place: HttpPlace) -> int:
    return int((await place.bus.jetstream.stream_info(Stream.DOMAIN)).state.messages)


async def published(place: HttpPlace, count: int) -> None:
    async def condition() -> bool:
        return await messages_of(place) == count

    await eventually(condition, what=f"{count} messages on DOMAIN")


async def publish(unit: Unit, number: int, place: HttpPlace) -> None:
    await unit.publish(StartCounted("CP001", number), key="CP001", now=place.clock())


async def test_events_arrive_in_order_within_milliseconds_of_the_commit(place: HttpPlace, sample: Sample) -> None:
    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        for number in range(20):
            await publish(unit, number, place)
    committed = time.monotonic()
    await published(place, 20)
    elapsed_s = time.monotonic() - committed

    events = [await place.bus.jetstream.get_msg(Stream.DOMAIN, seq) for seq in range(1, 21)]
    numbers = [msgspec.json.decode(decode_envelope(event.data or b"").data)["starts"] for event in events]
    assert numbers == list(range(20))
    # The slow poll would take 5 s: this is the notification.
    assert elapsed_s < 1.0


async def test_transaction_that_fails_publishes_nothing(place: HttpPlace, sample: Sample) -> None:
    with suppress(ZeroDivisionError):
        async with sample.database.transaction(DEFAULT_TENANT) as unit:
            await publish(unit, 1, place)
            raise ZeroDivisionError

    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        await publish(unit, 2, place)
    await published(place, 1)


async def test_row_published_but_not_marked_makes_no_second_message(place: HttpPlace, sample: Sample) -> None:
    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        await publish(unit, 1, place)
    await published(place, 1)

    async with sample.database.transaction(ALL_TENANTS) as unit:
        await unit.session.execute(text("UPDATE outbox SET published_at = NULL"))
    relay = OutboxRelay(sample.database, place.bus, clock=place.clock)
    await relay.publish_waiting()

    assert await messages_of(place) == 1


async def test_events_wait_for_a_bus_that_is_away(place: HttpPlace, sample: Sample, servers: EmbeddedServers) -> None:
    await servers.nats.kill()
    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        await publish(unit, 1, place)
    await servers.nats.start()

    async def is_back() -> bool:
        return place.bus.is_connected

    await eventually(is_back)
    await published(place, 1)


async def test_published_rows_are_pruned_after_a_week(place: HttpPlace, sample: Sample) -> None:
    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        await publish(unit, 1, place)

    async def is_marked() -> bool:
        async with sample.database.transaction(ALL_TENANTS) as unit:
            rows = await unit.session.execute(text("SELECT 1 FROM outbox WHERE published_at IS NOT NULL"))
            return rows.first() is not None

    await eventually(is_marked)
    relay = OutboxRelay(sample.database, place.bus, clock=place.clock)
    assert await relay.prune() == 0
    place.clock.advance(timedelta(days=8))
    assert await relay.prune() == 1
