"""Schemas are made once, by many at once, and an up-to-date one is seen so without loading alembic."""

import asyncio

import asyncpg
from sqlalchemy.engine import make_url

from backoffice.kit.database import driver_dsn
from backoffice.kit.migrations import migrate
from tests.backoffice.kit.sample_service.app import Sample


async def test_several_processes_may_migrate_at_once(empty_database_url: str) -> None:
    services = [Sample().service()]

    await asyncio.gather(*(migrate(empty_database_url, services) for _ in range(3)))

    connection = await asyncpg.connect(driver_dsn(make_url(empty_database_url)))
    try:
        assert await connection.fetchval("SELECT version_num FROM sample.alembic_version") == "0001"
        owner = "SELECT tableowner FROM pg_tables WHERE schemaname = 'sample' AND tablename = 'outbox'"
        assert await connection.fetchval(owner) == "chargeyard_sample"
    finally:
        await connection.close()
