"""Reports that are made every week or month, and told to those who wanted them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from backoffice.contracts.reporting import ReportReady
from backoffice.kit.auth import Principal
from backoffice.kit.database import ALL_TENANTS, Unit
from backoffice.kit.workers import try_each
from backoffice.reporting import repository, schedule_repository
from backoffice.reporting.csv_lines import to_csv
from backoffice.reporting.domain import Every, Group, ReportKind, Wanted, days_of, due_after, first_due, report_id_of
from backoffice.reporting.errors import NotTheirSite, ReportNotFound, ScheduleNotFound
from backoffice.reporting.models import ReportRow, ScheduleRow
from backoffice.reporting.service import Reports, checked_groups
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import TenantId

_DUE_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What somebody wants every week or month. `sites` None: all that they see."""

    title: str
    kind: ReportKind
    by: tuple[Group, ...]
    every: Every
    timezone: str
    recipients: tuple[str, ...]
    sites: frozenset[str] | None


class Schedules:
    """Keeps schedules, makes their reports, and shows them to whom they are for."""

    def __init__(self, reports: Reports, *, keep_days: int) -> None:
        self.database = reports.database
        self._reports = reports
        self._clock = reports.clock
        self._kept_for = timedelta(days=keep_days)

    async def add(self, unit: Unit, plan: Plan, principal: Principal) -> ScheduleRow:
        """Its first report comes when the running week or month is over. Raises NotToldBy, NotTheirSite."""
        for site in sorted(plan.sites or ()):
            if not principal.sees_site(site):
                raise NotTheirSite(site)
        now, sites = self._clock(), principal.sites if plan.sites is None else plan.sites
        row = ScheduleRow(
            tenant_id=unit.tenant,
            id=unique_event_id(now),
            title=plan.title,
            kind=plan.kind,
            by=list(checked_groups(plan.kind, plan.by)),
            sites=None if sites is None else sorted(sites),
            every=plan.every,
            timezone=plan.timezone,
            recipients=list(dict.fromkeys(plan.recipients)),
            created_by=principal.subject,
            created_at=now,
            next_at=first_due(now, plan.every, plan.timezone),
        )
        await schedule_repository.add_schedule(unit, row)
        return row

    async def list_page(
        self, unit: Unit, principal: Principal, *, cursor: str | None, limit: int
    ) -> Sequence[ScheduleRow]:
        """A page's rows: all of the tenant, and for a site host their own."""
        created_by = None if principal.sites is None else principal.subject
        return await schedule_repository.list_schedules(unit, created_by=created_by, cursor=cursor, limit=limit)

    async def remove(self, unit: Unit, schedule_id: str, principal: Principal) -> None:
        """Nothing is made of it any more. Raises ScheduleNotFound, also where a site host asks for another's."""
        row = await schedule_repository.find_schedule(unit, schedule_id)
        if row is None or (principal.sites is not None and row.created_by != principal.subject):
            raise ScheduleNotFound(schedule_id)
        await schedule_repository.delete_schedule(unit, row)

    async def find_report(self, unit: Unit, report_id: str, principal: Principal) -> ReportRow:
        """The report. Raises ReportNotFound, also where a site host asks for one that is not for them.

        Nor is one that tells of a site which they do not have, or not any more, whoever wanted it for them.
        """
        row = await schedule_repository.find_report(unit, report_id)
        if row is None or not _may_read(principal, row):
            raise ReportNotFound(report_id)
        return row

    async def make_due(self) -> None:
        """Every report that is due, and whose days the views have taken in, is made and said to be ready."""
        async with self.database.transaction(ALL_TENANTS) as unit:
            refreshed_at = await repository.find_refreshed_at(unit)
            await schedule_repository.delete_reports_before(unit, self._clock() - self._kept_for)
            now = self._clock() if refreshed_at is None else min(refreshed_at, self._clock())
            due = [] if refreshed_at is None else await schedule_repository.list_due(unit, now=now, limit=_DUE_AT_ONCE)
        await try_each(due, self._make)

    async def _make(self, due: ScheduleRow) -> None:
        tenant, every, zone = TenantId(due.tenant_id), Every(due.every), due.timezone
        begin, end = days_of(due.next_at, every, zone)
        wanted = Wanted(
            kind=ReportKind(due.kind),
            by=tuple(Group(group) for group in due.by),
            begin=begin,
            end=end,
            sites=None if due.sites is None else frozenset(due.sites),
        )
        text = to_csv(await self._reports.read_all(tenant, wanted))
        async with self.database.transaction(tenant) as unit:
            schedule = await schedule_repository.find_schedule(unit, due.id)
            if schedule is None or schedule.next_at != due.next_at:
                return
            schedule.next_at = due_after(schedule.next_at, every, zone)
            row = ReportRow(
                tenant_id=tenant,
                id=report_id_of(tenant, schedule.id, begin),
                schedule_id=schedule.id,
                title=schedule.title,
                kind=schedule.kind,
                sites=schedule.sites,
                begin_on=begin,
                end_on=end,
                recipients=schedule.recipients,
                created_by=schedule.created_by,
                made_at=self._clock(),
                csv=text,
            )
            if await schedule_repository.add_report(unit, row):
                await self._say_ready(unit, row)

    async def _say_ready(self, unit: Unit, row: ReportRow) -> None:
        ready = ReportReady(
            report_id=row.id,
            schedule_id=row.schedule_id,
            kind=row.kind,
            title=row.title,
            begin=row.begin_on,
            end=row.end_on,
            recipients=tuple(row.recipients),
        )
        await unit.publish(ready, key=row.id, now=row.made_at, event_id=row.id)


def _may_read(principal: Principal, row: ReportRow) -> bool:
    if principal.sites is None:
        return True
    is_for_them = principal.subject in (row.created_by, *row.recipients)
    return is_for_them and row.sites is not None and principal.sites.issuperset(row.sites)
