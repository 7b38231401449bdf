"""The search for places around a point, among EVSEs as a country has them: most of them in a few cities.

A location has five stations of two EVSEs. The largest of sixty cities has a seventh of all locations, most of them
within ten kilometres; a tenth lies in the country. Half of the EVSEs have a parking bay, one in a hundred is closed.
Points are where locations are, so most questions are asked where most is found.
"""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import asyncpg

from backoffice.contracts import CATALOGUE
from backoffice.kit.database import Database
from backoffice.kit.migrations import migrate
from backoffice.stations.app import SERVICE
from backoffice.stations.nearby_repository import Search, find_bays, find_evses
from chargeyard.embedded import EmbeddedServers
from loadtest.bench.measurement import Question, Questions
from protocol.domain.identifiers import DEFAULT_TENANT

_EVSES_PER_LOCATION = 10
_QUESTIONS_OF_A_KIND = 400
_PAGE = 50
_AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
_CITIES, _SPREAD_DEGREES = 60, 0.05

# Numbers from hashes: the same data at every run, and none of it in a row.
_DATA = (
    """
    CREATE FUNCTION pg_temp.chance(what text, number bigint) RETURNS double precision LANGUAGE sql IMMUTABLE AS
    $$ SELECT (hashtextextended(what, number) & 1048575) / 1048576.0::float8 $$
    """,
    """
    INSERT INTO locations (tenant_id, id, name, address, city, country, timezone, latitude, longitude, created_at,
                           is_accessible)
    SELECT $1, 'L' || n, 'Location ' || n, '', '', 'DE', 'Europe/Berlin',
           CASE WHEN n % 10 = 0 THEN 47.5 + 7 * pg_temp.chance('y', n)
                ELSE 48 + 6 * pg_temp.chance('city y', city) + $2 * sqrt(-2 * ln(1 - pg_temp.chance('r', n)))
                     * sin(2 * pi() * pg_temp.chance('phi', n)) END,
           CASE WHEN n % 10 = 0 THEN 6 + 8.5 * pg_temp.chance('x', n)
                ELSE 6.5 + 7 * pg_temp.chance('city x', city) + 1.6 * $2 * sqrt(-2 * ln(1 - pg_temp.chance('r', n)))
                     * cos(2 * pi() * pg_temp.chance('phi', n)) END,
           $3, pg_temp.chance('steps', n) < 0.3
    FROM (SELECT n, floor(power($4::float8, pg_temp.chance('city', n)))::bigint AS city
          FROM generate_series(1, $5::bigint) AS n) AS numbered
    """,
    """
    INSERT INTO stations (tenant_id, id, location_id, security_profiles, default_version, registration, is_online,
                          epoch, tolerance_off, pinned_rules, created_at)
    SELECT $1, 'S' || n, 'L' || (n / 5 + 1), '{1}', '2.0.1', 'Accepted', pg_temp.chance('online', n) < 0.97,
           0, '{}', '{}', $2
    FROM generate_series(0, $3::bigint * 5 - 1) AS n
    """,
    """
    INSERT INTO evses (tenant_id, station_id, evse, max_power_w, status)
    SELECT $1, 'S' || n, evse,
           CASE WHEN kind < 0.6 THEN 22000 WHEN kind < 0.85 THEN 50000 WHEN kind < 0.99 THEN 150000 ELSE 350000 END,
           CASE WHEN pg_temp.chance('status', n * 2 + evse) < 0.75 THEN 'Available' ELSE 'Occupied' END
    FROM (SELECT n, pg_temp.chance('kind', n) AS kind FROM generate_series(0, $2::bigint * 5 - 1) AS n) AS station,
         generate_series(1, 2) AS evse
    """,
    """
    INSERT INTO connectors (tenant_id, station_id, evse, connector, standard, power_w)
    SELECT tenant_id, station_id, evse, 1,
           CASE max_power_w WHEN 22000 THEN 'IEC_62196_T2' ELSE 'IEC_62196_T2_COMBO' END, max_power_w FROM evses
    UNION ALL
    SELECT tenant_id, station_id, evse, 2, 'CHADEMO', max_power_w FROM evses WHERE max_power_w = 50000
    """,
    """
    INSERT INTO parking_bays (tenant_id, id, location_id, name, station_id, evse, is_accessible, is_ev_only,
                              is_reservable, state, occupied_since, version, created_at)
    SELECT evses.tenant_id, 'B' || station_id || '-' || evse, location_id, station_id || '-' || evse, station_id, evse,
           hashtext(station_id) % 20 = 0, true, true, 'free',
           CASE WHEN hashtext(station_id || evse) % 3 = 0 THEN $1::timestamptz END, 1, $1
    FROM evses JOIN stations ON stations.id = station_id WHERE hashtext(location_id) % 2 = 0
    """,
    """
    INSERT INTO closures (tenant_id, id, location_id, kind, reason, since, state, state_at, created_by, created_at)
    SELECT tenant_id, 'C' || id, id, 'outage', '', $1, 'running', $1, '', $1 FROM locations
    WHERE hashtext(id) % 100 = 0
    """,
    """
    INSERT INTO closed_places (tenant_id, closure_id, station_id, evse, bay_id, since, is_over)
    SELECT closures.tenant_id, closures.id, stations.id, evse, '', since, false
    FROM closures JOIN stations ON stations.location_id = closures.location_id, generate_series(1, 2) AS evse
    """,
)


