"""The relay: what services committed to their outbox is on the DOMAIN stream a moment later.

Invariants:
1. One relay of a service runs at a time, and publishes unpublished rows in the order in which they were written.
2. `Nats-Msg-Id` is the row's id: a row published twice, after a crash before the mark, is one message.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import asyncpg
import structlog
from sqlalchemy import Text, any_, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.errors import BusUnavailable, DatabaseUnavailable
from backoffice.kit.forever import forever
from backoffice.kit.leadership import lead
from backoffice.kit.tables import outbox
from backoffice.kit.telemetry import OUTBOX_PUBLISHED

log = structlog.get_logger(__name__)

BATCH = 256
KEPT = timedelta(days=7)
# A trigger notifies at commit; the poll is for what a lost connection did not hear.
POLL_S = 5.0
RETRY_S = 0.5
# What is committed in a moment goes together: a round costs two transactions, however many rows it has.
GATHER_S = 0.02

# Built once: they run for every round.
_WAITING = (
    select(outbox.c.id, outbox.c.subject, outbox.c.payload)
    .where(outbox.c.published_at.is_(None))
    .order_by(outbox.c.position)
    .limit(BATCH)
)
_MARK = (
    update(outbox).where(outbox.c.id == any_(bindparam("ids", type_=ARRAY(Text)))).values(published_at=bindparam("at"))
)


class OutboxRow(NamedTuple):
    """A row that waits."""

    id: str
    subject: str
    payload: bytes


class OutboxRelay:
    """Publishes one service's outbox while this process leads it."""

    def __init__(self, database: Database, bus: Bus, *, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._written = asyncio.Event()

    async def run(self) -> None:
        """Never returns."""
        await lead(self._database, "outbox", self._relay)

    async def publish_waiting(self) -> int:
        """Every row that waits now is published and marked; returns how many were."""
        published = 0
        async with self._database.transaction(ALL_TENANTS) as unit:
            rows = await _read_waiting(unit)
        while rows:
            published += len(rows)
            rows = await self._publish(rows)
        return published

    async def prune(self) -> int:
        """Rows published more than KEPT ago are gone; returns how many were."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            pruned = await unit.session.execute(
                delete(outbox).where(outbox.c.published_at < self._clock() - KEPT).returning(outbox.c.id)
            )
            return len(pruned.all())

    async def _relay(self, connection: asyncpg.Connection) -> None:
        await connection.add_listener(channel_of(self._database.service), lambda *_: self._written.set())
        for _ in forever():
            self._written.clear()
            try:
                await self.publish_waiting()
            except (BusUnavailable, DatabaseUnavailable) as error:
                log.warning("outbox waits", service=self._database.service, reason=str(error))
                await asyncio.sleep(RETRY_S)
                continue
            await self._wait_for_rows()

    async def _wait_for_rows(self) -> None:
        try:
            async with asyncio.timeout(POLL_S):
                await self._written.wait()
        except TimeoutError:
            return
        await asyncio.sleep(GATHER_S)

    async def _publish(self, rows: Sequence[OutboxRow]) -> Sequence[OutboxRow]:
        """Returns those that wait behind them.

        All in flight at once: each coroutine writes to the socket before it first waits, so the order stands.
        """
        results = await asyncio.gather(
            *(self._bus.publish(row.subject, row.payload, message_id=row.id) for row in rows), return_exceptions=True
        )
        failures = [result for result in results if isinstance(result, BaseException)]
        published = [row.id for row, result in zip(rows, results, strict=True) if not isinstance(result, BaseException)]
        async with self._database.transaction(ALL_TENANTS) as unit:
            await unit.session.execute(_MARK, {"ids": published, "at": self._clock()})
            behind = [] if failures else await _read_waiting(unit)
        OUTBOX_PUBLISHED.labels(self._database.service).inc(len(published))
        for failure in failures:
            raise failure
        return behind


async def _read_waiting(unit: Unit) -> Sequence[OutboxRow]:
    return [OutboxRow(*row) for row in await unit.session.execute(_WAITING)]


def channel_of(service: str) -> str:
    """Where PostgreSQL notifies of new outbox rows; the trigger in `migrations.py` spells it alike."""
    return f"outbox_{service}"
