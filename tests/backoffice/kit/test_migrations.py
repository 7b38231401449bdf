"""Schemas are made once, by many at once, and an up-to-date one is seen so without loading alembic."""

import asyncio

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from backoffice.kit.database import driver_dsn
from backoffice.kit.errors import SchemasBehind
from backoffice.kit.migrations import migrate
from tests.backoffice.kit.sample_service.app import Sample


async def test_several_processes_may_migrate_at_once(empty_database_url: str) -> None:
    services = [Sample().service()]

    await asyncio.gather(*(migrate(empty_database_url, services) for _ in range(3)))

    connection = await asyncpg.connect(driver_dsn(make_url(empty_database_url)))
    try:
        assert await connection.fetchval("SELECT version_num FROM sample.alembic_version") == "0002"
        owner = "SELECT tableowner FROM pg_tables WHERE schemaname = 'sample' AND tablename = 'outbox'"
        assert await connection.fetchval(owner) == "chargeyard_sample"
    finally:
        await connection.close()


async def test_schema_of_a_later_release_stays_as_it_is(empty_database_url: str) -> None:
    services = [Sample().service()]
    await migrate(empty_database_url, services)
    connection = await asyncpg.connect(driver_dsn(make_url(empty_database_url)))
    try:
        await connection.execute("UPDATE sample.alembic_version SET version_num = '0009'")

        await migrate(empty_database_url, services)

        assert await connection.fetchval("SELECT version_num FROM sample.alembic_version") == "0009"
    finally:
        await connection.close()


async def test_role_that_may_not_migrate_hears_who_may(empty_database_url: str) -> None:
    services = [Sample().service()]
    await migrate(empty_database_url, services)
    connection = await asyncpg.connect(driver_dsn(make_url(empty_database_url)))
    try:
        await connection.execute("ALTER ROLE chargeyard_sample LOGIN")
        await connection.execute("UPDATE sample.alembic_version SET version_num = '0001'")
        own_url = make_url(empty_database_url).set(username="chargeyard_sample").render_as_string(hide_password=False)

        with pytest.raises(SchemasBehind, match=r"sample.*--migrate-only"):
            await migrate(own_url, services)

        await connection.execute("UPDATE sample.alembic_version SET version_num = '0002'")
        await migrate(own_url, services)
    finally:
        await connection.close()
