"""What a site host sees of sessions and stays: theirs alone, and nothing where that cannot be checked."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from backoffice.contracts.stations import STATIONS_AT, AskStationsAt, BayOccupied, StationsAt
from backoffice.kit.auth import Role
from backoffice.kit.bus import Answerer
from backoffice.kit.testing import eventually
from tests.backoffice.sessions.harness import CP001, SESSION, T0, publish, session_in, started
from tests.factories.places import HttpPlace

YARD, ELSEWHERE = frozenset({"yard"}), frozenset({"elsewhere"})


async def stations_at(question: AskStationsAt) -> StationsAt:
    return StationsAt((CP001,) if "yard" in question.location_ids else ("CP999",))


@pytest_asyncio.fixture
async def asked(place: HttpPlace) -> AsyncIterator[HttpPlace]:
    """The place, with a stations service that knows where CP001 stands."""
    answering = asyncio.create_task(place.bus.serve(Answerer(STATIONS_AT, stations_at)))
    yield place
    answering.cancel()
    await asyncio.gather(answering, return_exceptions=True)


async def seen(place: HttpPlace, sites: frozenset[str], path: str) -> tuple[int, int]:
    """The status, and how many there are on the page."""
    answer = await place.http.get(f"/api/v1/{path}", headers=place.headers_of(Role.SITE_HOST, sites=sites))
    return answer.status_code, len(answer.json().get("items", ()))


async def test_host_sees_the_sessions_at_their_sites(asked: HttpPlace) -> None:
    await publish(asked, started())
    await session_in(asked, "charging")

    assert await seen(asked, YARD, "sessions") == (200, 1)
    assert await seen(asked, ELSEWHERE, "sessions") == (200, 0)
    assert (await seen(asked, YARD, f"sessions/{SESSION}"))[0] == 200
    for path in (f"sessions/{SESSION}", f"sessions/{SESSION}/events"):
        assert (await seen(asked, ELSEWHERE, path))[0] == 404


async def test_host_sees_nothing_while_nobody_says_what_is_theirs(place: HttpPlace) -> None:
    await publish(place, started())
    await session_in(place, "charging")

    assert (await seen(place, YARD, "sessions"))[0] == 503


async def test_host_sees_the_stays_at_their_sites(place: HttpPlace) -> None:
    occupied = BayOccupied(location_id="yard", bay_id="P1", at=T0)
    await place.publish_domain(occupied, key="P1")

    async def there() -> bool:
        return await seen(place, YARD, "parking-sessions") == (200, 1)

    await eventually(there, what="a stay at the yard")
    assert await seen(place, ELSEWHERE, "parking-sessions") == (200, 0)
    answer = await place.http.get("/api/v1/parking-sessions", headers=place.headers_of(Role.SITE_HOST, sites=YARD))
    stay = answer.json()["items"][0]
    assert (await seen(place, YARD, f"parking-sessions/{stay['id']}"))[0] == 200
    assert (await seen(place, ELSEWHERE, f"parking-sessions/{stay['id']}"))[0] == 404
