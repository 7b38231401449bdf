"""Every business table of every service: a person's write is in the audit log, before and after, and no other is."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.engine import make_url

from backoffice.kit.database import driver_dsn, server_settings
from backoffice.kit.migrations import migrate
from backoffice.kit.tables import later_metadata, metadata
from backoffice.services import SERVICE_NAMES, load_services

SECRETS = {
    "identity.accounts": {"password_hash"},
    "identity.id_tokens": {"value"},
    "identity.second_factors": {"sealed_secret"},
    "identity.api_keys": {"hash"},
    "stations.stations": {"credential_hash", "previous_credential_hash"},
    "billing.payment_methods": {"provider_reference"},
    "notifications.push_subscriptions": {"endpoint", "public_key", "auth_secret"},
    "notifications.webhooks": {"secret", "previous_secret"},
}
NOT_AUDITED = {
    # Secrets that are used up, and what they derive from.
    "identity.refresh_tokens", "identity.one_time_codes", "identity.recovery_codes", "identity.token_refs",
    # What stations said and hold; a command is a record by itself.
    "identity.unknown_tokens", "stations.strangers", "stations.refused_handshakes", "stations.commands",
    "stations.variables", "stations.charging_profiles", "stations.external_limits", "stations.vehicle_needs",
    "stations.reservations", "stations.uploads", "stations.reports", "stations.report_parts", "stations.monitors",
    "stations.monitoring_settings", "stations.station_events", "stations.display_messages",
    "stations.campaign_members", "stations.network_profiles", "stations.sent_shares", "sessions.registers",
    "sessions.pauses",
    # What follows from a change that is audited, or from a provider.
    "billing.holds", "billing.invoice_numbers", "billing.credit_note_numbers", "billing.statement_numbers",
    "billing.payments", "billing.ledger_entries", "billing.settlements", "billing.web_payments",
    "billing.terminal_payments", "billing.provider_events", "billing.sandbox_payments", "billing.sandbox_refunds",
    "reservations.reserved_places", "sessions.cdrs", "notifications.notifications", "notifications.messages",
    "billing.cards_to_remove",
    # A copy of what is elsewhere, for a week.
    "profiles.exports",
    # What stations said, and what comes of what other services said.
    "telemetry.readings", "telemetry.station_events", "telemetry.frames", "telemetry.deviations", "telemetry.rollups",
    "telemetry.rollup_marks", "telemetry.port_changes", "telemetry.closures", "reporting.sold", "reporting.bookings",
    "reporting.places", "reporting.port_changes", "reporting.sites", "reporting.refreshes", "reporting.reports",
    # What the platform measures.
    "admin.watched_evses", "admin.failed_payments", "admin.quarantined_messages", "admin.erasures",
}  # fmt: skip
_BARE = """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT conrelid::regclass AS name, conname FROM pg_constraint
            WHERE contype IN ('c', 'f', 'x') AND connamespace = '{schema}'::regnamespace AND conrelid <> 0
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', found.name, found.conname); END LOOP;
    END $$"""


@pytest_asyncio.fixture
async def connection(empty_database_url: str) -> AsyncIterator[asyncpg.Connection]:
    await migrate(empty_database_url, load_services())
    connection = await asyncpg.connect(driver_dsn(make_url(empty_database_url)))
    yield connection
    await connection.close()


async def tables_of(connection: asyncpg.Connection, service: str) -> Mapping[str, bool]:
    """Each business table of a service, and whether it is audited."""
    rows = await connection.fetch(
        """SELECT c.relname AS name, EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'audited')
           AS is_audited FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p')
           AND NOT c.relispartition""",
        service,
    )
    kits = {*metadata.tables, *later_metadata.tables, "alembic_version"}
    return {row["name"]: row["is_audited"] for row in rows if row["name"] not in kits}


async def test_every_table_is_audited_or_named_with_the_reason_why_not(connection: asyncpg.Connection) -> None:
    for service in load_services():
        for table, is_audited in (await tables_of(connection, service.name)).items():
            name = f"{service.name}.{table}"
            assert is_audited != (name in NOT_AUDITED), name


@pytest.mark.parametrize("service", SERVICE_NAMES)
async def test_write_of_a_person_is_audited_in_every_table(connection: asyncpg.Connection, service: str) -> None:
    await connection.execute(_BARE.format(schema=service))
    audited = [table for table, is_audited in (await tables_of(connection, service)).items() if is_audited]
    for name, value in server_settings(service).items():
        await connection.execute("SELECT set_config($1, $2, false)", name, value)
    assert audited

    for table in audited:
        columns = await columns_of(connection, service, table)
        await act(connection, who="")
        await write(connection, table, columns, value="written by nobody")
        await connection.execute(f"DELETE FROM {table}")
        await act(connection, who="admin:olga")
        await write(connection, table, columns, value="first")
        changed = await change(connection, table, columns, value="second")
        await connection.execute(f"DELETE FROM {table}")
        entries = await connection.fetch("SELECT * FROM audit_log WHERE table_name = $1 ORDER BY position", table)

        expected = ["insert", "update", "delete"] if changed else ["insert", "delete"]
        assert [entry["action"] for entry in entries] == expected, table
        assert {(entry["who"], entry["request_id"], entry["tenant_id"]) for entry in entries} == {
            ("admin:olga", "request-1", "default")
        }
        inserted, deleted = entries[0], entries[-1]
        assert inserted["before"] is None
        assert inserted["after"] is not None
        assert deleted["before"] is not None
        assert deleted["after"] is None
        assert all(entry["row_key"] for entry in entries)
        for secret in SECRETS.get(f"{service}.{table}", ()):
            assert secret in inserted["hidden"], (table, secret)
            assert f'"{secret}"' not in inserted["after"] + deleted["before"]
        if changed:
            assert entries[1]["before"] != entries[1]["after"]
            assert f'"{changed}"' in entries[1]["after"]


async def act(connection: asyncpg.Connection, *, who: str) -> None:
    for name, value in {"tenant": "default", "actor": who, "request": "request-1", "note": ""}.items():
        await connection.execute("SELECT set_config($1, $2, false)", f"app.{name}", value)


async def columns_of(connection: asyncpg.Connection, service: str, table: str) -> Mapping[str, str]:
    """The columns that can be written, with their types."""
    rows = await connection.fetch(
        """SELECT attname, format_type(atttypid, NULL) AS type FROM pg_attribute
           WHERE attrelid = ($1 || '.' || $2)::regclass AND attnum > 0 AND NOT attisdropped
           AND attgenerated = '' AND attidentity = ''""",
        service,
        table,
    )
    return {row["attname"]: row["type"] for row in rows}


async def keys_of(connection: asyncpg.Connection, table: str) -> set[str]:
    rows = await connection.fetch(
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)"
        " WHERE indrelid = $1::regclass AND indisprimary",
        table,
    )
    return {row["attname"] for row in rows}


def sample(kind: str, value: str) -> str:
    """An SQL literal of the type."""
    number = {"first": 1, "second": 2}.get(value, 3)
    by_type: Mapping[str, Any] = {
        "boolean": "true" if number == 1 else "false",
        "jsonb": f"'[{number}]'",
        "bytea": f"'\\x0{number}'",
        "timestamp with time zone": f"'2026-01-0{number}T00:00Z'",
        "date": f"'2026-01-0{number}'",
        "time without time zone": f"'0{number}:00'",
        "interval": f"'{number} hours'",
        "point": f"'({number},{number})'",
        "earth": f"ll_to_earth({number}, {number})",
    }
    if kind.endswith("[]"):
        return f"'{{{number}}}'"
    if kind in ("integer", "bigint", "smallint", "numeric", "double precision", "real"):
        return str(number)
    return str(by_type.get(kind, f"'{value}'"))


async def write(connection: asyncpg.Connection, table: str, columns: Mapping[str, str], *, value: str) -> None:
    values = ["'default'" if name == "tenant_id" else sample(kind, value) for name, kind in columns.items()]
    await connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(values)})")


async def change(connection: asyncpg.Connection, table: str, columns: Mapping[str, str], *, value: str) -> str | None:
    """The column that has another value now; None where a row has nothing but its key and secrets."""
    keys = await keys_of(connection, table)
    schema = await connection.fetchval("SELECT current_schema()")
    kept = SECRETS.get(f"{schema}.{table}", set()) | {"provider_reference"}
    for name, kind in columns.items():
        if name not in keys and name not in kept:
            await connection.execute(f"UPDATE {table} SET {name} = {sample(kind, value)}")
            return name
    return None
