"""Sessions that nobody ends: idle ones are said, lost ones end with the last that was heard.

1. A driver is told once a session that no energy flows; not again where it flowed in between.
2. A session of which nobody has heard for long ends when it was heard of last. An end that comes after its bill is
   flagged: an operator credits the record.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backoffice.contracts.sessions import ChargingSessionIdle
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.workers import try_each
from backoffice.sessions import repository
from backoffice.sessions.domain import RUNNING, SESSION, SessionState, SessionTrigger
from backoffice.sessions.energy import PauseChange
from backoffice.sessions.facts import END_MISSING
from backoffice.sessions.models import SessionRow
from backoffice.sessions.payer import flag
from backoffice.sessions.settings import SessionsSettings
from protocol.bus.envelope import event_id
from protocol.domain.identifiers import DriverId, StationId, TenantId, TransactionId

_SESSIONS_A_ROUND = 100
LOST = "Lost"


class Watch:
    """The workers that look at running sessions."""

    def __init__(self, database: Database, *, settings: SessionsSettings, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._idle_after = timedelta(seconds=settings.idle_after_s)
        self._lost_after = timedelta(seconds=settings.lost_after_s)

    async def say_idle(self) -> None:
        """Whoever stands there without charging, for longer than the grace, was told so."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            suspended = await repository.select_suspended(unit, limit=_SESSIONS_A_ROUND)
        await try_each(suspended, self._say_idle)

    async def end_lost(self) -> None:
        """What nobody has heard of for long has ended."""
        since = self._clock() - self._lost_after
        async with self._database.transaction(ALL_TENANTS) as unit:
            lost = await repository.select_silent(unit, since=since, limit=_SESSIONS_A_ROUND)
        await try_each(lost, self._end)

    async def _say_idle(self, session: SessionRow) -> None:
        async with self._database.transaction(TenantId(session.tenant_id)) as unit:
            current = await repository.find_session(unit, session.id)
            if current is None or current.state != SessionState.SUSPENDED or current.idle_said_at is not None:
                return
            since, now = idle_since(await repository.list_pauses(unit, current.id)), self._clock()
            if since is None or current.started_at is None or now - since < self._idle_after:
                return
            current.idle_said_at = now
            idle = ChargingSessionIdle(
                session_id=current.id,
                station_id=StationId(current.station_id),
                evse=current.evse or 1,
                transaction_id=TransactionId(current.transaction_id),
                driver_id=DriverId(current.driver_id) if current.driver_id else None,
                started_at=current.started_at,
                since=since,
            )
            idle_id = event_id(unit.tenant, "idle", current.id, since.isoformat())
            await unit.publish(idle, key=current.id, now=now, event_id=idle_id)

    async def _end(self, session: SessionRow) -> None:
        async with self._database.transaction(TenantId(session.tenant_id)) as unit:
            current = await repository.find_session(unit, session.id)
            if current is None or current.state not in RUNNING or current.updated_at != session.updated_at:
                return
            assert current.started_at is not None
            registers = await repository.list_registers(unit, current.id)
            pauses = await repository.list_pauses(unit, current.id)
            heard_at = [point.at for point in registers] + [pause.at for pause in pauses]
            current.ended_at = max([current.started_at, *heard_at])
            current.end_wh = registers[-1].register_wh if registers else None
            current.stopped_reason, current.power_w, current.updated_at = LOST, None, self._clock()
            flag(current, END_MISSING)
            current.state = SESSION.advance(SessionState(current.state), SessionTrigger.ENDED)


def idle_since(pauses: Sequence[PauseChange]) -> datetime | None:
    """Since when no energy has flowed, by the changes in order of time; None where it flows."""
    since = None
    for pause in pauses:
        since = (since or pause.at) if pause.is_paused else None
    return since
