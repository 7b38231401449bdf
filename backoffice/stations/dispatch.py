"""Commands, written down: each has a row before it is sent, and what became of it is a row and an event.

Invariants:
1. A command that was sent, or may have been, is never sent again.
2. What became of it is recorded whatever the answer holds.
3. Secrets are in the rows for as long as they wait in the queue, and no longer.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import msgspec
import structlog

from backoffice.contracts.stations import StationCommanded
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import BackofficeError, Conflict, PeerFailed
from backoffice.stations import (
    command_repository,
    configuration,
    device_state,
    limits,
    reports,
    repository,
    reservations,
)
from backoffice.stations.command_states import COMMAND, CommandState, CommandTrigger
from backoffice.stations.commands import StationCommands, name_of
from backoffice.stations.errors import (
    CommandNotFound,
    CommandNotQueued,
    CommandNotSent,
    CommandNotValid,
    CommandTimedOut,
    DeadlinePassed,
    QueueFull,
    StationNotFound,
    StationOffline,
    StationRefusedCall,
)
from backoffice.stations.masking import masked
from backoffice.stations.models import StationCommand
from backoffice.stations.raw import in_our_words
from protocol.bus.commands import COMMAND_OF_MESSAGE, COMMAND_OF_NAME, RawCall
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import StationId, StationKey, TenantId

log = structlog.get_logger(__name__)

Conclusion = Callable[[Unit, StationCommand], Awaitable[None]]

_QUEUED_PER_STATION = 100
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=2)

_NOT_THERE = (StationOffline, CommandNotSent)  # nothing was sent, and later it may be
_TRIGGER_OF_ERROR: tuple[tuple[type[BackofficeError], CommandTrigger], ...] = (
    (StationOffline, CommandTrigger.OFFLINE),
    (CommandNotSent, CommandTrigger.OFFLINE),
    (CommandTimedOut, CommandTrigger.SILENT),
    (PeerFailed, CommandTrigger.REFUSED),
    (CommandNotValid, CommandTrigger.REFUSED),
    (Conflict, CommandTrigger.REFUSED),
    # The bus failed us in the middle: the command may be on its way.
    (BackofficeError, CommandTrigger.SILENT),
)


class Carried(NamedTuple):
    """A command that was answered, or with `reply` None waits in the queue."""

    command_id: str
    reply: msgspec.Struct | None


class Dispatch:
    """Sends commands and keeps the record of them."""

    def __init__(self, database: Database, commands: StationCommands, *, clock: Clock) -> None:
        self.database = database
        self._commands = commands
        self._clock = clock

    async def carry_out(
        self, station: StationKey, message: msgspec.Struct, *, by: str, queue_until: datetime | None = None
    ) -> Carried:
        """The station's answer to a command that is recorded as asked `by` somebody.

        With a deadline a command for a station that is not connected waits until then. Raises StationNotFound,
        DeadlinePassed, QueueFull, and what StationCommands.send raises.
        """
        if queue_until is not None and queue_until <= self._clock():
            raise DeadlinePassed(queue_until)
        row = await self._write(station, message, by=by, queue_until=queue_until)
        try:
            return Carried(row.id, await self._send(station, row.id, message))
        except _NOT_THERE:
            if queue_until is None:
                raise
            return Carried(row.id, None)

    async def enqueue(
        self, unit: Unit, station: StationKey, message: msgspec.Struct, *, by: str, queue_until: datetime
    ) -> str:
        """The command waits in the queue once `unit` is committed, and is sent soon after; returns its id.

        For those who may not wait for a station. It takes the place of one of the same name and asker that waits still,
        so a station that asks again and again makes one row. Raises QueueFull.
        """
        new = self._new_row(station, message, by=by, queue_until=queue_until)
        waiting = await command_repository.find_waiting(unit, station.station, command=new.command, by=by)
        if waiting is not None:
            waiting.message, waiting.unsent, waiting.queue_until = new.message, new.unsent, queue_until
            return waiting.id
        await self._check_room(unit, station.station)
        unit.session.add(new)
        return new.id

    async def read(self, unit: Unit, station_id: str, command_id: str) -> StationCommand:
        """The record. Raises CommandNotFound."""
        row = await command_repository.find_command(unit, command_id)
        if row is None or row.station_id != station_id:
            raise CommandNotFound(command_id)
        return row

    async def cancel(self, unit: Unit, station_id: str, command_id: str) -> StationCommand:
        """The command waits no longer. Raises CommandNotFound, and CommandNotQueued where it did not wait."""
        row = await command_repository.lock_command(unit, command_id)
        if row is None or row.station_id != station_id:
            raise CommandNotFound(command_id)
        if row.state != CommandState.QUEUED:
            raise CommandNotQueued(command_id, state=row.state)
        await self._move(unit, row, CommandTrigger.CANCELLED)
        return row

    async def send_waiting(self, waiting: StationCommand) -> None:
        """A queued command was sent, unless it waits no longer or its time has passed. Raises as `carry_out` does."""
        station = StationKey(TenantId(waiting.tenant_id), StationId(waiting.station_id))
        unsent = await self._take(station, waiting.id)
        if unsent is not None:
            await self._send(station, waiting.id, _thawed(unsent))

    async def give_up(self, late: StationCommand) -> None:
        """What waited too long has expired; what was sent by a process that never said how it ended is unknown."""
        async with self.database.transaction(TenantId(late.tenant_id)) as unit:
            row = await command_repository.lock_command(unit, late.id)
            assert row is not None
            if (row.state, row.queue_until, row.sent_at) == (late.state, late.queue_until, late.sent_at):
                is_queued = row.state == CommandState.QUEUED
                await self._move(unit, row, CommandTrigger.LATE if is_queued else CommandTrigger.SILENT)

    async def _write(
        self, station: StationKey, message: msgspec.Struct, *, by: str, queue_until: datetime | None
    ) -> StationCommand:
        row = self._new_row(station, message, by=by, queue_until=queue_until)
        row.state, row.sent_at = CommandState.SENDING, row.requested_at
        async with self.database.transaction(station.tenant) as unit:
            if not await repository.has_station(unit, station.station):
                raise StationNotFound(station.station)
            if queue_until is not None:
                await self._check_room(unit, station.station)
            unit.session.add(row)
        return row

    async def _check_room(self, unit: Unit, station_id: str) -> None:
        waiting = await command_repository.count_queued_commands(unit, station_id)
        if waiting >= _QUEUED_PER_STATION:
            raise QueueFull(station_id, waiting=waiting)

    def _new_row(
        self, station: StationKey, message: msgspec.Struct, *, by: str, queue_until: datetime | None
    ) -> StationCommand:
        now = self._clock()
        return StationCommand(
            tenant_id=station.tenant,
            id=unique_event_id(now),
            station_id=station.station,
            command=name_of(message),
            message=masked(message),
            requested_by=by,
            requested_at=now,
            state=CommandState.QUEUED,
            queue_until=queue_until,
            unsent=_frozen(message) if queue_until is not None else None,
        )

    async def _send(self, station: StationKey, command_id: str, message: msgspec.Struct) -> msgspec.Struct:
        try:
            answer = await self._commands.send(station, message, reply=COMMAND_OF_MESSAGE[type(message)].reply)
        except BackofficeError as error:
            await self._finish(station, command_id, partial(self._note_error, error=error))
            raise
        await self._finish(station, command_id, partial(self._note_answer, message=message, answer=answer))
        return answer

    async def _finish(self, station: StationKey, command_id: str, conclude: Conclusion) -> None:
        async with self.database.transaction(station.tenant) as unit:
            row = await command_repository.lock_command(unit, command_id)
            assert row is not None
            if row.state == CommandState.SENDING:  # else it was given up for lost meanwhile
                await conclude(unit, row)

    async def _note_answer(
        self, unit: Unit, row: StationCommand, message: msgspec.Struct, answer: msgspec.Struct
    ) -> None:
        row.answer, row.error_code, row.detail = masked(answer), "", ""
        await self._move(unit, row, CommandTrigger.ANSWERED)
        await self._learn(unit, row, message, answer)

    async def _note_error(self, unit: Unit, row: StationCommand, error: BackofficeError) -> None:
        trigger = next(trigger for kind, trigger in _TRIGGER_OF_ERROR if isinstance(error, kind))
        if trigger is CommandTrigger.OFFLINE and row.queue_until is not None:
            trigger = CommandTrigger.WAITS
        row.error_code = error.code if isinstance(error, StationRefusedCall) else ""
        row.detail = str(error)
        await self._move(unit, row, trigger)

    async def _learn(self, unit: Unit, row: StationCommand, message: msgspec.Struct, reply: msgspec.Struct) -> None:
        """What the answer says of variables, limits, reservations and reports is known, where it can be kept.

        The record of what was sent stands in any case.
        """
        now = self._clock()
        typed: tuple[msgspec.Struct, msgspec.Struct] | None = (message, reply)
        if isinstance(message, RawCall):
            typed = in_our_words(await repository.version_of(unit, row.station_id), message, reply)
        if typed is None:
            return
        try:
            async with unit.savepoint():
                for note in (configuration.note, limits.note, device_state.note):
                    await note(unit, row.station_id, *typed, now=now)
                await reservations.note(unit, row.station_id, *typed, sent_at=row.sent_at or now, now=now)
                await reports.note_order(unit, row, *typed)
        except Exception:
            log.exception("answer not learnt from", station_id=row.station_id, command=name_of(message))

    async def _move(self, unit: Unit, row: StationCommand, trigger: CommandTrigger) -> None:
        now = self._clock()
        row.state = COMMAND.advance(CommandState(row.state), trigger)
        if row.state == CommandState.SENDING:
            row.sent_at = now
            return
        if row.state == CommandState.QUEUED:
            row.sent_at = None
            if _tried_again(row, now):
                return
        if COMMAND.is_terminal(CommandState(row.state)):
            row.unsent, row.finished_at = None, now
        commanded = StationCommanded(
            command_id=row.id,
            station_id=StationId(row.station_id),
            command=row.command,
            requested_by=row.requested_by,
            state=row.state,
            detail=row.detail,
        )
        await unit.publish(commanded, key=row.id, now=now)

    async def _take(self, station: StationKey, command_id: str) -> bytes | None:
        """The command as it waited, which is ours to send now; None where it waits no longer."""
        async with self.database.transaction(station.tenant) as unit:
            row = await command_repository.lock_command(unit, command_id)
            if row is None or row.state != CommandState.QUEUED or row.queue_until is None:
                return None
            if row.queue_until <= self._clock():
                await self._move(unit, row, CommandTrigger.LATE)
                return None
            await self._move(unit, row, CommandTrigger.CONNECTED)
            return row.unsent


def _tried_again(row: StationCommand, now: datetime) -> bool:
    """The row says when it is tried next; whether it had been tried before, and so nobody has to hear of it again."""
    before = row.tried_at
    pause = _FIRST_PAUSE
    if before is not None and row.not_before is not None:
        pause = min(2 * (row.not_before - before), _LONGEST_PAUSE)
    row.tried_at, row.not_before = now, now + pause
    return before is not None


class _Frozen(msgspec.Struct, frozen=True):
    """A message as the queue keeps it."""

    command: str
    message: msgspec.Raw


def _frozen(message: msgspec.Struct) -> bytes:
    command = COMMAND_OF_MESSAGE[type(message)].name
    return msgspec.json.encode(_Frozen(command, msgspec.Raw(msgspec.json.encode(message))))


def _thawed(unsent: bytes) -> msgspec.Struct:
    frozen = msgspec.json.decode(unsent, type=_Frozen)
    message: msgspec.Struct = msgspec.json.decode(frozen.message, type=COMMAND_OF_NAME[frozen.command].message)
    return message
