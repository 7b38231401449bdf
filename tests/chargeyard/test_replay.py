"""Rows that telemetry lost come again from the streams: the same ones, and none twice."""

import hashlib
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from backoffice.kit.database import driver_dsn
from backoffice.kit.testing import eventually
from backoffice.telemetry.app import SERVICE
from chargeyard.embedded.running import Addresses
from chargeyard.replay import replay_service
from protocol.blocks.availability.events import StationDisconnected
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.domain.identifiers import StationId
from protocol.domain.metering import MeterReading, MeterValue
from protocol.tolerance.events import StationDeviated
from tests.factories.places import HttpPlace, open_place

CP001 = StationId("CP001")
NOW = datetime.now(UTC).replace(microsecond=0)
TABLES = ("readings", "station_events", "deviations")


async def publish_a_day(place: HttpPlace) -> None:
    for minute in range(3):
        value = MeterValue(NOW + timedelta(minutes=minute), (MeterReading(str(1000 + minute)),))
        await place.publish_fact(MeterValuesReported(meter_values=(value,), evse=1), station=CP001)
    for count in (1, 2):
        deviated = StationDeviated(rule="a-rule", count=count, counted_from=NOW, last_at=NOW)
        await place.publish_fact(deviated, station=CP001)
    await place.publish_fact(StationDisconnected(node="a", reason="gone"), station=CP001)


async def hashes(connection: asyncpg.Connection) -> dict[str, tuple[int, str]]:
    """The rows of each table: how many, and a hash of all that they say."""
    found = {}
    for table in TABLES:
        rows = await connection.fetch(f"SELECT t::text AS row FROM telemetry.{table} t ORDER BY 1")
        text = "\n".join(row["row"] for row in rows)
        found[table] = (len(rows), hashlib.sha256(text.encode()).hexdigest())
    return found


@pytest.mark.parametrize("is_lost", [True, False], ids=["rows-lost", "rows-there"])
async def test_rows_are_the_same_after_a_replay(database_url: str, nats_url: str, is_lost: bool) -> None:
    connection = await asyncpg.connect(driver_dsn(make_url(database_url)))
    addresses, told = Addresses(database_url, nats_url), list[str]()
    try:
        async with open_place([SERVICE], database_url=database_url, nats_url=nats_url) as place:
            await publish_a_day(place)

            async def are_kept() -> bool:
                counted = await hashes(connection)
                deviations = await connection.fetchval("SELECT max(count) FROM telemetry.deviations")
                return deviations == 2 and [count for count, _ in counted.values()] == [3, 1, 1]

            await eventually(are_kept)
            before = await hashes(connection)
            if is_lost:
                for table in TABLES:
                    await connection.execute(f"DELETE FROM telemetry.{table}")
                nothing = await replay_service(
                    addresses, SERVICE, since=datetime.now(UTC) + timedelta(hours=1), report=told.append
                )
                assert nothing == 0
                assert await hashes(connection) != before

            applied = await replay_service(addresses, SERVICE, since=None, report=told.append)
            outbox = await connection.fetchval("SELECT count(*) FROM telemetry.outbox")
            dead = await connection.fetchval("SELECT count(*) FROM telemetry.dead_letters")

        assert applied == 6
        assert await hashes(connection) == before
        assert (outbox, dead) == (0, 0)
        assert "READINGS: 3 messages applied again" in told
    finally:
        await connection.close()
