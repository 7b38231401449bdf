"""The database of a backup: PostgreSQL's own dump of one snapshot, and what is read of the same one."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL, make_url

from backoffice.kit.database import driver_dsn, role_of
from chargeyard.backup.errors import ToolFailed
from chargeyard.embedded.folders import find_binary
from chargeyard.embedded.postgres import DISTRIBUTION

_ASIDE = "_set_aside"
_LAST_LINES = 15


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The database at one moment; `outbox_ids` are those of every event that it has written and not yet forgotten."""

    snapshot_id: str
    version: str
    revisions: Mapping[str, str]
    outbox_ids: frozenset[str]


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database that SQLAlchemy calls `url`."""
    connection = await asyncpg.connect(dsn=driver_dsn(make_url(url)))
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def snapshot_of(connection: asyncpg.Connection, services: Sequence[str]) -> AsyncIterator[Snapshot]:
    """One moment of the database, for as long as the context lasts."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        snapshot_id = await connection.fetchval("SELECT pg_export_snapshot()")
        made = [service for service in services if await has_schema(connection, service)]
        revisions = {
            service: await connection.fetchval(f"SELECT version_num FROM {service}.alembic_version")  # noqa: S608 - our own names
            for service in made
        }
        outbox = " UNION ALL ".join(f"SELECT id FROM {service}.outbox" for service in made)  # noqa: S608
        rows = await connection.fetch(outbox) if made else []
        version = await connection.fetchval("SHOW server_version")
        yield Snapshot(snapshot_id, version, revisions, frozenset(row["id"] for row in rows))


async def has_schema(connection: asyncpg.Connection, service: str) -> bool:
    """Whether the service's schema was ever made."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'alembic_version')", service
        )
    )


async def dump(url: str, snapshot: Snapshot, path: Path) -> None:
    """The services' schemas as of the snapshot are in the file, in pg_dump's own format. Raises ToolFailed."""
    schemas = [f"--schema={service}" for service in snapshot.revisions]
    await _run(url, "pg_dump", f"--snapshot={snapshot.snapshot_id}", "--format=custom", *schemas, f"--file={path}")


async def load(url: str, path: Path, services: Mapping[str, Sequence[str]]) -> None:
    """The dump is in the database, whose schemas of these services are replaced by it; values are their extensions.

    They stand aside meanwhile, and come back where the dump is not taken. Raises ToolFailed.
    """
    async with connected(url) as connection:
        for service, extensions in services.items():
            role = role_of(service)
            if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
                await connection.execute(f"CREATE ROLE {role} NOLOGIN")
            if not await connection.fetchval("SELECT pg_has_role(current_user, $1, 'SET')", role):
                await connection.execute(f"GRANT {role} TO CURRENT_USER WITH SET TRUE")
            for extension in extensions:
                await connection.execute(f'CREATE EXTENSION IF NOT EXISTS "{extension}" SCHEMA public')
    aside = await _set_aside(url, list(services))
    try:
        # Row security stays on for what is made of tables: a materialised view belongs to its service, which the
        # policies of its own tables fence too. It is empty until reporting makes it anew; rows come by COPY, unfenced.
        options = ("--single-transaction", "--exit-on-error", "--enable-row-security")
        await _run(url, "pg_restore", *options, str(path))
    except BaseException:
        await _bring_back(url, aside)
        raise
    async with connected(url) as connection:
        for service in aside:
            await connection.execute(f"DROP SCHEMA {service}{_ASIDE} CASCADE")


async def adopt_streams(url: str, services: Sequence[str], created_at: Mapping[str, datetime]) -> None:
    """The cursors go on in the streams that were made at these times. A partition is named by its stream."""
    async with connected(url) as connection:
        for service in services:
            for stream, at in created_at.items():
                await connection.execute(
                    f"UPDATE {service}.cursors SET stream_created_at = $2"  # noqa: S608 - our own names
                    " WHERE partition = $1 OR starts_with(partition, $1 || '-')",
                    stream,
                    at,
                )


async def _set_aside(url: str, services: Sequence[str]) -> Sequence[str]:
    """The schemas of these services that are there have another name; returns whose. What a restore that was killed
    left under that name is gone."""
    async with connected(url) as connection, connection.transaction():
        rows = await connection.fetch("SELECT nspname FROM pg_namespace WHERE nspname = ANY($1)", list(services))
        aside = [row["nspname"] for row in rows]
        for service in aside:
            await connection.execute(f"DROP SCHEMA IF EXISTS {service}{_ASIDE} CASCADE")
            await connection.execute(f"ALTER SCHEMA {service} RENAME TO {service}{_ASIDE}")
    return aside


async def _bring_back(url: str, aside: Sequence[str]) -> None:
    async with connected(url) as connection, connection.transaction():
        for service in aside:
            await connection.execute(f"ALTER SCHEMA {service}{_ASIDE} RENAME TO {service}")


async def _run(url: str, program: str, *arguments: str) -> None:
    """The program did its work in the database. Its password is told beside the arguments, which everybody sees."""
    address = make_url(url)
    without_password = URL.create(
        address.drivername, address.username, None, address.host, address.port, address.database, address.query
    )
    process = await asyncio.create_subprocess_exec(
        str(find_binary(DISTRIBUTION, program)),
        f"--dbname={driver_dsn(without_password)}",
        *arguments,
        env={**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        raise ToolFailed(program, "\n".join(said.decode(errors="replace").splitlines()[-_LAST_LINES:]))
