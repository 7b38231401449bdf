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

TEMPLATE_DATABASE = "template_tests"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers() -> AsyncIterator[EmbeddedServers]:
    with tempfile.TemporaryDirectory(prefix="chargeyard-tests-") as folder:
        async with EmbeddedServers(Path(folder), durable=False, environ={}) as started:
            yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template_database(servers: EmbeddedServers) -> str:
    """The database that every test's own is cloned from; nobody may stay connected to it."""
    await _execute(servers, f'CREATE DATABASE "{TEMPLATE_DATABASE}"')
    return TEMPLATE_DATABASE


@pytest_asyncio.fixture
async def database_url(servers: EmbeddedServers, template_database: str) -> AsyncIterator[str]:
    """A database of the test's own, cloned from the template and dropped afterwards."""
    database = f"test_{uuid.uuid4().hex}"
    await servers.postgres.start()
    await _execute(servers, f'CREATE DATABASE "{database}" TEMPLATE "{template_database}"')
    yield servers.postgres.database_url(database)
    await servers.postgres.start()
    await _execute(servers, f'DROP DATABASE "{database}" WITH (FORCE)')


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


async def _execute(servers: EmbeddedServers, statement: str) -> None:
    connection = await servers.postgres.connect()
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
