"""Drivers who want the same place at the same moment: one of them has it, each time, and nobody waits for long."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from backoffice.contracts import CATALOGUE
from backoffice.kit.database import Database
from backoffice.kit.migrations import migrate
from backoffice.reservations.app import SERVICE
from loadtest.bench.reservations import race
from tests.backoffice.reservations.harness import BAY, EVSE, HOUR, MINUTE, OTHER_BAY, post, reserve, reserved
from tests.factories.places import HttpPlace


@pytest_asyncio.fixture
async def databases(database_url: str) -> AsyncIterator[list[Database]]:
    """What two processes of the service have."""
    await migrate(database_url, [SERVICE])
    opened = [Database(database_url, service=SERVICE.name, catalogue=CATALOGUE) for _ in range(2)]
    yield opened
    for database in opened:
        await database.close()


async def overlaps(database_url: str) -> int:
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        counted = await connection.fetchval("""
            SELECT count(*) FROM reservations.reserved_places one JOIN reservations.reserved_places other
            USING (tenant_id, place_key) WHERE one.reservation_id < other.reservation_id
            AND one.is_active AND other.is_active
            AND one.held_from < other.held_until AND other.held_from < one.held_until""")
        return int(counted)
    finally:
        await connection.close()


@pytest.mark.parametrize("rounds", [60, pytest.param(1_000, marks=pytest.mark.slow)])
async def test_two_drivers_race_for_one_bay_and_one_has_it(
    databases: list[Database], database_url: str, rounds: int
) -> None:
    result = await race(databases, rounds=rounds)

    assert result.winners == [1] * rounds
    assert await overlaps(database_url) == 0
    # Nobody ran into PostgreSQL's detector of deadlocks, which looks after a second.
    assert sorted(result.latencies_ms)[rounds * 9 // 10] < 900


async def test_crowd_that_wants_two_places_in_different_order_leaves_one_holder_each(
    place: HttpPlace, database_url: str
) -> None:
    begins_at = place.clock() + 2 * HOUR
    wishes = [(EVSE, BAY), (BAY, EVSE), (EVSE,), (BAY,)]

    answers = await asyncio.gather(
        *(
            reserve(place, *wishes[number % 4], begins_at=begins_at + (number % 3) * MINUTE, driver=f"driver-{number}")
            for number in range(24)
        )
    )

    won = [answer.json() for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} == {201, 409}
    held = [key for view in won for key in (str(each) for each in view["places"])]
    assert len(held) == len(set(held)) <= 2
    assert await overlaps(database_url) == 0


async def test_prolonging_races_with_a_new_reservation_and_one_of_them_wins(
    place: HttpPlace, database_url: str
) -> None:
    for number in range(8):
        begins_at = place.clock() + (2 + 4 * number) * HOUR
        made = await reserved(place, OTHER_BAY, begins_at=begins_at, driver=f"driver-{number}")

        longer, new = await asyncio.gather(
            post(
                place,
                f"/{made['id']}/extend",
                {"ends_at": (begins_at + 2 * HOUR).isoformat()},
                driver=f"driver-{number}",
            ),
            reserve(place, OTHER_BAY, begins_at=begins_at + HOUR, driver=f"other-{number}"),
        )

        assert sorted([longer.status_code, new.status_code]) in ([200, 409], [201, 409])
    assert await overlaps(database_url) == 0


async def test_one_driver_who_asks_many_times_at_once_has_no_more_than_allowed(place: HttpPlace) -> None:
    answers = await asyncio.gather(*(reserve(place, BAY, after=(1 + 2 * hours) * HOUR) for hours in range(12)))

    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [409] * 7
