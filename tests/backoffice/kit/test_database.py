"""A tenant sees its own rows alone, whatever the query; a service sees its own schema alone."""

from contextlib import suppress

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.errors import DatabaseUnavailable
from chargeyard.embedded import EmbeddedServers
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId
from tests.backoffice.kit.sample_service.app import SAMPLE_CATALOGUE, Sample, StartCounted
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
async def test_statements_are_not_compiled(sample: Sample) -> None:
    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        assert (await unit.session.execute(text("SHOW jit"))).scalar_one() == "off"


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
async def test_connection_that_died_in_the_pool_is_replaced_unnoticed(sample: Sample, servers: EmbeddedServers) -> None:
    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        pid = (await unit.session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    administrator = await servers.postgres.connect()
    try:
        assert await administrator.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
    finally:
        await administrator.close()

    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        await sample.count(unit, "CP001")
        assert (await unit.session.execute(text("SELECT pg_backend_pid()"))).scalar_one() != pid


async def test_what_a_failed_savepoint_published_is_not_written(place: HttpPlace, sample: Sample) -> None:
    async def publish(unit: Unit, starts: int) -> None:
        await unit.publish(StartCounted("CP001", starts), key="CP001", now=place.clock())

    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        await publish(unit, 1)
        with suppress(ZeroDivisionError):
            async with unit.savepoint():
                await publish(unit, 2)
                raise ZeroDivisionError
        await unit.act_for(OTHER)
        await publish(unit, 3)

    async with sample.database.transaction(ALL_TENANTS) as unit:
        rows = (await unit.session.execute(text("SELECT tenant_id FROM outbox ORDER BY position"))).scalars().all()
    assert rows == ["default", "other"]


async def test_what_an_undone_unit_did_and_published_never_happened(place: HttpPlace, sample: Sample) -> None:
    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        await sample.count(unit, "CP001")
        await unit.publish(StartCounted("CP001", 1), key="CP001", now=place.clock())
        await unit.undo()

    async with sample.database.transaction(ALL_TENANTS) as unit:
        assert not (await unit.session.execute(text("SELECT 1 FROM start_counts UNION SELECT 1 FROM outbox"))).all()


@pytest.mark.usefixtures("place")
async def test_what_waits_for_the_commit_is_called_after_it_once_and_never_of_what_was_undone(sample: Sample) -> None:
    called: list[str] = []

    async def committed() -> int:
        async with sample.database.transaction(DEFAULT_TENANT) as other:
            return len((await other.session.execute(text("SELECT 1 FROM start_counts"))).all())

    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        unit.after_commit(lambda: called.append("outside"))
        async with unit.savepoint():
            await sample.count(unit, "CP001")
            unit.after_commit(lambda: called.append("kept"))
        with suppress(ZeroDivisionError):
            async with unit.savepoint():
                async with unit.savepoint():
                    unit.after_commit(lambda: called.append("kept inside of what is undone"))
                raise ZeroDivisionError
        assert (called, await committed()) == ([], 0)
    assert (called, await committed()) == (["outside", "kept"], 1)

    called.clear()
    async with sample.database.transaction(DEFAULT_TENANT) as unit:
        unit.after_commit(lambda: called.append("before the undoing"))
        await unit.undo()
    with suppress(ZeroDivisionError):
        async with sample.database.transaction(DEFAULT_TENANT) as unit:
            unit.after_commit(lambda: called.append("of a transaction that failed"))
            raise ZeroDivisionError
    with suppress(DBAPIError):
        async with sample.database.transaction(DEFAULT_TENANT) as unit:
            unit.after_commit(lambda: called.append("of one that could not be committed"))
            await unit.session.execute(text("SELECT 1 / 0"))
    assert called == []


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


async def test_what_may_go_another_time_is_no_fault_of_the_statement(place: HttpPlace, sample: Sample) -> None:
    # Disk full, memory gone, too many connections, a lock not had, a cancel, a stop, a disk that fails, a deadlock.
    away = ("53100", "53200", "53300", "55P03", "57014", "57P01", "58030", "40P01")
    found = {}

    for state in (*away, "23505", "22003", "42P01"):
        raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '{state}'; END $$")
        with pytest.raises((DatabaseUnavailable, DBAPIError)) as raised:
            async with sample.database.transaction(DEFAULT_TENANT) as unit:
                await unit.session.execute(raising)
        found[state] = raised.type

    assert {state for state, kind in found.items() if kind is DatabaseUnavailable} == set(away)


@pytest.mark.parametrize(("state", "kind"), [("53100", DatabaseUnavailable), ("22P02", asyncpg.PostgresError)])
async def test_outage_is_named_where_the_driver_itself_is_spoken_to(
    place: HttpPlace, sample: Sample, state: str, kind: type[Exception]
) -> None:
    async def copy() -> None:
        async with sample.database.transaction(DEFAULT_TENANT) as unit:
            driver = (await (await unit.session.connection()).get_raw_connection()).driver_connection
            assert driver is not None
            await driver.execute(f"DO $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '{state}'; END $$")

    with pytest.raises(kind):
        await copy()


async def test_error_of_a_statement_says_none_of_its_values(place: HttpPlace, sample: Sample) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with sample.database.transaction(DEFAULT_TENANT) as unit:
            await unit.session.execute(text("SELECT 1 / 0 WHERE 'x' <> :value"), {"value": "ada@example.org"})

    assert "ada@" not in str(raised.value)
