"""Every service's schema at its newest revision, made by the service's own role.

Alembic does the work where there is some; whether there is any is seen by one small query first, for loading alembic
costs more than that. A revision's number is the beginning of its file's name: `v0001_drivers.py` is revision `0001`.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from zlib import crc32

import asyncpg
import structlog
from sqlalchemy.engine import make_url

from backoffice.kit.database import driver_dsn, role_of
from backoffice.kit.errors import DatabaseUnavailable, SchemasBehind
from backoffice.kit.service import Service

log = structlog.get_logger(__name__)

ENVIRONMENT = Path(__file__).parent / "alembic"
_REVISION_FILE = re.compile(r"v(\d{4})_\w+\.py")
_LOCK = crc32(b"chargeyard migrations")


async def migrate(url: str, services: Sequence[Service]) -> None:
    """The schemas of `services` are at their newest revision, or further; several processes may say so at once.

    A schema that a later release has brought further stays so: migrations only add, and a release can be gone back to.
    `url` is of a role that may create schemas, or of any where nothing is to be done. Raises DatabaseUnavailable, and
    SchemasBehind where somebody else has to migrate.
    """
    try:
        connection = await asyncpg.connect(dsn=driver_dsn(make_url(url)))
    except (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as error:
        raise DatabaseUnavailable(str(error) or type(error).__name__) from error
    try:
        await _migrate(connection, url, services)
    finally:
        await connection.close()


def newest_revision(service: Service) -> str:
    """The number of the last file in the service's migrations."""
    numbers = (_REVISION_FILE.fullmatch(file.name) for file in service.migrations.iterdir())
    return max(match[1] for match in numbers if match)


async def _migrate(connection: asyncpg.Connection, url: str, services: Sequence[Service]) -> None:
    wanted = {service.name: newest_revision(service) for service in services}
    if not (names := await _behind(connection, wanted)):
        return
    if not await connection.fetchval("SELECT has_database_privilege(current_database(), 'CREATE')"):
        raise SchemasBehind(names)
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        names = await _behind(connection, wanted)
        behind = [service for service in services if service.name in names]
        for service in behind:
            await _prepare_schema(connection, service)
        if behind:
            await asyncio.to_thread(_upgrade_all, url, behind)
            log.info("migrated", services=[service.name for service in behind])
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def _behind(connection: asyncpg.Connection, wanted: Mapping[str, str]) -> Sequence[str]:
    """The schemas that are not there, or below the revision that is wanted: four digits, so they compare as text."""
    current = await _revisions(connection, wanted)
    return [name for name, revision in wanted.items() if current.get(name, "") < revision]


async def _revisions(connection: asyncpg.Connection, schemas: Iterable[str]) -> Mapping[str, str]:
    """The revision of each schema that has one."""
    made = await connection.fetch(
        "SELECT schemaname FROM pg_tables WHERE tablename = 'alembic_version' AND schemaname = ANY($1)", list(schemas)
    )
    if not made:
        return {}
    names = [row["schemaname"] for row in made]
    # The names are those of our own services.
    query = " UNION ALL ".join(f"SELECT '{name}' AS name, version_num FROM {name}.alembic_version" for name in names)  # noqa: S608
    return {row["name"]: row["version_num"] for row in await connection.fetch(query)}


async def _prepare_schema(connection: asyncpg.Connection, service: Service) -> None:
    """The role, the schema that it owns, and the extensions, which only we may create."""
    role = role_of(service.name)
    # Roles belong to the cluster: another database's migration may make the same one at this moment.
    await connection.execute(f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role} NOLOGIN; END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$""")
    if not await connection.fetchval("SELECT pg_has_role(current_user, $1, 'SET')", role):
        await connection.execute(f"GRANT {role} TO CURRENT_USER WITH SET TRUE")
    for extension in service.extensions:
        await connection.execute(f'CREATE EXTENSION IF NOT EXISTS "{extension}" SCHEMA public')
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {service.name} AUTHORIZATION {role}")


def _upgrade_all(url: str, services: Sequence[Service]) -> None:
    """In a thread of its own: alembic is synchronous and starts its own event loop."""
    from backoffice.kit.alembic.upgrade import upgrade

    asyncio.run(upgrade(url, services))
