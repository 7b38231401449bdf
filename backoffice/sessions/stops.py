"""Transactions that are owed their stop: no token that is known may charge by them, or they have gone far enough.

A stop is owed until the station answered it, the transaction ended, or a good card made the session somebody's. A
station that is away, busy or silent is asked again, at growing intervals: to stop twice does no harm.
"""

import asyncio
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from backoffice.contracts.stations import (
    DESCRIBE_EVSE,
    STOP_TRANSACTION,
    CommandStatus,
    DescribeEvse,
    StopTransaction,
)
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.errors import Failure
from backoffice.sessions import repository
from backoffice.sessions.models import SessionRow
from protocol.domain.identifiers import StationId, TenantId, TransactionId

log = structlog.get_logger(__name__)

_LOOKED_AT = 1_000
_AT_ONCE = 16
_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(minutes=1)
_STATION_ANSWERS_WITHIN_S = 35.0
_HEARD = frozenset((CommandStatus.ACCEPTED, CommandStatus.REFUSED))


class _Pause(NamedTuple):
    until: datetime
    length: timedelta


class OwedStops:
    """The worker that asks for them."""

    def __init__(self, database: Database, bus: Bus, *, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._pauses: dict[str, _Pause] = {}
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def go_on(self) -> None:
        """Every stop that is due was asked for; a station that is slow to answer holds up no other."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            owed = await repository.select_owed_stops(unit, limit=_LOOKED_AT)
        now = self._clock()
        self._pauses = {row.id: self._pauses[row.id] for row in owed if row.id in self._pauses}
        due = [row for row in owed if row.id not in self._pauses or self._pauses[row.id].until <= now]
        await asyncio.gather(*(self._pay(row) for row in due))

    async def _pay(self, session: SessionRow) -> None:
        tenant = TenantId(session.tenant_id)
        try:
            async with self._room:
                is_heard = session.ended_at is not None or await self._ask(tenant, session)
                if is_heard:
                    await self._forget(tenant, session)
        except Failure as error:
            log.info("stop waits", session_id=session.id, reason=str(error))
            is_heard = False
        if not is_heard:
            before = self._pauses.get(session.id)
            length = _FIRST_PAUSE if before is None else min(2 * before.length, _LONGEST_PAUSE)
            self._pauses[session.id] = _Pause(self._clock() + length, length)

    async def _ask(self, tenant: TenantId, session: SessionRow) -> bool:
        """Whether the station has answered: whether it stopped is told by its next fact. Raises Failure."""
        station = StationId(session.station_id)
        place = await self._bus.ask(DESCRIBE_EVSE, DescribeEvse(tenant, station, session.evse or 1))
        if place.is_known and not place.is_online:
            return False
        question = StopTransaction(tenant, station, TransactionId(session.transaction_id))
        result = await self._bus.ask(STOP_TRANSACTION, question, timeout_s=_STATION_ANSWERS_WITHIN_S)
        log.info("session told to stop", session_id=session.id, result=result.status, detail=result.detail)
        return result.status in _HEARD

    async def _forget(self, tenant: TenantId, session: SessionRow) -> None:
        async with self._database.transaction(tenant) as unit:
            current = await repository.find_session(unit, session.id)
            assert current is not None
            current.must_stop = False
