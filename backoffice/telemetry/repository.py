"""The queries of telemetry."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy import Row, case, func, select, text, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.telemetry.domain import Day, Frame, FrameSearch, Month, Reading, ReadingSearch, StationEvent
from backoffice.telemetry.models import DeviationRow, FrameRow, ReadingRow, StationEventRow
from protocol.bus.frames import FrameDirection
from protocol.domain.identifiers import StationId, TransactionId
from protocol.tolerance.events import StationDeviated

log = structlog.get_logger(__name__)

_COLUMNS = [field.name for field in fields(Reading)]
_FRAME_COLUMNS = [field.name for field in fields(Frame)]
# Longer than the gateway waits for the stream before it answers.
_ANSWERED_WITHIN = timedelta(seconds=10)
_OLDEST_NAME = "frames_0"  # sorts before every partition of a day


async def copy_readings(unit: Unit, readings: Sequence[Reading]) -> None:
    """Every reading is a row, once, however often it is said."""
    value = _COLUMNS.index("value")
    records = [(*row[:value], Decimal(row[value]), *row[value + 1 :]) for row in map(astuple, readings)]
    await _copy(unit, "readings", _COLUMNS, records)


async def copy_frames(unit: Unit, frames: Sequence[Frame]) -> None:
    """Every frame is a row, once."""
    await _copy(unit, "frames", _FRAME_COLUMNS, [astuple(frame) for frame in frames])


async def _copy(unit: Unit, table: str, columns: Sequence[str], records: Sequence[tuple[object, ...]]) -> None:
    """COPY to a staging table, then one INSERT. The names are those of our own tables and dataclasses."""
    staging, names = f"{table}_staging", ", ".join(columns)
    connection = await unit.session.connection()
    await connection.execute(
        text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {staging} (LIKE {table}) ON COMMIT DELETE ROWS")
    )
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    await driver.copy_records_to_table(staging, records=records, columns=columns)
    await connection.execute(
        text(f"INSERT INTO {table} ({names}) SELECT {names} FROM {staging} ON CONFLICT DO NOTHING")  # noqa: S608
    )
    await connection.execute(text(f"TRUNCATE {staging}"))


async def create_partitions(unit: Unit, table: str, spans: Iterable[Month | Day]) -> None:
    """Each month or day of the table has a partition of its own, unless rows of it lie among the others already."""
    for span in spans:
        begin, end = span.begin.isoformat(), span.following.begin.isoformat()
        make = text(
            f"CREATE TABLE IF NOT EXISTS {span.partition} PARTITION OF {table} FOR VALUES FROM ('{begin}') TO ('{end}')"
        )
        try:
            async with unit.savepoint():
                await unit.session.execute(make)
        except IntegrityError:
            log.info("rows lie outside of their partition", table=table, begin=begin)


async def drop_frames_before(unit: Unit, day: Day) -> None:
    """Frames of the days before are gone: whole partitions, which costs nothing, and what lay outside of them."""
    found = await unit.session.scalars(
        text(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'frames'::regclass AND c.relname > :oldest AND c.relname < :day"
        ),
        {"oldest": _OLDEST_NAME, "day": day.partition},
    )
    for partition in found.all():
        await unit.session.execute(text(f"DROP TABLE {partition}"))
    await unit.session.execute(text("DELETE FROM frames_other WHERE at < :begin"), {"begin": day.begin})


async def insert_station_event(unit: Unit, event: StationEvent) -> None:
    """The event is a row, once."""
    values = {
        "tenant_id": unit.tenant,
        "event_id": event.event_id,
        "station_id": event.station_id,
        "event_type": event.event_type,
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "data": dict(event.data),
    }
    await unit.session.execute(insert(StationEventRow).values(values).on_conflict_do_nothing())


async def select_readings(
    unit: Unit, station_id: StationId, *, measurand: str, begin: datetime, end: datetime, limit: int
) -> Sequence[ReadingRow]:
    """Readings of one measurand in [begin, end), newest first."""
    found = await unit.session.scalars(
        select(ReadingRow)
        .where(
            ReadingRow.tenant_id == unit.tenant,
            ReadingRow.station_id == station_id,
            ReadingRow.measurand == measurand,
            ReadingRow.measured_at >= begin,
            ReadingRow.measured_at < end,
        )
        .order_by(ReadingRow.measured_at.desc(), ReadingRow.evse, ReadingRow.phase)
        .limit(limit)
    )
    return found.all()


async def search_readings(unit: Unit, search: ReadingSearch, *, cursor: str | None, limit: int) -> Sequence[ReadingRow]:
    """A page's rows in the order of the key, with one more than `limit` where there is one."""
    row = ReadingRow
    statement = select(row).where(
        row.tenant_id == unit.tenant,
        row.measurand == search.measurand,
        row.measured_at >= search.begin,
        row.measured_at < search.end,
    )
    if search.station_id is not None:
        statement = statement.where(row.station_id == search.station_id)
    if search.transaction_id is not None:
        statement = statement.where(row.transaction_id == search.transaction_id)
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=(row.station_id, row.evse, row.measured_at, row.phase, row.location, row.context),
            parsers=(str, int, datetime.fromisoformat, str, str, str),
            limit=limit,
        )
    )
    return found.all()


