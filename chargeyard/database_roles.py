"""The roles of one installation's database: one for every service, and the owner, which migrates for all of them.

`python -m chargeyard.database_roles` makes them in the database of DATABASE_URL, which has to be a superuser's. What is
there already stays, but for passwords: each is what its variable says now.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence

import asyncpg
from sqlalchemy.engine import make_url

from backoffice.kit.database import driver_dsn, role_of
from chargeyard.paths import PATHS_OF_SERVICE

OWNER = "owner"
ROLES = (OWNER, *PATHS_OF_SERVICE)


def password_variable(name: str) -> str:
    """The variable that holds the password of a service's role, or of the owner's."""
    return f"DATABASE_PASSWORD_{name.upper()}"


def main(argv: Sequence[str] | None = None) -> int:
    """0 once every role is there; 1 where a variable is missing or the database refuses."""
    parser = argparse.ArgumentParser(
        prog="python -m chargeyard.database_roles",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(argv)
    needed = {"DATABASE_URL", *map(password_variable, ROLES)}
    if missing := sorted(name for name in needed if not os.environ.get(name)):
        print(f"These variables are missing: {', '.join(missing)}. `chargeyard secrets` makes them.", file=sys.stderr)
        return 1
    passwords = {name: os.environ[password_variable(name)] for name in ROLES}
    try:
        asyncio.run(make_roles(os.environ["DATABASE_URL"], passwords))
    except (OSError, asyncpg.PostgresError) as error:
        print(f"The roles were not made: {error}. DATABASE_URL has to be of a superuser.", file=sys.stderr)
        return 1
    print(f"{len(ROLES)} roles are there.")
    return 0


async def make_roles(url: str, passwords: Mapping[str, str]) -> None:
    """Every role may log in, by its password where `passwords` names one, and the owner may make schemas for all.

    `url` is a superuser's. Raises OSError or asyncpg.PostgresError.
    """
    connection = await asyncpg.connect(dsn=driver_dsn(make_url(url)))
    try:
        async with connection.transaction():
            await _make_all(connection, passwords)
    finally:
        await connection.close()


async def _make_all(connection: asyncpg.Connection, passwords: Mapping[str, str]) -> None:
    for name in ROLES:
        await _make_role(connection, role_of(name), passwords.get(name))
    owner = role_of(OWNER)
    for service in PATHS_OF_SERVICE:
        await connection.execute(f"GRANT {role_of(service)} TO {owner} WITH SET TRUE, INHERIT TRUE")
    database = await connection.fetchval("SELECT quote_ident(current_database())")
    await connection.execute(f"GRANT CREATE ON DATABASE {database} TO {owner}")


async def _make_role(connection: asyncpg.Connection, role: str, password: str | None) -> None:
    if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f"CREATE ROLE {role}")
    await connection.execute(f"ALTER ROLE {role} LOGIN")
    if password:
        quoted = await connection.fetchval("SELECT quote_literal($1)", password)
        await connection.execute(f"ALTER ROLE {role} PASSWORD {quoted}")


if __name__ == "__main__":
    sys.exit(main())
