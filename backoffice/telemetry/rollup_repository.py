"""The queries of roll-ups: quarters are made of readings, hours of quarters, days of hours.

Readings of one instant that differ in their context count in the context's alphabetical order, so that a roll-up never
depends on the order in which they came.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import DateTime, Integer, SmallInteger, Text, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from backoffice.kit.database import Unit
from backoffice.telemetry.models import RollupMarkRow, RollupRow
from backoffice.telemetry.series import DAY, HOUR, QUARTER, Plan, bucket_of
from protocol.domain.identifiers import StationId, TenantId


class Mark(NamedTuple):
    """A quarter of an hour of one EVSE that gained readings."""

    tenant: TenantId
    station_id: StationId
    evse: int
    begins_at: datetime


class Point(NamedTuple):
    """One bucket of one line. `rise`: how far the value rose in it and since the one before; falls count nothing."""

    evse: int
    phase: str
    location: str
    unit: str
    begins_at: datetime
    readings: int
    mean: Decimal
    minimum: Decimal
    maximum: Decimal
    first: Decimal
    last: Decimal
    rise: Decimal


_KEY = "tenant_id, station_id, evse, measurand, phase, location"
_VALUES = "unit, count, total, minimum, maximum, first_at, first, last_at, last, rise"
_KEEP = (
    f"INSERT INTO rollups ({_KEY}, step_s, begins_at, {_VALUES}) SELECT {_KEY}, :step_s, begins_at, {_VALUES}"  # noqa: S608
    " FROM made ON CONFLICT (tenant_id, station_id, evse, measurand, step_s, begins_at, phase, location) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _VALUES.split(", "))
)
_MARKED = (
    "marked AS (SELECT DISTINCT * FROM unnest(:tenants, :stations, :evses, :begins)"
    " AS marks (tenant_id, station_id, evse, begins_at))"
)
_LISTS = (
    bindparam("tenants", type_=ARRAY(Text)),
    bindparam("stations", type_=ARRAY(Text)),
    bindparam("evses", type_=ARRAY(SmallInteger)),
    bindparam("begins", type_=ARRAY(DateTime(timezone=True))),
)
_OF_READINGS = text(
    f"WITH {_MARKED}, said AS (SELECT readings.*, marked.begins_at, greatest(value - lag(value) OVER"  # noqa: S608
    f" (PARTITION BY {_KEY}, marked.begins_at ORDER BY measured_at, context), 0) AS risen FROM marked JOIN readings"
    " USING (tenant_id, station_id, evse) WHERE measured_at >= marked.begins_at"
    " AND measured_at < marked.begins_at + interval '15 minutes'),"
    f" made AS (SELECT {_KEY}, begins_at, max(unit) AS unit, count(*) AS count, sum(value) AS total,"
    " min(value) AS minimum, max(value) AS maximum, min(measured_at) AS first_at,"
    " (array_agg(value ORDER BY measured_at, context))[1] AS first, max(measured_at) AS last_at,"
    " (array_agg(value ORDER BY measured_at DESC, context DESC))[1] AS last, coalesce(sum(risen), 0) AS rise"
    f" FROM said GROUP BY {_KEY}, begins_at) {_KEEP}"
).bindparams(*_LISTS)
_MERGED = (
    "max(unit) AS unit, sum(count)::int AS count, sum(total) AS total, min(minimum) AS minimum,"
    " max(maximum) AS maximum, min(first_at) AS first_at, (array_agg(first ORDER BY begins_at))[1] AS first,"
    " max(last_at) AS last_at, (array_agg(last ORDER BY begins_at DESC))[1] AS last, sum(rise + between) AS rise"
)
_OF_ROLLUPS = text(
    f"WITH {_MARKED}, said AS (SELECT rollups.*, marked.begins_at AS bucket, coalesce(greatest(first - lag(last) OVER"  # noqa: S608
    f" (PARTITION BY {_KEY}, marked.begins_at ORDER BY rollups.begins_at), 0), 0) AS between FROM marked JOIN rollups"
    " USING (tenant_id, station_id, evse) WHERE step_s = :base_s AND rollups.begins_at >= marked.begins_at"
    " AND rollups.begins_at < marked.begins_at + make_interval(secs => :step_s)),"
    f" made AS (SELECT {_KEY}, bucket AS begins_at, {_MERGED} FROM said GROUP BY {_KEY}, bucket) {_KEEP}"
).bindparams(*_LISTS)
# With a week before the plot's begin, from whose last bucket the register rose to the first of it.
_SERIES = text(
    "WITH told AS (SELECT * FROM rollups WHERE tenant_id = :tenant AND station_id = :station_id"  # noqa: S608
    " AND measurand = :measurand AND step_s = :base_s AND begins_at < :end"
    " AND begins_at >= CAST(:begin AS timestamptz) - interval '7 days'"
    " AND (CAST(:evse AS smallint) IS NULL OR evse = :evse)),"
    f" said AS (SELECT *, coalesce(greatest(first - lag(last) OVER (PARTITION BY {_KEY} ORDER BY begins_at), 0), 0)"
    " AS between FROM told)"
    " SELECT evse, phase, location, max(unit) AS unit, date_bin(make_interval(secs => :step_s), begins_at, 'epoch')"
    " AS bucket, sum(count)::int AS count, sum(total) / sum(count) AS mean, min(minimum) AS minimum,"
    " max(maximum) AS maximum, (array_agg(first ORDER BY begins_at))[1] AS first,"
    " (array_agg(last ORDER BY begins_at DESC))[1] AS last, sum(rise + between) AS rise FROM said"
    " WHERE begins_at >= :begin GROUP BY evse, phase, location, bucket ORDER BY evse, phase, location, bucket"
).bindparams(bindparam("evse", type_=SmallInteger), bindparam("base_s", type_=Integer))


async def take_marks(unit: Unit, *, limit: int) -> Sequence[Mark]:
    """The oldest marks, once each, gone with this transaction; their readings are seen by what it asks next."""
    oldest = select(RollupMarkRow.id).order_by(RollupMarkRow.id).limit(limit)
    taken = await unit.session.execute(
        delete(RollupMarkRow)
        .where(RollupMarkRow.id.in_(oldest))
        .returning(RollupMarkRow.tenant_id, RollupMarkRow.station_id, RollupMarkRow.evse, RollupMarkRow.begins_at)
    )
    return sorted({Mark(TenantId(row[0]), StationId(row[1]), row[2], row[3]) for row in taken})


async def roll_up(unit: Unit, marks: Sequence[Mark]) -> None:
    """The marked quarters are what their readings say, and the hours and days around them what those quarters say."""
    await unit.session.execute(_OF_READINGS, {"step_s": _seconds(QUARTER), **_lists(marks, QUARTER)})
    for base, step in ((QUARTER, HOUR), (HOUR, DAY)):
        lists = _lists(marks, step)
        await unit.session.execute(_OF_ROLLUPS, {"base_s": _seconds(base), "step_s": _seconds(step), **lists})


async def select_series(
    unit: Unit, station_id: StationId, plan: Plan, *, measurand: str, evse: int | None
) -> Sequence[Point]:
    """The points of every line, by EVSE, phase, location and time."""
    found = await unit.session.execute(
        _SERIES,
        {
            "tenant": unit.tenant,
            "station_id": station_id,
            "measurand": measurand,
            "evse": evse,
            "begin": plan.begin,
            "end": plan.end,
            "base_s": _seconds(plan.base),
            "step_s": _seconds(plan.step),
        },
    )
    return [Point(*row) for row in found]


async def delete_rollups_before(unit: Unit, step: timedelta, before: datetime) -> None:
    """Roll-ups of this length that began earlier are gone."""
    await unit.session.execute(
        delete(RollupRow).where(RollupRow.begins_at < before, RollupRow.step_s == _seconds(step))
    )


def _seconds(step: timedelta) -> int:
    return int(step.total_seconds())


def _lists(marks: Sequence[Mark], step: timedelta) -> dict[str, list[object]]:
    buckets = sorted({mark._replace(begins_at=bucket_of(mark.begins_at, step)) for mark in marks})
    return {
        "tenants": [mark.tenant for mark in buckets],
        "stations": [mark.station_id for mark in buckets],
        "evses": [mark.evse for mark in buckets],
        "begins": [mark.begins_at for mark in buckets],
    }
