"""Real servers for every test that asks: one set per test process, a clean part of it per test.

They start at the first test that needs them, on free ports and in a folder thrown away, beside any running `up`.
A test may stop, kill and start them; whoever comes next finds them running.
"""

import tempfile
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

# Its pytest plugin would import it at the very end, when greenlets have upset Python 3.11's count of recursion.
import hypothesis
import nats
import pytest_asyncio
import redis.asyncio

from chargeyard.embedded import EmbeddedServers

# The same examples each time: a run that gates a change must not fail by chance.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.load_profile("steady")

POSTGRES_DATABASE = "postgres"
TEST_DATABASE = "tests"

_END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# As a replica: no trigger that keeps rows from being changed is asked.
_EMPTY_EVERY_TABLE = """
    SET session_replication_role = replica;
    DO $$
    DECLARE
        found record;
        has_rows boolean;
    BEGIN
        FOR found IN
            SELECT schemaname, tablename FROM pg_tables
            WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> 'alembic_version'
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', found.schemaname, found.tablename) INTO has_rows;
            IF has_rows THEN
                EXECUTE format('TRUNCATE %I.%I RESTART IDENTITY CASCADE', found.schemaname, found.tablename);
            END IF;
        END LOOP;
    END $$
"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers() -> AsyncIterator[EmbeddedServers]:
    with tempfile.TemporaryDirectory(prefix="chargeyard-tests-") as folder:
        async with EmbeddedServers(Path(folder), durable=False, environ={}) as started:
            yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kept_database(servers: EmbeddedServers) -> str:
    """The database that tests use one after the other: its schemas are made once."""
    await _execute(servers, POSTGRES_DATABASE, f'CREATE DATABASE "{TEST_DATABASE}"')
    return TEST_DATABASE


@pytest_asyncio.fixture
async def database_url(servers: EmbeddedServers, kept_database: str) -> AsyncIterator[str]:
    """A database without any rows, perhaps with schemas; afterwards nobody is connected to it and it is empty again."""
    await servers.postgres.start()
    yield servers.postgres.database_url(kept_database)
    await servers.postgres.start()
    await _execute(servers, kept_database, _END_OTHERS)
    await _execute(servers, kept_database, _EMPTY_EVERY_TABLE)


@pytest_asyncio.fixture
async def empty_database_url(servers: EmbeddedServers) -> AsyncIterator[str]:
    """A database of the test's own, without any schema, dropped afterwards."""
    database = f"test_{uuid.uuid4().hex}"
    await servers.postgres.start()
    await _execute(servers, POSTGRES_DATABASE, f'CREATE DATABASE "{database}"')
    yield servers.postgres.database_url(database)
    await servers.postgres.start()
    await _execute(servers, POSTGRES_DATABASE, f'DROP DATABASE "{database}" WITH (FORCE)')


@pytest_asyncio.fixture
async def nats_url(servers: EmbeddedServers) -> AsyncIterator[str]:
    """The NATS server without any stream or bucket; what the test makes is deleted afterwards."""
    await servers.nats.start()
    yield servers.nats_url
    await servers.nats.start()
    client = await nats.connect(servers.nats_url)
    try:
        jetstream = client.jetstream()
        for stream in await jetstream.streams_info():
            await jetstream.delete_stream(stream.config.name or "")
    finally:
        await client.close()


@pytest_asyncio.fixture
async def redis_url(servers: EmbeddedServers) -> AsyncIterator[str]:
    """The Valkey server, empty; emptied again afterwards."""
    await servers.valkey.start()
    yield servers.redis_url
    await servers.valkey.start()
    async with redis.asyncio.from_url(servers.redis_url) as client:
        await client.flushall()


async def _execute(servers: EmbeddedServers, database: str, statement: str) -> None:
    connection = await servers.postgres.connect(database)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
