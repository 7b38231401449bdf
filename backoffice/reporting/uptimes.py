"""The report of uptime, which telemetry measures: by site, station, EVSE and month, in UTC."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from backoffice.contracts.telemetry import UPTIME_OF_PORTS, AskUptime, PortUptime
from backoffice.kit.bus import Bus
from backoffice.reporting.domain import Cell, Group, Report, Wanted
from protocol.domain.identifiers import TenantId

FIGURES = ("total_s", "outage_s", "excluded_s", "uptime_percent")
_PLACES = Decimal("0.001")
_HUNDRED = Decimal(100)
_Key = tuple[str | int, ...]


async def report_uptime(bus: Bus, tenant: TenantId, wanted: Wanted, *, now: datetime) -> Report:
    """Seconds are summed by group, and the percentage is made of the sums. Raises ServiceSilent, BusUnavailable.

    Hours of ports of which nobody had heard count for nothing, nor does what is to come.
    """
    sums: defaultdict[_Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    for begin, end in _parts(wanted):
        async for port in _ports(bus, AskUptime(tenant, _midnight(begin), _midnight(end))):
            if wanted.sites is not None and port.location_id not in wanted.sites:
                continue
            line = sums[_key(port, wanted.by, begin)]
            for index, seconds in enumerate((port.total_s, port.outage_s, port.excluded_s)):
                line[index] += seconds
    rows = [(*_shown(key), *line, _percent(*line)) for key, line in sorted(sums.items())]
    return Report(columns=(*wanted.by, *FIGURES), rows=rows, refreshed_at=now)


async def _ports(bus: Bus, question: AskUptime) -> AsyncIterator[PortUptime]:
    after: str | None = ""
    while after is not None:
        answer = await bus.ask(
            UPTIME_OF_PORTS, AskUptime(question.tenant, question.begin, question.end, after), timeout_s=10.0
        )
        for port in answer.ports:
            yield port
        after = answer.after


def _parts(wanted: Wanted) -> Sequence[tuple[date, date]]:
    """The days as one, or month by month."""
    if Group.MONTH not in wanted.by:
        return [(wanted.begin, wanted.end)]
    parts, begin = [], wanted.begin
    while begin < wanted.end:
        following = date(begin.year + begin.month // 12, begin.month % 12 + 1, 1)
        parts.append((begin, min(following, wanted.end)))
        begin = following
    return parts


def _key(port: PortUptime, by: Sequence[Group], begin: date) -> _Key:
    values: dict[Group, str | int] = {
        Group.SITE: port.location_id,
        Group.STATION: port.station_id,
        Group.EVSE: port.evse,
        Group.MONTH: f"{begin:%Y-%m}",
    }
    return tuple(values[group] for group in by)


def _shown(key: _Key) -> tuple[Cell, ...]:
    return tuple(value if value != "" else None for value in key)


def _percent(total_s: int, outage_s: int, excluded_s: int) -> Decimal | None:
    if not total_s:
        return None
    return (_HUNDRED * (total_s - outage_s + excluded_s) / total_s).quantize(_PLACES)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
