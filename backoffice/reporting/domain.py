"""What a report is asked for, and when those come that are made again and again.

Invariants:
1. Days, weeks (from Monday) and months are those of the site's time zone.
2. A scheduled report tells of the week or month before, whole, in the schedule's time zone, and comes at `COMES_AT`.
3. Its id derives from its schedule and its first day: it is made once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from protocol.bus.envelope import event_id
from protocol.domain.identifiers import TenantId

COMES_AT = time(6)
_EASTMOST = timedelta(hours=14)
_WEEK = timedelta(days=7)
_MONTHS = 12

Cell = str | int | Decimal | None


class ReportKind(StrEnum):
    """What is told."""

    SESSIONS = "sessions"
    ENERGY = "energy"
    REVENUE = "revenue"
    UTILISATION = "utilisation"
    POPULAR_TIMES = "popular_times"
    FAULTS = "faults"
    UPTIME = "uptime"


class Group(StrEnum):
    """By what it is told."""

    SITE = "site"
    STATION = "station"
    EVSE = "evse"
    BAY = "bay"
    TARIFF = "tariff"
    KIND = "kind"
    WEEKDAY = "weekday"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Every(StrEnum):
    """How often a scheduled report comes."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report of the days [begin, end), by these groups; `sites` None: of all."""

    kind: ReportKind
    by: tuple[Group, ...]
    begin: date
    end: date
    sites: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Report:
    """The lines of a report or of a page of it, and when what they tell of was last taken in."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    refreshed_at: datetime | None
    next_cursor: str | None = None


def day_after_today(now: datetime, kind: ReportKind) -> date:
    """Tomorrow: in UTC, by which uptime is measured; else where days begin first, for the rest goes by sites' days."""
    ahead = timedelta() if kind is ReportKind.UPTIME else _EASTMOST
    return (now + ahead).date() + timedelta(days=1)


def first_due(now: datetime, every: Every, timezone: str) -> datetime:
    """When the first report comes of a schedule that is made now: after the end of the running week or month."""
    zone = ZoneInfo(timezone)
    begin = _begin_of(now.astimezone(zone).date(), every)
    return _comes_at(_following(begin, every), zone)


def due_after(due: datetime, every: Every, timezone: str) -> datetime:
    """When the next one comes after the one that came at `due`."""
    zone = ZoneInfo(timezone)
    return _comes_at(_following(_begin_of(due.astimezone(zone).date(), every), every), zone)


def days_of(due: datetime, every: Every, timezone: str) -> tuple[date, date]:
    """Of which days, from the first until before the second, the report tells that comes at `due`."""
    end = _begin_of(due.astimezone(ZoneInfo(timezone)).date(), every)
    return _begin_of(end - timedelta(days=1), every), end


def report_id_of(tenant: TenantId, schedule_id: str, begin: date) -> str:
    """The id of a scheduled report."""
    return event_id(tenant, "report", schedule_id, begin.isoformat())


def _begin_of(day: date, every: Every) -> date:
    return day - timedelta(days=day.weekday()) if every is Every.WEEK else day.replace(day=1)


def _following(begin: date, every: Every) -> date:
    if every is Every.WEEK:
        return begin + _WEEK
    return date(begin.year + begin.month // _MONTHS, begin.month % _MONTHS + 1, 1)


def _comes_at(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, COMES_AT, zone).astimezone(UTC)
