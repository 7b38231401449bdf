"""What stations keep for a reservation: told in time, told again after they were away, taken back where it ended early.

1. A command goes out only after its row says SENT: whoever dies between the two sends it once more, which a station
   takes for the same reservation.
2. Each reservation costs a bounded number of commands between two reconnections, and none after it has expired: the
   station lets go by itself then.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from backoffice.contracts.identity import ISSUE_VIRTUAL_TOKEN, IssueVirtualToken
from backoffice.contracts.stations import (
    CANCEL_ON_EVSE,
    RESERVE_ON_EVSE,
    CancelOnEvse,
    CommandResult,
    CommandStatus,
    ReserveOnEvse,
)
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.errors import Failure
from backoffice.kit.workers import try_each
from backoffice.reservations import repository
from backoffice.reservations.domain import HOLD, HOLDING, PERHAPS_KEPT, HoldState, HoldTrigger
from backoffice.reservations.models import ReservationRow
from backoffice.reservations.settings import ReservationsSettings
from protocol.domain.identifiers import DriverId, StationId, TenantId

log = structlog.get_logger(__name__)

_COMMAND_TIMEOUT_S = 35.0
_AT_A_TIME = 64
_AT_ONCE = 16
_TOKEN_OUTLIVES = timedelta(minutes=30)

_TRIGGER_OF = {
    CommandStatus.ACCEPTED: HoldTrigger.ACCEPT,
    CommandStatus.REFUSED: HoldTrigger.REFUSE,
    CommandStatus.OFFLINE: HoldTrigger.NO_ANSWER,
    CommandStatus.UNKNOWN: HoldTrigger.NO_ANSWER,
}


class _Task(NamedTuple):
    """What the station is to be told."""

    is_withdrawal: bool
    driver_id: DriverId
    station_id: StationId
    evse: int
    number: int
    expires_at: datetime
    ends_at: datetime


class Holds:
    """Sees to every reservation of which a station must be told something."""

    def __init__(self, database: Database, bus: Bus, *, settings: ReservationsSettings, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._settings = settings
        self._clock = clock

    async def go_on(self) -> None:
        """What was due is sent, and what came of it is known."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            due = await repository.select_due(unit, ReservationRow.hold_due_at, self._clock(), limit=_AT_A_TIME)
        await try_each(due, self._see_to, at_once=_AT_ONCE)

    async def _see_to(self, due: repository.Due) -> None:
        tenant, reservation_id = TenantId(due[0]), due[1]
        task = await self._take(tenant, reservation_id)
        if task is None:
            return
        try:
            result = await (self._withdraw if task.is_withdrawal else self._reserve)(tenant, reservation_id, task)
        except Failure as error:
            result = CommandResult(CommandStatus.UNKNOWN, str(error))
        if result.status is not CommandStatus.ACCEPTED:
            log.info("station keeps nothing", reservation_id=reservation_id, status=result.status, detail=result.detail)
        await self._note(tenant, reservation_id, task, result)

    async def _take(self, tenant: TenantId, reservation_id: str) -> _Task | None:
        """The task, with its row saying that it is under way; None where there is nothing to be told any more."""
        async with self._database.transaction(tenant) as unit:
            row = await repository.find_reservation(unit, reservation_id)
            now = self._clock()
            if row is None or row.hold_due_at is None or row.hold_due_at > now:
                return None
            is_wanted = row.state in HOLDING and row.session_id is None
            is_kept = row.hold_state in PERHAPS_KEPT
            if row.expires_at <= now or not (is_wanted or is_kept) or row.station_id is None or row.evse is None:
                row.hold_due_at = None
                return None
            row.hold_attempts += 1
            row.hold_due_at = now + timedelta(seconds=self._settings.retry_s * row.hold_attempts)
            if is_wanted:
                row.hold_state = HOLD.advance(HoldState(row.hold_state), HoldTrigger.SEND)
            return _Task(
                not is_wanted,
                DriverId(row.driver_id),
                StationId(row.station_id),
                row.evse,
                row.number,
                row.expires_at,
                row.ends_at,
            )

    async def _reserve(self, tenant: TenantId, reservation_id: str, task: _Task) -> CommandResult:
        question = IssueVirtualToken(tenant, task.driver_id, reservation_id, task.ends_at + _TOKEN_OUTLIVES)
        token = await self._bus.ask(ISSUE_VIRTUAL_TOKEN, question)
        command = ReserveOnEvse(
            tenant, task.station_id, task.evse, task.number, id_token=token.id_token, expires_at=task.expires_at
        )
        return await self._bus.ask(RESERVE_ON_EVSE, command, timeout_s=_COMMAND_TIMEOUT_S)

    async def _withdraw(self, tenant: TenantId, _reservation_id: str, task: _Task) -> CommandResult:
        command = CancelOnEvse(tenant, task.station_id, task.number)
        return await self._bus.ask(CANCEL_ON_EVSE, command, timeout_s=_COMMAND_TIMEOUT_S)

    async def _note(self, tenant: TenantId, reservation_id: str, task: _Task, result: CommandResult) -> None:
        async with self._database.transaction(tenant) as unit:
            row = await repository.find_reservation(unit, reservation_id)
            assert row is not None
            state = HoldState(row.hold_state)
            row.hold_detail = result.detail
            is_answered = result.status in (CommandStatus.ACCEPTED, CommandStatus.REFUSED)
            if task.is_withdrawal:
                if is_answered:  # a station that refuses keeps nothing of that number (OCPP 2.0.1 H02.FR.01)
                    row.hold_state, row.hold_due_at = HOLD.advance(state, HoldTrigger.WITHDRAW), None
                else:
                    self._bound(row)
                return
            if state is HoldState.SENT:
                row.hold_state = HOLD.advance(state, _TRIGGER_OF[result.status])
            if row.state not in HOLDING:
                # Given up while the command was under way: what may have been accepted is taken back.
                row.hold_due_at = self._clock()
            elif result.status is CommandStatus.ACCEPTED and row.expires_at == task.expires_at:
                row.hold_due_at, row.hold_attempts = None, 0
            else:
                self._bound(row)

    def _bound(self, row: ReservationRow) -> None:
        """Tried often enough: nothing more until the station connects again."""
        if row.hold_attempts >= self._settings.attempts:
            row.hold_due_at = None
