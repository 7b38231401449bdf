"""The queries of commands."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.stations.command_states import CommandState
from backoffice.stations.models import Station, StationCommand


async def find_command(unit: Unit, command_id: str) -> StationCommand | None:
    """The command of this id."""
    return await unit.session.get(StationCommand, (unit.tenant, command_id))


async def lock_command(unit: Unit, command_id: str) -> StationCommand | None:
    """The command, which nobody else changes before this transaction ends."""
    return await unit.session.get(
        StationCommand, (unit.tenant, command_id), with_for_update=True, populate_existing=True
    )


async def list_commands(unit: Unit, station_id: str, *, cursor: str | None, limit: int) -> Sequence[StationCommand]:
    """The station's commands, newest first, one more than `limit`."""
    statement = after_cursor(
        select(StationCommand).where(StationCommand.tenant_id == unit.tenant, StationCommand.station_id == station_id),
        cursor,
        keys=[StationCommand.id],
        parsers=[str],
        limit=limit,
        descending=True,
    )
    return (await unit.session.scalars(statement)).all()


async def count_queued_commands(unit: Unit, station_id: str) -> int:
    """How many commands wait for the station."""
    counted = await unit.session.scalar(
        select(func.count()).where(
            StationCommand.tenant_id == unit.tenant,
            StationCommand.station_id == station_id,
            StationCommand.state == CommandState.QUEUED,
        )
    )
    return counted or 0


async def list_late_commands(unit: Unit, now: datetime, *, lost_before: datetime) -> Sequence[StationCommand]:
    """What waited past its deadline, and what was sent by a process that never said what became of it."""
    statement = select(StationCommand).where(
        or_(
            and_(StationCommand.state == CommandState.QUEUED, StationCommand.queue_until <= now),
            and_(StationCommand.state == CommandState.SENDING, StationCommand.sent_at < lost_before),
        )
    )
    return (await unit.session.scalars(statement)).all()


async def list_ready_commands(
    unit: Unit, now: datetime, *, silent_since: datetime, limit: int
) -> Sequence[StationCommand]:
    """The oldest waiting command of each station that can be told: connected, and booted since or there for a while.

    A station with a command on its way is passed over, and so is one that was tried in vain a moment ago. Tenants take
    turns.
    """
    sending = aliased(StationCommand)
    is_free = ~(
        select(sending.id)
        .where(
            sending.tenant_id == StationCommand.tenant_id,
            sending.station_id == StationCommand.station_id,
            sending.state == CommandState.SENDING,
        )
        .exists()
    )
    is_due = or_(
        StationCommand.not_before.is_(None),
        StationCommand.not_before <= now,
        Station.connected_at > StationCommand.tried_at,
    )
    oldest = (
        select(StationCommand.tenant_id, StationCommand.id, is_due.label("is_due"))
        .join(Station, (Station.tenant_id == StationCommand.tenant_id) & (Station.id == StationCommand.station_id))
        .where(
            StationCommand.state == CommandState.QUEUED,
            StationCommand.queue_until > now,
            Station.is_online,
            or_(Station.booted_at >= Station.connected_at, Station.connected_at < silent_since),
            is_free,
        )
        .ext(distinct_on(StationCommand.tenant_id, StationCommand.station_id))
        .order_by(StationCommand.tenant_id, StationCommand.station_id, StationCommand.id)
        .subquery()
    )
    turn = func.row_number().over(partition_by=oldest.c.tenant_id, order_by=oldest.c.id)
    statement = (
        select(StationCommand)
        .join(oldest, (oldest.c.tenant_id == StationCommand.tenant_id) & (oldest.c.id == StationCommand.id))
        .where(oldest.c.is_due)
        .order_by(turn, StationCommand.id)
        .limit(limit)
    )
    return (await unit.session.scalars(statement)).all()


async def find_waiting(unit: Unit, station_id: str, *, command: str, by: str) -> StationCommand | None:
    """The queued command of this name that the same asked for, which nobody else changes now."""
    statement = (
        select(StationCommand)
        .where(
            StationCommand.tenant_id == unit.tenant,
            StationCommand.station_id == station_id,
            StationCommand.command == command,
            StationCommand.requested_by == by,
            StationCommand.state == CommandState.QUEUED,
        )
        .limit(1)
        .with_for_update()
    )
    return await unit.session.scalar(statement)


async def delete_finished(unit: Unit, *, before: datetime) -> None:
    """Commands that ended before are gone."""
    await unit.session.execute(delete(StationCommand).where(StationCommand.finished_at < before))
