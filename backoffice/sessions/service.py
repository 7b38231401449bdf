"""What drivers and operators see of sessions, and how a driver stops one."""

from collections.abc import Collection, Sequence
from datetime import datetime

from backoffice.contracts.stations import STOP_TRANSACTION, CommandStatus, StopTransaction
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import ServiceSilent
from backoffice.sessions import repository
from backoffice.sessions.domain import RUNNING, SessionState
from backoffice.sessions.errors import (
    SessionNotFound,
    SessionNotRunning,
    StationOffline,
    StationRefused,
    StopOutcomeUnknown,
)
from backoffice.sessions.intents import Intents
from backoffice.sessions.models import SessionRow
from protocol.domain.identifiers import StationId, TenantId, TransactionId

_COMMAND_TIMEOUT_S = 35.0


class Sessions:
    """`driver_id` None is staff, who see the whole tenant, or with `stations` what is at these alone."""

    def __init__(self, database: Database, bus: Bus, intents: Intents, *, clock: Clock) -> None:
        self.database = database
        self.intents = intents
        self.clock = clock
        self._bus = bus

    async def find_session(
        self, unit: Unit, session_id: str, *, driver_id: str | None, stations: Collection[str] | None = None
    ) -> SessionRow:
        """The session. Raises SessionNotFound, also where it is another driver's or at another station."""
        session = await repository.read_session(unit, session_id)
        if session is not None and stations is not None and session.station_id not in stations:
            raise SessionNotFound(session_id)
        if session is None or session.started_at is None or driver_id not in (None, session.driver_id):
            raise SessionNotFound(session_id)
        return session

    async def list_sessions(
        self,
        unit: Unit,
        *,
        driver_id: str | None,
        stations: Collection[str] | None,
        states: Collection[SessionState] | None,
        begin: datetime | None,
        end: datetime | None,
        cursor: str | None,
        limit: int,
    ) -> Sequence[SessionRow]:
        """A page's rows of those that began in [begin, end), newest first, one more than `limit` where there is one."""
        return await repository.select_sessions(
            unit,
            driver_id=driver_id,
            stations=stations,
            states=states,
            begin=begin,
            end=end,
            cursor=cursor,
            limit=limit,
        )

    async def stop_session(self, tenant: TenantId, session: SessionRow) -> None:
        """The station accepted to stop; that it did is told by its next fact.

        Raises SessionNotRunning, StationOffline, StationRefused, StopOutcomeUnknown.
        """
        if session.state not in RUNNING:
            raise SessionNotRunning(session.id, session.state)
        station_id = StationId(session.station_id)
        question = StopTransaction(tenant, station_id, TransactionId(session.transaction_id))
        try:
            result = await self._bus.ask(STOP_TRANSACTION, question, timeout_s=_COMMAND_TIMEOUT_S)
        except ServiceSilent as error:
            raise StopOutcomeUnknown(station_id) from error
        if result.status is CommandStatus.OFFLINE:
            raise StationOffline(station_id)
        if result.status is CommandStatus.REFUSED:
            raise StationRefused(station_id, result.detail)
        if result.status is CommandStatus.UNKNOWN:
            raise StopOutcomeUnknown(station_id)
