"""A tenant sees its own rows alone, whatever the query; a service sees its own schema alone."""

from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.errors import DatabaseUnavailable
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId
from tests.backoffice.kit.sample_service.app import SAMPLE_CATALOGUE, Sample
from tests.factories.places import HttpPlace

OTHER = TenantId("other")


async def write_counts(sample: Sample) -> None:
    for tenant in (DEFAULT_TENANT, OTHER):
        async with sample.database.transaction(tenant) as unit:
            await sample.count(unit, "CP001")


@pytest.mark.usefixtures("place")
async def test_query_that_forgets_the_tenant_sees_its_own_rows_alone(sample: Sample) -> None:
    await write_counts(sample)

    async with sample.database.transaction(OTHER) as unit:
        rows = (await unit.session.execute(text("SELECT tenant_id FROM start_counts"))).scalars().all()
        updated = await unit.session.execute(text("UPDATE start_counts SET starts = 99 RETURNING tenant_id"))
        assert rows == ["other"]
        assert updated.scalars().all() == ["other"]


@pytest.mark.usefixtures("place")
async def test_row_of_another_tenant_cannot_be_written(sample: Sample) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with sample.database.transaction(OTHER) as unit:
            await unit.session.execute(text("INSERT INTO start_counts VALUES ('default', 'CP009', 1)"))


@pytest.mark.usefixtures("place")
async def test_transaction_without_a_tenant_sees_nothing_and_one_of_all_sees_all(sample: Sample) -> None:
    await write_counts(sample)

    async with sample.database.transaction(TenantId("")) as unit:
        assert (await unit.session.execute(text("SELECT 1 FROM start_counts"))).all() == []
    async with sample.database.transaction(ALL_TENANTS) as unit:
        assert len((await unit.session.execute(text("SELECT 1 FROM start_counts"))).all()) == 2


@pytest.mark.usefixtures("place")
async def test_savepoint_that_fails_restores_the_tenant(sample: Sample) -> None:
    await write_counts(sample)

    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        with suppress(ZeroDivisionError):
            async with unit.savepoint():
                await unit.act_for(OTHER)
                raise ZeroDivisionError
        rows = (await unit.session.execute(text("SELECT tenant_id FROM start_counts"))).scalars().all()
        assert (unit.tenant, rows) == (DEFAULT_TENANT, ["default"])


@pytest.mark.usefixtures("place")
async def test_snapshot_is_not_torn_by_a_commit_between_its_queries(sample: Sample) -> None:
    starts = text("SELECT starts FROM start_counts")
    await write_counts(sample)

    async with sample.database.snapshot(DEFAULT_TENANT) as unit:
        first = (await unit.session.execute(starts)).scalars().all()
        await write_counts(sample)
        second = (await unit.session.execute(starts)).scalars().all()
    async with sample.database.snapshot(DEFAULT_TENANT) as unit:
        later = (await unit.session.execute(starts)).scalars().all()

    assert (first, second, later) == ([1], [1], [2])


@pytest.mark.usefixtures("place")
async def test_snapshot_writes_nothing_and_its_connection_writes_again(sample: Sample) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        async with sample.database.snapshot(DEFAULT_TENANT) as unit:
            await sample.count(unit, "CP001")

    await write_counts(sample)


async def test_service_cannot_enter_the_schema_of_another(place: HttpPlace, sample: Sample) -> None:
    async with sample.database.raw_connection() as connection:
        assert await connection.fetchval("SELECT current_user") == "chargeyard_sample"
        assert not await connection.fetchval(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert not await connection.fetchval("SELECT has_schema_privilege('chargeyard_sample', 'pg_toast', 'CREATE')")


async def test_database_that_is_away_is_named_so() -> None:
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none", service="sample", catalogue=SAMPLE_CATALOGUE)

    with pytest.raises(DatabaseUnavailable):
        await database.check()
    await database.close()
