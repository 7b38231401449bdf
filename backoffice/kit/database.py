"""One service's database: its own schema, its own role, a small pool, and transactions that belong to one tenant.

Invariants:
1. Every statement runs in a transaction; `app.tenant` names its tenant, and row-level security shows it no other rows.
2. ALL_TENANTS is said in words by those who work across tenants: workers, relays, the edge of a batch.
3. An event is published by the transaction that makes it true: it is a row of the outbox, written with the rest.
4. What is counted of a transaction is counted once it is committed, and never of what was undone.
5. `app.actor` names the person who acts, where one does: what they change is in the audit log of the same transaction.
"""

from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any

import asyncpg
import msgspec
import structlog
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from backoffice.kit import tables
from backoffice.kit.acting import current_actor
from backoffice.kit.errors import DatabaseUnavailable
from backoffice.kit.holders import Holders
from backoffice.kit.tracing import current_traceparent
from protocol.bus.catalogue import Catalogue
from protocol.bus.envelope import Envelope, encode_envelope, unique_event_id
from protocol.bus.subjects import domain_subject
from protocol.domain.identifiers import TenantId

log = structlog.get_logger(__name__)

ALL_TENANTS = TenantId("*")
"""The tenant of a transaction that works across them; `check_tenant` lets no tenant have this name."""

POOL_SIZE = 5
POOL_OVERFLOW = 0
POOL_TIMEOUT_S = 10.0
# PostgreSQL's classes for a connection that is gone, somebody who intervenes (a stop, a statement cancelled), resources
# that are used up (connections, memory, the disk) or fail, and a transaction that had to give way to another.
_UNAVAILABLE_STATES = ("08", "57", "53", "58", "40", "55P03")
_DATA_STATE = "22"  # and its class for a value that no column takes: out of range, no text

_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_WRITE_OUTBOX = insert(tables.outbox).on_conflict_do_nothing()
_SET_TENANT = text("SELECT set_config('app.tenant', :tenant, true)")
_SET_TENANT_AND_ACTOR = text(
    "SELECT set_config('app.tenant', :tenant, true), set_config('app.actor', :who, true),"
    " set_config('app.request', :request_id, true), set_config('app.note', :note, true)"
)


