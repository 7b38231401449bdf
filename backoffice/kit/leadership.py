"""One process at a time does what only one may do: it holds an advisory lock for as long as its connection lives.

Losing the connection ends the work at once. A work that commits anyway, a moment too late, must be harmless: see the
cursor in `consumer_runner.py` and the message ids in `outbox.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from zlib import crc32

import asyncpg
import structlog
from sqlalchemy import func, select

from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import DatabaseUnavailable
from backoffice.kit.forever import forever

log = structlog.get_logger(__name__)

STANDBY_POLL_S = 1.0
RECONNECT_S = 0.5
# An advisory lock has two halves; this one keeps ours apart from the locks of others in the same database.
_LOCK_CLASS = crc32(b"chargeyard leadership") - 2**31
# asyncpg says InternalClientError to a statement that meets a connection which is just being closed.
_CONNECTION_ENDED = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


async def lead(database: Database, name: str, work: Callable[[asyncpg.Connection], Awaitable[None]]) -> None:
    """Runs `work` whenever this process leads `name`, for ever: again after it was lost, standing by before.

    `work` is given the connection that holds the lock, and may LISTEN on it. What it raises ends `lead`.
    """
    for _ in forever():
        try:
            async with database.raw_connection() as connection:
                await _stand_by(connection, lock_id(f"{database.service}.{name}"))
                await _work_while_connected(connection, work)
        except (DatabaseUnavailable, *_CONNECTION_ENDED) as error:
            log.warning("leadership lost", service=database.service, work=name, reason=str(error))
        await asyncio.sleep(RECONNECT_S)


def lock_id(name: str) -> int:
    """The second half of the advisory lock that `name` stands for."""
    return crc32(name.encode()) - 2**31


async def lead_within(unit: Unit, name: str, *, service: str) -> bool:
    """Whether nobody leads `name`, and nobody will until the unit's transaction ends."""
    lock = select(func.pg_try_advisory_xact_lock(_LOCK_CLASS, lock_id(f"{service}.{name}")))
    return bool(await unit.session.scalar(lock))


async def _stand_by(connection: asyncpg.Connection, lock: int) -> None:
    # Asked again and again: a blocking lock would keep a transaction open, and vacuum waiting.
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", _LOCK_CLASS, lock):  # noqa: ASYNC110
        await asyncio.sleep(STANDBY_POLL_S)


async def _work_while_connected(
    connection: asyncpg.Connection, work: Callable[[asyncpg.Connection], Awaitable[None]]
) -> None:
    loop = asyncio.get_running_loop()
    try:
        # A time-out that never comes, unless the connection goes.
        async with asyncio.timeout(None) as scope:

            def end_work(_: asyncpg.Connection) -> None:
                scope.reschedule(loop.time())

            connection.add_termination_listener(end_work)
            try:
                await work(connection)
            finally:
                connection.remove_termination_listener(end_work)
    except TimeoutError:
        if scope.expired():
            raise DatabaseUnavailable("the connection that held the lock is gone") from None
        raise
