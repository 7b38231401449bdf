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
