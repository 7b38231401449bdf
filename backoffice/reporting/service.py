"""What reporting tells."""

from datetime import date, timedelta

from backoffice.kit.auth import Principal
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database
from backoffice.reporting import view_repository
from backoffice.reporting.domain import Group, Report, ReportKind, Wanted, day_after_today
from backoffice.reporting.errors import DaysWrong, NotToldBy, TooLong
from backoffice.reporting.uptimes import report_uptime
from protocol.domain.identifiers import TenantId

MOST_DAYS, MOST_LINES = 1_100, 50_000
_THIRTY_DAYS = timedelta(days=30)


class Reports:
    """Reads reports."""

    def __init__(self, database: Database, bus: Bus, *, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._bus = bus

    def want(
        self,
        principal: Principal,
        kind: ReportKind,
        *,
        by: tuple[Group, ...] | list[Group],
        begin: date | None,
        end: date | None,
        site: str | None,
    ) -> Wanted:
        """What is asked for, in full: the thirty days until today, today with them, where nothing else is said.

        Raises NotToldBy, DaysWrong.
        """
        now = self.clock()
        begin = begin or (end or now.date() + timedelta(days=1)) - _THIRTY_DAYS
        end = end or day_after_today(now, kind)
        if not timedelta() < end - begin <= timedelta(days=MOST_DAYS):
            raise DaysWrong(begin, end, most=MOST_DAYS)
        return Wanted(kind, checked_groups(kind, by), begin, end, sites=sites_of(principal, site))

    async def read(self, tenant: TenantId, wanted: Wanted, *, cursor: str | None, limit: int) -> Report:
        """A page of it; of uptime all. Raises ServiceSilent, BusUnavailable where telemetry is to be asked."""
        if wanted.kind is ReportKind.UPTIME:
            return await report_uptime(self._bus, tenant, wanted, now=self.clock())
        async with self.database.snapshot(tenant) as unit:
            return await view_repository.select_report(unit, wanted, cursor=cursor, limit=limit)

    async def read_all(self, tenant: TenantId, wanted: Wanted) -> Report:
        """All lines of it. Raises TooLong."""
        report = await self.read(tenant, wanted, cursor=None, limit=MOST_LINES)
        if report.next_cursor is not None:
            raise TooLong(MOST_LINES)
        return report


def checked_groups(kind: ReportKind, by: tuple[Group, ...] | list[Group]) -> tuple[Group, ...]:
    """The groups, once each, or the kind's own where there are none. Raises NotToldBy."""
    rule = view_repository.RULES[kind]
    for group in by:
        if group not in rule.groups:
            raise NotToldBy(kind, group, known=rule.groups)
    return tuple(dict.fromkeys(by)) or rule.default


def sites_of(principal: Principal, site: str | None) -> frozenset[str] | None:
    """The sites that are told of: those that the asker sees, and of them the one that is asked for."""
    if site is None:
        return principal.sites
    return frozenset({site} if principal.sees_site(site) else ())
