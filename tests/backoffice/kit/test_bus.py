"""Queries between services, and what an asker hears when it goes wrong."""

import asyncio
from contextlib import suppress

import pytest

from backoffice.contracts.query import Query
from backoffice.kit.errors import BusUnavailable, PeerFailed, ServiceSilent
from backoffice.kit.testing import eventually
from chargeyard.embedded import EmbeddedServers
from tests.backoffice.kit.sample_service.app import HOW_MANY, HowMany, ThatMany
from tests.factories.places import HttpPlace

NOBODYS = Query("nobody", "how_many", HowMany, ThatMany)


async def test_question_is_answered(place: HttpPlace) -> None:
    answer = await place.bus.ask(HOW_MANY, HowMany("default", "CP001"))

    assert answer == ThatMany(7)


async def test_refusal_names_its_class_and_sentence(place: HttpPlace) -> None:
    with pytest.raises(PeerFailed) as failed:
        await place.bus.ask(HOW_MANY, HowMany("default", "refused"))

    assert (failed.value.code, failed.value.detail) == ("Conflict", "This one is not counted.")


async def test_bug_of_the_answering_side_shows_nothing_of_its_inside(place: HttpPlace) -> None:
    with pytest.raises(PeerFailed) as failed:
        await place.bus.ask(HOW_MANY, HowMany("default", "broken"))

    assert failed.value.code == "InternalError"
    assert "broken" not in failed.value.detail


async def test_service_that_is_not_there_is_silent_at_once(place: HttpPlace) -> None:
    async with asyncio.timeout(1):
        with pytest.raises(ServiceSilent):
            await place.bus.ask(NOBODYS, HowMany("default", "CP001"), timeout_s=30)


async def test_slow_answers_do_not_hold_up_others(place: HttpPlace) -> None:
    async with asyncio.TaskGroup() as group:
        slow = [group.create_task(silently(place)) for _ in range(8)]
        async with asyncio.timeout(0.25):
            assert await place.bus.ask(HOW_MANY, HowMany("default", "CP001")) == ThatMany(7)
        assert not any(task.done() for task in slow)


async def silently(place: HttpPlace) -> None:
    with pytest.raises(ServiceSilent):
        await place.bus.ask(HOW_MANY, HowMany("default", "slow"), timeout_s=0.4)


async def test_nothing_is_kept_for_later_while_the_bus_is_away(place: HttpPlace, servers: EmbeddedServers) -> None:
    await servers.nats.kill()

    async def is_away() -> bool:
        return not place.bus.is_connected

    await eventually(is_away)
    with pytest.raises(BusUnavailable):
        await place.bus.request("rpc.v1.anything", b"", timeout_s=5)

    await servers.nats.start()

    async def is_answered() -> bool:
        # Connected again is not subscribed again: whoever answers needs a moment more.
        with suppress(BusUnavailable, ServiceSilent):
            return await place.bus.ask(HOW_MANY, HowMany("default", "CP001")) == ThatMany(7)
        return False

    await eventually(is_answered)


async def test_streams_are_made_once_by_many_at_once(place: HttpPlace) -> None:
    await asyncio.gather(*(place.bus.ensure_streams(replicas=1) for _ in range(4)))

    names = {info.config.name for info in await place.bus.jetstream.streams_info()}
    assert {"FACTS", "READINGS", "DOMAIN", "FRAMES"} <= names
