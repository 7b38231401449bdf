"""The queries of telemetry."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.telemetry.domain import Month, Reading, StationEvent
from backoffice.telemetry.models import ReadingRow, StationEventRow
from protocol.domain.identifiers import StationId

_COLUMNS = [field.name for field in fields(Reading)]
_STAGING = "readings_staging"


async def copy_readings(unit: Unit, readings: Sequence[Reading]) -> None:
    """Every reading is a row, once, however often it is said: COPY to a staging table, then one INSERT."""
    connection = await unit.session.connection()
    await connection.execute(
        text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {_STAGING} (LIKE readings) ON COMMIT DELETE ROWS")
    )
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    value = _COLUMNS.index("value")
    records = [(*row[:value], Decimal(row[value]), *row[value + 1 :]) for row in map(astuple, readings)]
    await driver.copy_records_to_table(_STAGING, records=records, columns=_COLUMNS)
    names = ", ".join(_COLUMNS)
    # The names are those of our own dataclass.
    await connection.execute(
        text(f"INSERT INTO readings ({names}) SELECT {names} FROM {_STAGING} ON CONFLICT DO NOTHING")  # noqa: S608
    )
    await connection.execute(text(f"TRUNCATE {_STAGING}"))


async def create_partitions(unit: Unit, months: Iterable[Month]) -> None:
    """Each month has a partition of its own."""
    for month in months:
        begin, end = month.begin.isoformat(), month.following.begin.isoformat()
        await unit.session.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {month.partition} PARTITION OF readings"
                f" FOR VALUES FROM ('{begin}') TO ('{end}')"
            )
        )


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
