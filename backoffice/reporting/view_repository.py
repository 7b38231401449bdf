"""The kinds of reports: the view that each reads, by what it can be told, its figures, and the query.

Invariants:
1. Sums of a report by any groups are the sums of its view: no figure is an average of averages.
2. Money is told by currency, always; what is not of one currency is not summed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Numeric,
    Select,
    Text,
    case,
    cast,
    column,
    func,
    literal_column,
    null,
    select,
    table,
    text,
)

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor, encode_cursor
from backoffice.reporting import repository
from backoffice.reporting.domain import Group, Report, ReportKind, Wanted


# Any: a figure is a number of whatever type PostgreSQL makes of it.
@dataclass(frozen=True, slots=True)
class KindRule:
    """How a kind is told, from a view or, without one, by asking telemetry.

    `always`: groups that are there without being asked for, as the currency of money.
    """

    view: str
    groups: frozenset[Group]
    default: tuple[Group, ...]
    figures: Mapping[str, ColumnElement[Any]]
    always: tuple[str, ...] = ()
    is_only: ColumnElement[bool] | None = None


_DAY = column("day", Date)
_ISO = literal_column("'YYYY-MM-DD'", Text)

EXPRESSIONS: Mapping[Group, ColumnElement[str] | ColumnElement[int]] = {
    Group.SITE: column("location_id", Text),
    Group.STATION: column("station_id", Text),
    Group.EVSE: column("evse", Integer),
    Group.BAY: column("bay_id", Text),
    Group.TARIFF: column("tariff_id", Text),
    Group.KIND: column("kind", Text),
    Group.WEEKDAY: column("weekday", Integer),
    Group.HOUR: column("hour", Integer),
    Group.DAY: func.to_char(_DAY, _ISO, type_=Text),
    Group.WEEK: func.to_char(func.date_trunc(literal_column("'week'"), _DAY), _ISO, type_=Text),
    Group.MONTH: func.to_char(_DAY, literal_column("'YYYY-MM'"), type_=Text),
}
"""By which column of the views; a week is its Monday."""

_TIMES = frozenset({Group.DAY, Group.WEEK, Group.MONTH})
_PLACES = frozenset({Group.SITE, Group.STATION, Group.EVSE, Group.BAY})


def _sum(name: str) -> ColumnElement[Any]:
    return func.coalesce(func.sum(column(name, Numeric)), 0)


def _share(part: str, whole: str) -> ColumnElement[Any]:
    """To four places; none of nothing."""
    total = func.sum(column(whole, Numeric))
    return case((total > 0, func.round(func.sum(column(part, Numeric)) / total, 4)), else_=null())


def _count(name: str) -> ColumnElement[Any]:
    return cast(_sum(name), Integer)


_SECONDS = {"duration_s": _sum("duration_s"), "paused_s": _sum("paused_s")}

RULES: Mapping[ReportKind, KindRule] = {
    ReportKind.SESSIONS: KindRule(
        "sessions_by_day",
        _TIMES | _PLACES | {Group.TARIFF, Group.KIND},
        (Group.DAY,),
        {"sessions": _count("sessions"), "energy_wh": _sum("energy_wh"), **_SECONDS},
    ),
    ReportKind.ENERGY: KindRule(
        "sessions_by_day",
        _TIMES | {Group.SITE, Group.STATION, Group.EVSE, Group.TARIFF},
        (Group.DAY,),
        {"energy_wh": _sum("energy_wh"), "sessions": _count("sessions")},
        is_only=column("kind", Text) == "charging",
    ),
    ReportKind.REVENUE: KindRule(
        "revenue_by_day",
        _TIMES | {Group.SITE, Group.STATION, Group.TARIFF, Group.KIND},
        (Group.MONTH,),
        {
            "invoices": _count("invoices"),
            "credits": _count("credits"),
            "net": _sum("net"),
            "vat": _sum("gross") - _sum("net"),
            "gross": _sum("gross"),
            "credited_gross": _sum("credited_gross"),
        },
        always=("currency",),
    ),
    ReportKind.UTILISATION: KindRule(
        "utilisation",
        _TIMES | _PLACES,
        (Group.STATION, Group.EVSE, Group.BAY),
        {
            "available_s": _sum("available_s"),
            "occupied_s": _sum("occupied_s"),
            "charging_s": _sum("charging_s"),
            "occupied_share": _share("occupied_s", "available_s"),
            "charging_share": _share("charging_s", "available_s"),
        },
    ),
    ReportKind.POPULAR_TIMES: KindRule(
        "use_by_hour",
        _TIMES | {Group.SITE, Group.STATION, Group.BAY, Group.KIND, Group.WEEKDAY, Group.HOUR},
        (Group.WEEKDAY, Group.HOUR),
        {"begun": _count("begun"), "occupied_s": _sum("occupied_s")},
    ),
    ReportKind.FAULTS: KindRule(
        "faults_by_day",
        _TIMES | {Group.SITE, Group.STATION, Group.EVSE},
        (Group.STATION,),
        {"faults": _count("faults"), "offline_spells": _count("offline_spells")},
    ),
    ReportKind.UPTIME: KindRule(
        "",
        frozenset({Group.SITE, Group.STATION, Group.EVSE, Group.MONTH}),
        (Group.STATION, Group.EVSE),
        {},
    ),
}

VIEWS = ("sessions_by_day", "revenue_by_day", "use_by_day", "use_by_hour", "faults_by_day")
"""Those that are made anew, in this order."""


async def refresh_view(unit: Unit, view: str) -> None:
    """The view tells of what is in the tables now; whoever reads it meanwhile sees what it told before."""
    await unit.session.execute(text(f"REFRESH MATERIALIZED VIEW CONCURRENTLY {view}_made"))


async def select_report(unit: Unit, wanted: Wanted, *, cursor: str | None, limit: int) -> Report:
    """A page of lines, in the order of their groups."""
    rule = RULES[wanted.kind]
    keys = [*(EXPRESSIONS[group] for group in wanted.by), *(column(name, Text) for name in rule.always)]
    names = (*wanted.by, *rule.always)
    columns: list[ColumnElement[Any]] = [key.label(f"by_{name}") for key, name in zip(keys, names, strict=True)]
    columns += [figure.label(name) for name, figure in rule.figures.items()]
    day = column("day", Date)
    statement: Select[Any] = (
        select(*columns)
        .select_from(table(rule.view))
        .where(column("tenant_id") == unit.tenant, day >= wanted.begin, day < wanted.end)
        .group_by(*keys)
    )
    if rule.is_only is not None:
        statement = statement.where(rule.is_only)
    if wanted.sites is not None:
        statement = statement.where(column("location_id", Text).in_(sorted(wanted.sites)))
    parsers: list[Callable[[str], str | int]] = [int if isinstance(key.type, Integer) else str for key in keys]
    paged = after_cursor(statement, cursor, keys=keys, parsers=parsers, limit=limit)
    rows = [tuple(row) for row in await unit.session.execute(paged)]
    has_more, shown = len(rows) > limit, rows[:limit]
    return Report(
        columns=(*names, *rule.figures),
        rows=[(*(value if value != "" else None for value in row[: len(keys)]), *row[len(keys) :]) for row in shown],
        refreshed_at=await repository.find_refreshed_at(unit),
        next_cursor=encode_cursor(shown[-1][: len(keys)]) if has_more else None,
    )
