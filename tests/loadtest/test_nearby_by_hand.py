"""The search for EVSEs against the same search done by hand, over every EVSE of a small country."""

import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from backoffice.contracts import CATALOGUE
from backoffice.kit.database import Database, driver_dsn
from backoffice.kit.migrations import migrate
from backoffice.stations.app import SERVICE
from backoffice.stations.domain import EARTH_RADIUS_M
from backoffice.stations.nearby_repository import Found, Key, Search, find_evses
from loadtest.bench import nearby
from protocol.domain.identifiers import DEFAULT_TENANT

pytestmark = pytest.mark.slow

_ROWS = """
    SELECT locations.id AS location_id, latitude, longitude, locations.is_accessible, stations.id AS station_id,
           evses.evse, is_online, evses.status, bays.is_accessible AS is_marked, bays.occupied_since,
           EXISTS (SELECT FROM parking_bays WHERE location_id = locations.id) AS has_parking,
           EXISTS (SELECT FROM closed_places AS closed
                   WHERE closed.station_id = stations.id AND closed.evse = evses.evse) AS is_closed,
           (SELECT json_object_agg(standard, power_w)::text FROM connectors
            WHERE connectors.station_id = stations.id AND connectors.evse = evses.evse) AS power_by_standard
    FROM evses JOIN stations ON stations.id = evses.station_id JOIN locations ON locations.id = location_id
    LEFT JOIN parking_bays AS bays ON bays.station_id = evses.station_id AND bays.evse = evses.evse
"""


class Country(NamedTuple):
    """The data twice: behind the search, and as it is."""

    database: Database
    rows: Sequence[asyncpg.Record]


@asynccontextmanager
async def small_country(url: str) -> AsyncIterator[Country]:
    """Two thousand EVSEs."""
    await migrate(url, [SERVICE])
    connection = await asyncpg.connect(dsn=driver_dsn(make_url(url)))
    await nearby._fill(connection, 200)
    rows = await connection.fetch(_ROWS)
    await connection.close()
    database = Database(url, service=SERVICE.name, catalogue=CATALOGUE)
    try:
        yield Country(database, rows)
    finally:
        await database.close()


def distance_m(search: Search, row: asyncpg.Record) -> float:
    here, there = (
        (radians(search.latitude), radians(search.longitude)),
        (radians(row["latitude"]), radians(row["longitude"])),
    )
    chord = sin((there[0] - here[0]) / 2) ** 2 + cos(here[0]) * cos(there[0]) * sin((there[1] - here[1]) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))


def fits(search: Search, row: asyncpg.Record) -> bool:
    powers: dict[str, int] = json.loads(row["power_by_standard"])
    fitting = [power for standard, power in powers.items() if not search.standards or standard in search.standards]
    is_free = row["is_online"] and row["status"] == "Available" and row["occupied_since"] is None
    return (
        not row["is_closed"]
        and distance_m(search, row) <= search.radius_m
        and max(fitting, default=-1) >= search.min_power_w
        and (is_free or not search.is_free)
        and (row["has_parking"] or not search.has_parking)
        and (row["is_accessible"] or bool(row["is_marked"]) or not search.is_accessible)
    )


def by_hand(search: Search, rows: Sequence[asyncpg.Record]) -> list[tuple[str, int]]:
    found = [row for row in rows if fits(search, row)]
    found.sort(
        key=lambda row: (int(distance_m(search, row) * 1000), row["location_id"], row["station_id"], row["evse"])
    )
    return [(row["station_id"], row["evse"]) for row in found]


def searches(rng: random.Random, rows: Sequence[asyncpg.Record]) -> list[Search]:
    wishes = (
        {"is_free": True},
        {"min_power_w": 50_000},
        {"standards": ("CHADEMO",), "min_power_w": 50_000},
        {"standards": ("IEC_62196_T2", "IEC_62196_T2_COMBO")},
        {"has_parking": True},
        {"is_accessible": True},
    )
    made = []
    for _ in range(60):
        near = rng.choice(rows)
        search = Search(
            near["latitude"] + rng.gauss(0, 0.02),
            near["longitude"] + rng.gauss(0, 0.02),
            radius_m=rng.choice([1_000.0, 5_000.0, 100_000.0]),
            since=nearby._AT,
            until=nearby._AT,
        )
        for wish in rng.sample(wishes, rng.randrange(4)):
            search = replace(search, **wish)  # type: ignore[arg-type] # the fields' own types
        made.append(search)
    return made


async def pages(database: Database, search: Search, *, limit: int) -> list[tuple[str, int]]:
    """Everything, a page after the other."""
    found: list[Found] = []
    after: Key | None = None
    while True:
        async with database.snapshot(DEFAULT_TENANT) as unit:
            page = await find_evses(unit, search, after=after, limit=limit)
        found += page
        if len(page) < limit:
            return [(one.station_id or "", one.evse or 0) for one in found]
        after = page[-1].key


async def test_search_finds_what_one_finds_by_hand_in_the_same_order(empty_database_url: str) -> None:
    async with small_country(empty_database_url) as country:
        rng = random.Random(7)
        asked = searches(rng, country.rows)
        expected = [by_hand(search, country.rows) for search in asked]

        found = [await pages(country.database, search, limit=rng.choice([7, 50, 500])) for search in asked]

    assert found == expected
    assert sum(len(one) > 50 for one in expected) > 10  # else the searches would say little
    assert sum(row["is_closed"] for row in country.rows) > 0