@asynccontextmanager
async def prepared(servers: EmbeddedServers, size: int) -> AsyncIterator[Questions]:
    """There are so many EVSEs, and questions about them of every kind."""
    await migrate(servers.database_url, [SERVICE])
    connection = await servers.postgres.connect()
    try:
        points = await _fill(connection, size // _EVSES_PER_LOCATION)
    finally:
        await connection.close()
    database = Database(servers.database_url, service=SERVICE.name, catalogue=CATALOGUE)
    try:
        yield {kind: _questions(database, points, kind=kind) for kind in _KINDS}
    finally:
        await database.close()


async def _fill(connection: asyncpg.Connection, locations: int) -> Sequence[tuple[float, float]]:
    """The data is there, and where its locations are."""
    await connection.execute("SET search_path = stations, public")
    arguments: tuple[tuple[object, ...], ...] = (
        (),
        (DEFAULT_TENANT, _SPREAD_DEGREES, _AT, float(_CITIES), locations),
        (DEFAULT_TENANT, _AT, locations),
        (DEFAULT_TENANT, locations),
        (),
        (_AT,),
        (_AT,),
        (),
    )
    for statement, values in zip(_DATA, arguments, strict=True):
        await connection.execute(statement, *values)
    await connection.execute("VACUUM ANALYZE")
    rows = await connection.fetch("SELECT latitude, longitude FROM locations ORDER BY id")
    return [(row["latitude"], row["longitude"]) for row in rows]


_KINDS: dict[str, tuple[bool, Callable[[Search], Search]]] = {
    "any EVSE": (False, lambda search: search),
    "free now": (False, partial(replace, is_free=True)),
    "fast CCS, free now": (
        False,
        partial(replace, is_free=True, min_power_w=150_000, standards=("IEC_62196_T2_COMBO",)),
    ),
    "accessible with parking": (False, partial(replace, has_parking=True, is_accessible=True)),
    "nothing fits": (False, partial(replace, min_power_w=350_000, standards=("CHADEMO",))),
    "within 25 km": (False, partial(replace, radius_m=25_000.0, is_free=True)),
    "free bay": (True, partial(replace, is_free=True)),
}


def _questions(database: Database, points: Sequence[tuple[float, float]], *, kind: str) -> list[Question]:
    is_bay, narrowed = _KINDS[kind]
    rng = random.Random(kind)  # noqa: S311 # the same points at every run
    find = find_bays if is_bay else find_evses

    async def ask(search: Search) -> int:
        async with database.snapshot(DEFAULT_TENANT) as unit:
            return len(await find(unit, search, after=None, limit=_PAGE))

    questions: list[Question] = []
    for _ in range(_QUESTIONS_OF_A_KIND):
        latitude, longitude = rng.choice(points)
        somewhere = Search(
            latitude + rng.gauss(0, 0.005), longitude + rng.gauss(0, 0.005), radius_m=5_000.0, since=_AT, until=_AT
        )
        questions.append(partial(ask, narrowed(somewhere)))
    return questions