def position_of_reading(row: ReadingRow) -> tuple[str, int, datetime, str, str, str]:
    """Where a page that ends with it goes on."""
    return row.station_id, row.evse, row.measured_at, row.phase, row.location, row.context


async def select_station_events(
    unit: Unit, station_id: StationId, *, cursor: str | None, limit: int
) -> Sequence[StationEventRow]:
    """What the station did, newest first, with one row more than `limit` where there is one."""
    statement = select(StationEventRow).where(
        StationEventRow.tenant_id == unit.tenant, StationEventRow.station_id == station_id
    )
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=(StationEventRow.received_at, StationEventRow.event_id),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
            descending=True,
        )
    )
    return found.all()


async def select_trail(
    unit: Unit, station_id: StationId, transaction_id: TransactionId, *, limit: int
) -> Sequence[Row[Any]]:  # Any: named columns, see `trails.py`
    """The facts of a transaction, the oldest first, each with the CALL that it came with and its answer."""
    event, answer, call = StationEventRow, aliased(FrameRow), aliased(FrameRow)
    answers = (
        select(answer.message_id, answer.text)
        .where(
            answer.tenant_id == event.tenant_id,
            answer.station_id == event.station_id,
            answer.direction == FrameDirection.OUT,
            answer.at >= event.received_at,
            answer.at < event.received_at + _ANSWERED_WITHIN,
            answer.text.startswith("[3,"),
        )
        .order_by(answer.at, answer.frame_id)
        .limit(1)
        .lateral("answers")
    )
    calls = (
        select(call.action, call.text)
        .where(
            call.tenant_id == event.tenant_id,
            call.station_id == event.station_id,
            call.direction == FrameDirection.IN,
            call.message_id == answers.c.message_id,
            call.at <= event.received_at,
            call.at > event.received_at - _ANSWERED_WITHIN,
        )
        .order_by(call.at.desc())
        .limit(1)
        .lateral("calls")
    )
    found = await unit.session.execute(
        select(
            event.event_id,
            event.event_type,
            event.occurred_at,
            event.received_at,
            answers.c.message_id,
            calls.c.action,
            calls.c.text.label("call"),
            answers.c.text.label("answer"),
        )
        .select_from(event)
        .outerjoin(answers, true())
        .outerjoin(calls, true())
        .where(
            event.tenant_id == unit.tenant,
            event.station_id == station_id,
            event.data.has_key("transaction_id"),
            event.data["transaction_id"].astext == transaction_id,
        )
        .order_by(event.received_at, event.event_id)
        .limit(limit)
    )
    return found.all()


async def select_frames(
    unit: Unit, station_id: StationId, search: FrameSearch, *, cursor: str | None, limit: int
) -> Sequence[FrameRow]:
    """The station's frames that are looked for, newest first, with one more than `limit` where there is one."""
    statement = select(FrameRow).where(
        FrameRow.tenant_id == unit.tenant,
        FrameRow.station_id == station_id,
        FrameRow.at >= search.begin,
        FrameRow.at < search.end,
    )
    for column, wanted in (
        (FrameRow.direction, search.direction),
        (FrameRow.action, search.action),
        (FrameRow.verdict, search.verdict),
        (FrameRow.message_id, search.message_id),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if search.text is not None:
        statement = statement.where(FrameRow.text.icontains(search.text, autoescape=True))
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=(FrameRow.at, FrameRow.frame_id),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
            descending=True,
        )
    )
    return found.all()


async def count_deviation(unit: Unit, station_id: StationId, deviated: StationDeviated) -> None:
    """The count of the rule is what all connections of the station counted.

    A connection counts up and says its own count: of the newest one the difference is added. What an older one says
    after a newer one began to count is too late, and left out.
    """
    row, said = DeviationRow, insert(DeviationRow)
    values = {
        "tenant_id": unit.tenant,
        "station_id": station_id,
        "rule": deviated.rule,
        "count": deviated.count,
        "first_at": deviated.last_at,
        "last_at": deviated.last_at,
        "last_detail": deviated.last_detail,
        "counted_from": deviated.counted_from,
        "counted": deviated.count,
    }
    new, is_same = said.excluded, said.excluded.counted_from == row.counted_from
    more = case(
        (is_same, func.greatest(new.counted - row.counted, 0)),
        (new.counted_from > row.counted_from, new.counted),
        else_=0,
    )
    own = case(
        (is_same, func.greatest(new.counted, row.counted)),
        (new.counted_from > row.counted_from, new.counted),
        else_=row.counted,
    )
    await unit.session.execute(
        said.values(values).on_conflict_do_update(
            index_elements=[row.tenant_id, row.station_id, row.rule],
            set_={
                "count": row.count + more,
                "counted": own,
                "counted_from": func.greatest(row.counted_from, new.counted_from),
                "last_at": func.greatest(row.last_at, new.last_at),
                "last_detail": new.last_detail,
            },
        )
    )


async def select_deviations(unit: Unit, station_id: StationId) -> Sequence[DeviationRow]:
    """What the station deviates in, the most frequent first; there are no more rows than rules."""
    found = await unit.session.scalars(
        select(DeviationRow)
        .where(DeviationRow.tenant_id == unit.tenant, DeviationRow.station_id == station_id)
        .order_by(DeviationRow.count.desc(), DeviationRow.rule)
    )
    return found.all()
