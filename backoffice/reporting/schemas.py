"""What reporting takes and gives by REST."""

from datetime import date, datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, Field

from backoffice.kit.bodies import Body
from backoffice.kit.numbers import PlainDecimal
from backoffice.reporting.domain import Every, Group, Report, ReportKind, Wanted
from backoffice.reporting.models import ScheduleRow
from backoffice.reporting.schedules import Plan


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("there is no such time zone")
    return ZoneInfo(name).key


Account = Annotated[str, Field(min_length=1, max_length=64)]
Site = Annotated[str, Field(min_length=1, max_length=64)]


class ReportView(BaseModel):
    """A page of a report of the days [`begin`, `end`). `refreshed_at`: what came later it does not tell of yet.

    Each line has the groups that it is told by and the figures, by the names in `columns`.
    """

    kind: ReportKind
    begin: date
    end: date
    refreshed_at: datetime | None
    columns: list[str]
    items: list[dict[str, str | int | PlainDecimal | None]]
    next_cursor: str | None

    @classmethod
    def of(cls, wanted: Wanted, report: Report) -> Self:
        """A report as it is shown."""
        return cls(
            kind=wanted.kind,
            begin=wanted.begin,
            end=wanted.end,
            refreshed_at=report.refreshed_at,
            columns=list(report.columns),
            items=[dict(zip(report.columns, row, strict=True)) for row in report.rows],
            next_cursor=report.next_cursor,
        )


class NewSchedule(Body):
    """A report every week or month. `recipients` are accounts of staff; without `sites` it is of all."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    kind: ReportKind
    by: Annotated[list[Group], Field(default_factory=list, max_length=6)]
    every: Every
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    recipients: Annotated[list[Account], Field(min_length=1, max_length=50)]
    sites: Annotated[list[Site], Field(min_length=1, max_length=500)] | None = None

    def plan(self) -> Plan:
        """As the service takes it."""
        return Plan(
            title=self.title,
            kind=self.kind,
            by=tuple(self.by),
            every=self.every,
            timezone=self.timezone,
            recipients=tuple(self.recipients),
            sites=None if self.sites is None else frozenset(self.sites),
        )


class ScheduleView(BaseModel):
    """A schedule; `next_at`: when its next report comes."""

    id: str
    title: str
    kind: ReportKind
    by: list[Group]
    sites: list[str] | None
    every: Every
    timezone: str
    recipients: list[str]
    created_by: str
    created_at: datetime
    next_at: datetime

    @classmethod
    def of(cls, row: ScheduleRow) -> Self:
        """A row as it is shown."""
        return cls.model_validate(row, from_attributes=True)
