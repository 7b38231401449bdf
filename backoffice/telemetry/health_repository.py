"""The queries of device health and of security events."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import exists, func, or_, select

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.telemetry.models import FrameRow, PortChangeRow, ReadingRow, RollupRow, StationEventRow
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.provisioning.events import StationBooted
from protocol.blocks.security.events import HandshakeRefused, SecurityEventReported
from protocol.bus.catalogue import STATION_EVENTS
from protocol.bus.frames import FrameDirection
from protocol.domain.identifiers import StationId
from protocol.domain.status import ConnectorStatus

_BOOTED = STATION_EVENTS.row_of(StationBooted).type
_STATUS = STATION_EVENTS.row_of(ConnectorStatusReported).type
_REPORTED = STATION_EVENTS.row_of(SecurityEventReported).type
_REFUSED = STATION_EVENTS.row_of(HandshakeRefused).type
_SECURITY = (_REPORTED, _REFUSED)
_EVENTS_FOR_CLOCK = 200


class Counted(NamedTuple):
    """What happened to a station in a time."""

    boots: int
    faults: int
    security_events: int
    refused_connections: int


async def count_events(unit: Unit, station_id: StationId, *, begin: datetime, end: datetime) -> Counted:
    """How often, of what was received in [begin, end)."""
    row = StationEventRow
    is_fault = (row.event_type == _STATUS) & (row.data["status"].astext == ConnectorStatus.FAULTED)
    found = await unit.session.execute(
        select(
            func.count().filter(row.event_type == _BOOTED),
            func.count().filter(is_fault),
            func.count().filter(row.event_type == _REPORTED),
            func.count().filter(row.event_type == _REFUSED),
        ).where(
            row.tenant_id == unit.tenant,
            row.station_id == station_id,
            row.received_at >= begin,
            row.received_at < end,
        )
    )
    return Counted(*found.one())


async def was_heard_of(unit: Unit, station_id: StationId) -> bool:
    """Whether the station ever said anything that is kept, or stations anything of it."""
    tables = (StationEventRow, PortChangeRow, RollupRow, ReadingRow)
    known = [exists().where(row.tenant_id == unit.tenant, row.station_id == station_id) for row in tables]
    return bool(await unit.session.scalar(select(or_(*known))))


async def find_last_boot(unit: Unit, station_id: StationId) -> StationEventRow | None:
    """How it last introduced itself."""
    row = StationEventRow
    found: StationEventRow | None = await unit.session.scalar(
        select(row)
        .where(row.tenant_id == unit.tenant, row.station_id == station_id, row.event_type == _BOOTED)
        .order_by(row.received_at.desc(), row.event_id.desc())
        .limit(1)
    )
    return found


async def find_last_seen(unit: Unit, station_id: StationId) -> datetime | None:
    """When it last said anything: a fact, or as far as the message log reaches any frame."""
    event, frame = StationEventRow, FrameRow
    fact = await unit.session.scalar(
        select(func.max(event.received_at)).where(event.tenant_id == unit.tenant, event.station_id == station_id)
    )
    said = await unit.session.scalar(
        select(func.max(frame.at)).where(
            frame.tenant_id == unit.tenant, frame.station_id == station_id, frame.direction == FrameDirection.IN
        )
    )
    return max((at for at in (fact, said) if at is not None), default=None)


async def find_clock_offset(unit: Unit, station_id: StationId) -> timedelta | None:
    """How far its clock is ahead, by what it said last with a time of its own.

    The way to us and a queue can only make its word look older: the greatest difference is nearest to the truth.
    """
    row = StationEventRow
    newest = (
        select((row.occurred_at - row.received_at).label("ahead"))
        .where(row.tenant_id == unit.tenant, row.station_id == station_id, row.occurred_at != row.received_at)
        .order_by(row.received_at.desc(), row.event_id.desc())
        .limit(_EVENTS_FOR_CLOCK)
        .subquery()
    )
    ahead: timedelta | None = await unit.session.scalar(select(func.max(newest.c.ahead)))
    return ahead


async def select_security_events(
    unit: Unit, *, station_id: StationId | None, begin: datetime, end: datetime, cursor: str | None, limit: int
) -> Sequence[StationEventRow]:
    """What stations noticed and who was not let in, newest first, with one row more than `limit` where there is one."""
    row = StationEventRow
    conditions: list[Any] = [  # Any: SQLAlchemy's conditions have no common type of their own
        row.tenant_id == unit.tenant,
        row.event_type.in_(_SECURITY),
        row.received_at >= begin,
        row.received_at < end,
    ]
    if station_id is not None:
        conditions.append(row.station_id == station_id)
    found = await unit.session.scalars(
        after_cursor(
            select(row).where(*conditions),
            cursor,
            keys=(row.received_at, row.event_id),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
            descending=True,
        )
    )
    return found.all()