class Unit:
    """One unit of work: a session in its transaction, on behalf of a tenant, with the events that it makes true.

    `session` is SQLAlchemy's; only a repository writes queries on it. Nobody commits but the edge that opened it.
    """

    def __init__(self, session: AsyncSession, catalogue: Catalogue, *, source: str) -> None:
        self.session = session
        self.tenant = TenantId("")
        self.held: dict[Hashable, Any] = {}  # Any: rows of whatever table
        """What this transaction knows and need not ask for again, by keys of repositories: above all, locked rows."""
        self._catalogue = catalogue
        self._source = source
        self._published: list[dict[str, object]] = []
        self._after_commit: list[Callable[[], None]] = []

    async def act_for(self, tenant: TenantId) -> None:
        """From here on, until the end of the transaction or savepoint, the rows of `tenant` are seen and written."""
        await self.write_published()
        actor = current_actor()
        if actor is None:
            await self.session.execute(_SET_TENANT, {"tenant": tenant})
        else:
            values = {"tenant": tenant, "who": actor.who, "request_id": actor.request_id, "note": actor.note}
            await self.session.execute(_SET_TENANT_AND_ACTOR, values)
        self.tenant = tenant

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is done inside is kept or undone as one; the tenant is the outer one again where it is undone."""
        await self.write_published()
        tenant, promised = self.tenant, len(self._after_commit)
        try:
            async with self.session.begin_nested():
                yield
                await self.write_published()
        except BaseException:
            self._published.clear()
            del self._after_commit[promised:]
            self.held.clear()
            self.tenant = tenant
            raise

    async def undo(self) -> None:
        """Nothing that was done or published in this unit will have happened; a rehearsal ends so, without an error."""
        self._published.clear()
        self._after_commit.clear()
        self.held.clear()
        await self.session.rollback()

    def after_commit(self, act: Callable[[], None]) -> None:
        """`act` is called once the transaction is committed, and never where it or the savepoint around is undone.

        For what only this process knows, as its metrics: a process that dies in between has not called it.
        """
        self._after_commit.append(act)

    async def commit(self) -> None:
        """What was done stands, what was published is on its way, and what waited for that is called."""
        await self.write_published()
        await self.session.commit()
        for act in self._after_commit:
            act()

    async def publish(
        self,
        event: msgspec.Struct,
        *,
        key: str,
        now: datetime,
        occurred_at: datetime | None = None,
        event_id: str | None = None,
    ) -> None:
        """`event`, about `key`, is on the bus soon after this transaction commits, and never where it does not.

        The relay delivers it at least once and in order; the stream and the inboxes drop a second delivery. An
        `event_id` derived from keys makes saying the same twice one event.
        """
        assert self.tenant != ALL_TENANTS, "an event belongs to a tenant: act_for() one first"
        row = self._catalogue.row_of(type(event))
        envelope = Envelope(
            id=event_id or unique_event_id(now),
            source=self._source,
            type=row.type,
            time=now,
            tenant=self.tenant,
            subject=key,
            data=event,
            occurredat=occurred_at,
            traceparent=current_traceparent(),
        )
        values = {
            "id": envelope.id,
            "tenant_id": self.tenant,
            "subject": domain_subject(self.tenant, key=key, service=row.owner, event=row.name),
            "payload": encode_envelope(envelope),
            "created_at": now,
        }
        self._published.append(values)

    async def write_published(self) -> None:
        """What was published is in the outbox, in its order: many rows by one statement, before the tenant changes."""
        if self._published:
            rows, self._published = self._published, []
            await self.session.execute(_WRITE_OUTBOX, rows)


class Database:
    """The engine of one service. Its connections see the service's schema first and act as its role."""

    def __init__(self, url: str, *, service: str, catalogue: Catalogue) -> None:
        self.service = service
        self.url = make_url(url)
        self._catalogue = catalogue
        self._engine = create_async_engine(
            self.url,
            pool_size=POOL_SIZE,
            max_overflow=POOL_OVERFLOW,
            pool_timeout=POOL_TIMEOUT_S,
            # What an error says is logged, and kept beside dead letters and failed workers: values are people's.
            hide_parameters=True,
            connect_args={"server_settings": server_settings(service)},
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        self._holders = Holders()

    @asynccontextmanager
    async def transaction(self, tenant: TenantId) -> AsyncIterator[Unit]:
        """A unit of work for `tenant`, committed at the end unless an exception leaves it.

        Raises DatabaseUnavailable where the connection cannot be had or is lost.
        """
        async with self._unit(tenant, {}) as unit:
            yield unit

    @asynccontextmanager
    async def snapshot(self, tenant: TenantId) -> AsyncIterator[Unit]:
        """Like `transaction`, and only reads: every query sees the rows as they were at the first.

        For what is read by more than one query, and would be torn by a commit that falls between them.
        """
        async with self._unit(tenant, _SNAPSHOT) as unit:
            yield unit

    @asynccontextmanager
    async def _unit(self, tenant: TenantId, execution_options: Mapping[str, object]) -> AsyncIterator[Unit]:
        with _naming_outages():
            async with self._sessions() as session:
                unit = Unit(session, self._catalogue, source=f"/backoffice/{self.service}")
                with _naming_failed_connects(), self._naming_holders():
                    await _begin(unit, tenant, execution_options)
                with self._holders.holding():
                    yield unit
                    await unit.commit()

    @contextmanager
    def _naming_holders(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeoutError:
            log.warning("no connection is free", service=self.service, busy=self._holders.describe())
            raise

    @asynccontextmanager
    async def raw_connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection beside the pool, for what holds one for long: a lock, LISTEN. Acts as the service's role."""
        with _naming_failed_connects():
            connection = await asyncpg.connect(dsn=driver_dsn(self.url), server_settings=server_settings(self.service))
        try:
            yield connection
        finally:
            connection.terminate()

    async def check(self) -> None:
        """Returns where the database answers; raises DatabaseUnavailable where it does not."""
        async with self.transaction(ALL_TENANTS):
            return

    async def close(self) -> None:
        """No connection is open any more."""
        await self._engine.dispose()


async def _begin(unit: Unit, tenant: TenantId, execution_options: Mapping[str, object]) -> None:
    """The transaction has begun, for `tenant`. A connection that died in the pool is found out here, and not asked for
    beforehand: nothing was done on it, so a new one takes its place (with it, all that are as old go)."""
    try:
        await unit.session.connection(execution_options=execution_options)
        await unit.act_for(tenant)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        await unit.session.rollback()
        await unit.session.connection(execution_options=execution_options)
        await unit.act_for(tenant)


def role_of(service: str) -> str:
    """The database role that owns the service's schema and sees nothing else."""
    return f"chargeyard_{service}"


def server_settings(service: str) -> dict[str, str]:
    """What every connection of the service starts with."""
    return {
        "role": role_of(service),
        "search_path": f"{service},public",
        "application_name": f"backoffice.{service}",
        # Short statements, and the driver's questions for types: to compile them takes longer than to run them.
        "jit": "off",
    }


def driver_dsn(url: URL) -> str:
    """The SQLAlchemy URL as asyncpg itself reads it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def is_outage(error: BaseException) -> bool:
    """Whether the same transaction may succeed another time: it lost its connection, or against another one."""
    if isinstance(error, PoolTimeoutError):
        return True
    if isinstance(error, asyncpg.PostgresError):  # COPY is said to the driver itself
        return _state_of(error).startswith(_UNAVAILABLE_STATES)
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or _state_of(error.orig).startswith(_UNAVAILABLE_STATES)


def is_unstorable(error: BaseException) -> bool:
    """Whether the error says that a value has no room in its column, which trying again does not change."""
    return isinstance(error, DBAPIError) and _state_of(error.orig).startswith(_DATA_STATE)


def _state_of(error: BaseException | None) -> str:
    return str(getattr(error, "sqlstate", None) or "")


@contextmanager
def _naming_outages() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, asyncpg.PostgresError) as error:
        if is_outage(error):
            raise DatabaseUnavailable(str(error)) from error
        raise


@contextmanager
def _naming_failed_connects() -> Iterator[None]:
    try:
        yield
    except (
        OSError,
        asyncpg.PostgresConnectionError,
        asyncpg.InterfaceError,
        asyncpg.OperatorInterventionError,
    ) as error:
        raise DatabaseUnavailable(str(error) or type(error).__name__) from error
