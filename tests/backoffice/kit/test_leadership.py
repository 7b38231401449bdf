"""One process at a time works, and goes on after the connection that made it the leader was ended."""

import asyncio

import asyncpg
import pytest

from backoffice.kit.leadership import lead
from backoffice.kit.testing import eventually
from chargeyard.embedded import EmbeddedServers
from tests.backoffice.kit.sample_service.app import Sample


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("statement", ["SELECT pg_sleep(60)", ""], ids=["amid a statement", "while idle"])
async def test_work_begins_anew_when_its_connection_is_ended(
    sample: Sample, servers: EmbeddedServers, statement: str
) -> None:
    connections: list[asyncpg.Connection] = []

    async def work(connection: asyncpg.Connection) -> None:
        connections.append(connection)
        if statement:
            await connection.execute(statement)
        await asyncio.Event().wait()

    async def end_first() -> bool:
        if not connections:
            return False
        administrator = await servers.postgres.connect()
        try:
            pid = connections[0].get_server_pid()
            return bool(await administrator.fetchval("SELECT pg_terminate_backend($1)", pid))
        finally:
            await administrator.close()

    async def began_anew() -> bool:
        return len(connections) == 2

    leading = asyncio.create_task(lead(sample.database, "test", work))
    try:
        await eventually(end_first)
        await eventually(began_anew)
        assert not leading.done()
    finally:
        leading.cancel()


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_work_begins_anew_whatever_the_driver_says_of_a_connection_that_ends(
    sample: Sample, error: Exception
) -> None:
    beginnings: list[asyncpg.Connection] = []

    async def work(connection: asyncpg.Connection) -> None:
        beginnings.append(connection)
        if len(beginnings) == 1:
            raise error
        await asyncio.Event().wait()

    async def began_anew() -> bool:
        return len(beginnings) == 2

    leading = asyncio.create_task(lead(sample.database, "test", work))
    try:
        await eventually(began_anew)
    finally:
        leading.cancel()
