"""Stations are told what their sessions cost so far, where the operator wants it (OCPP 2.0.1 I02).

1. A station is told a cost that it does not know, and no sooner than the setting says after the last one.
2. A station that cannot show costs is asked once a session.
3. What is told is the cost that the session shows: the one pricing function's.
"""

import asyncio
from collections.abc import Set
from datetime import timedelta

import structlog

from backoffice.contracts.stations import SHOW_COST, CommandStatus, ShowCost
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.errors import Failure, Unavailable
from backoffice.kit.forever import forever
from backoffice.sessions import repository
from backoffice.sessions.models import SessionRow
from protocol.domain.identifiers import StationId, TenantId, TransactionId

log = structlog.get_logger(__name__)

_LOOKED_AT = 100
_AT_ONCE = 64
_LOOKS_AGAIN_AFTER_S = 0.5
_STATION_ANSWERS_WITHIN_S = 35.0


class RunningCosts:
    """The worker that tells."""

    def __init__(self, database: Database, bus: Bus, *, every_s: float, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._every = timedelta(seconds=every_s)
        self._clock = clock
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def tell(self) -> None:
        """Every station whose session costs something else by now was told so, if it was there.

        A station that is slow to answer holds up no other, nor what changes at others meanwhile.
        """
        asking: set[str] = set()
        async with asyncio.TaskGroup() as group:
            for _ in forever():
                for session in await self._untold(besides=asking):
                    asking.add(session.id)
                    group.create_task(self._try_to_tell(session, asking))
                if not asking:
                    return
                await asyncio.sleep(_LOOKS_AGAIN_AFTER_S)

    async def _untold(self, *, besides: Set[str]) -> list[SessionRow]:
        told_before = self._clock() - self._every
        async with self._database.transaction(ALL_TENANTS) as unit:
            untold = await repository.select_untold(unit, told_before=told_before, limit=_LOOKED_AT + len(besides))
        return [session for session in untold if session.id not in besides]

    async def _try_to_tell(self, session: SessionRow, asking: set[str]) -> None:
        try:
            await self._tell(session)
        except Unavailable as error:
            log.warning("running cost not recorded as told", session_id=session.id, reason=str(error))
        finally:
            asking.discard(session.id)

    async def _tell(self, session: SessionRow) -> None:
        tenant = TenantId(session.tenant_id)
        question = ShowCost(
            tenant, StationId(session.station_id), TransactionId(session.transaction_id), session.cost_incl_vat
        )
        try:
            async with self._room:
                status = (await self._bus.ask(SHOW_COST, question, timeout_s=_STATION_ANSWERS_WITHIN_S)).status
        except Failure as error:
            log.info("running cost not told", session_id=session.id, reason=str(error))
            status = CommandStatus.UNKNOWN
        async with self._database.transaction(tenant) as unit:
            current = await repository.find_session(unit, session.id)
            assert current is not None
            current.told_cost_at = self._clock()
            current.hears_cost = status is not CommandStatus.REFUSED
            if status is CommandStatus.ACCEPTED:
                current.told_cost = session.cost_incl_vat
