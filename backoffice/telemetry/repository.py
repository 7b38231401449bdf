"""The queries of telemetry."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import structlog
from sqlalchemy import Row, TextClause, case, func, select, text, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.telemetry.domain import Day, Frame, FrameSearch, Month, Reading, ReadingSearch, StationEvent
from backoffice.telemetry.models import DeviationRow, FrameRow, ReadingRow, StationEventRow
from protocol.bus.frames import FrameDirection
from protocol.domain.identifiers import StationId, TenantId, TransactionId
from protocol.tolerance.events import StationDeviated

log = structlog.get_logger(__name__)


class _Staging(NamedTuple):
    """A temporary table of a connection, empty at the begin of every transaction."""

    name: str
    make: TextClause


_COLUMNS = list(Reading.__struct_fields__)
_FRAME_COLUMNS = [field.name for field in fields(Frame)]
# Longer than the gateway waits for the stream before it answers.
_ANSWERED_WITHIN = timedelta(seconds=10)
_OLDEST_SUFFIX = "_0"  # sorts before every partition of a day or a month

# The names in these are those of our own tables and types.
_READINGS_STAGING = _Staging(
    "readings_staging",
    text(
        "CREATE TEMPORARY TABLE IF NOT EXISTS readings_staging (tenant_id text, station_id text, evse smallint,"
        " measured_at timestamptz, measurand text, phase text, location text, context text, value text, unit text,"
        " transaction_id text, received_at timestamptz) ON COMMIT DELETE ROWS"
    ),
)
_FRAMES_STAGING = _Staging(
    "frames_staging",
    text("CREATE TEMPORARY TABLE IF NOT EXISTS frames_staging (LIKE frames) ON COMMIT DELETE ROWS"),
)
# A mark is written with the reading that asks for it: whoever sees the one sees the other.
_WRITE_READINGS = text(
    f"WITH written AS (INSERT INTO readings ({', '.join(_COLUMNS)})"  # noqa: S608
    f" SELECT {', '.join('value::numeric' if name == 'value' else name for name in _COLUMNS)} FROM readings_staging"
    " ON CONFLICT DO NOTHING RETURNING tenant_id, station_id, evse, measured_at)"
    " INSERT INTO rollup_marks (tenant_id, station_id, evse, begins_at)"
    " SELECT DISTINCT tenant_id, station_id, evse, date_bin('15 minutes', measured_at, 'epoch') FROM written"
)
_WRITE_FRAMES = text(
    f"INSERT INTO frames ({', '.join(_FRAME_COLUMNS)}) SELECT {', '.join(_FRAME_COLUMNS)} FROM frames_staging"  # noqa: S608
    " ON CONFLICT DO NOTHING"
)


async def copy_readings(unit: Unit, readings: Sequence[Reading]) -> None:
    """Every reading is a row, once, however often it is said; the quarters that gained one are marked.

    The server makes the number of the value's text, which it does for less than we make a Decimal.
    """
    await _stage(unit, _READINGS_STAGING, _COLUMNS, list(map(msgspec.structs.astuple, readings)))
    await unit.session.execute(_WRITE_READINGS)
    await unit.session.execute(text(f"TRUNCATE {_READINGS_STAGING.name}"))


async def copy_frames(unit: Unit, frames: Sequence[Frame]) -> None:
    """Every frame is a row, once."""
    await _stage(unit, _FRAMES_STAGING, _FRAME_COLUMNS, [astuple(frame) for frame in frames])
    await unit.session.execute(_WRITE_FRAMES)
    await unit.session.execute(text(f"TRUNCATE {_FRAMES_STAGING.name}"))


async def _stage(unit: Unit, staging: _Staging, columns: Sequence[str], records: Sequence[tuple[object, ...]]) -> None:
    """The records are in the connection's own table, which is made once."""
    connection = await unit.session.connection()
    await connection.execute(staging.make)
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    await driver.copy_records_to_table(staging.name, records=records, columns=columns)


async def create_partitions(unit: Unit, table: str, spans: Iterable[Month | Day]) -> None:
    """Each month or day of the table has a partition of its own, unless rows of it lie among the others already.

    Of two processes that begin at once the second waits: PostgreSQL's IF NOT EXISTS does not see what is being made.
    """
    await unit.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('telemetry.partitions'))"))
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
    await _drop_partitions(unit, "frames", day)
    await unit.session.execute(text("DELETE FROM frames_other WHERE at < :begin"), {"begin": day.begin})


async def drop_readings_before(unit: Unit, begin: datetime) -> None:
    """Readings of the months before the one that `begin` lies in are gone, as frames are."""
    month = Month(begin.year, begin.month)
    await _drop_partitions(unit, "readings", month)
    await unit.session.execute(text("DELETE FROM readings_other WHERE measured_at < :begin"), {"begin": month.begin})


async def _drop_partitions(unit: Unit, table: str, first_kept: Month | Day) -> None:
    found = await unit.session.scalars(
        text(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = CAST(:table AS regclass) AND c.relname > :oldest AND c.relname < :first_kept"
        ),
        {"table": table, "oldest": f"{table}{_OLDEST_SUFFIX}", "first_kept": first_kept.partition},
    )
    for partition in found.all():
        await unit.session.execute(text(f"DROP TABLE {partition}"))


async def insert_station_events(unit: Unit, events: Sequence[StationEvent]) -> None:
    """Every event is a row, once."""
    await unit.session.execute(insert(StationEventRow).on_conflict_do_nothing(), [asdict(event) for event in events])


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


async def count_deviation(unit: Unit, tenant: TenantId, station_id: StationId, deviated: StationDeviated) -> None:
    """The count of the rule is what all connections of the station counted.

    A connection counts up and says its own count: of the newest one the difference is added. What an older one says
    after a newer one began to count is too late, and left out.
    """
    row, said = DeviationRow, insert(DeviationRow)
    values = {
        "tenant_id": tenant,
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
