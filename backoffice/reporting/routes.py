"""Reports by REST, as JSON in pages or as one CSV file."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response

from backoffice.kit.guards import ReportsReader, ReportsWriter
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.reporting.csv_lines import to_csv
from backoffice.reporting.domain import Group, ReportKind
from backoffice.reporting.schedules import Schedules
from backoffice.reporting.schemas import NewSchedule, ReportView, ScheduleView
from backoffice.reporting.service import Reports

router = APIRouter(prefix="/reports", tags=["reports"])
ReportsDep = Annotated[Reports, Depends(provided(Reports))]
SchedulesDep = Annotated[Schedules, Depends(provided(Schedules))]
CSV = "text/csv"


class Format(StrEnum):
    """How a report is given."""

    JSON = "json"
    CSV = "csv"


FromDay = Annotated[
    date | None, Query(alias="from", description="The first day. Default: thirty before `to`, or before tomorrow.")
]
ToDay = Annotated[
    date | None,
    Query(alias="to", description="The day after the last. Default: today's days are in, wherever the site is."),
]
By = Annotated[list[Group], Query(max_length=6, description="Given again for a further group.")]


@router.post("/schedules", status_code=201)
async def add_schedule(body: NewSchedule, principal: ReportsWriter, schedules: SchedulesDep) -> ScheduleView:
    """A report is made every week or month from now on, and its recipients are told."""
    async with schedules.database.transaction(principal.tenant) as unit:
        return ScheduleView.of(await schedules.add(unit, body.plan(), principal))


@router.get("/schedules")
async def list_schedules(
    principal: ReportsReader, schedules: SchedulesDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[ScheduleView]:
    """Every schedule; a site host's own."""
    async with schedules.database.transaction(principal.tenant) as unit:
        rows = await schedules.list_page(unit, principal, cursor=cursor, limit=limit)
        return page_of(rows, limit=limit, view=ScheduleView.of, key=lambda row: (row.id,))


@router.delete("/schedules/{schedule_id}", status_code=204)
async def remove_schedule(schedule_id: str, principal: ReportsWriter, schedules: SchedulesDep) -> None:
    """Nothing is made of it any more; what was made stays."""
    async with schedules.database.transaction(principal.tenant) as unit:
        await schedules.remove(unit, schedule_id, principal)


@router.get("/made/{report_id}", response_class=Response, responses={200: {"content": {CSV: {}}}})
async def read_made_report(report_id: str, principal: ReportsReader, schedules: SchedulesDep) -> Response:
    """The CSV file of a report that was made by a schedule."""
    async with schedules.database.transaction(principal.tenant) as unit:
        row = await schedules.find_report(unit, report_id, principal)
    return _file(row.csv, name=f"{row.kind}-{row.begin_on}-{row.end_on}")


@router.get("/{kind}", response_model=ReportView, responses={200: {"content": {CSV: {}}}})
async def make_report(
    kind: ReportKind,
    principal: ReportsReader,
    reports: ReportsDep,
    begin: FromDay = None,
    end: ToDay = None,
    by: By = [],  # noqa: B006 - FastAPI copies it
    site: str | None = None,
    format: Format | None = None,  # noqa: A002 - the name in the address
    accept: Annotated[str, Header()] = "",
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> ReportView | Response:
    """A report of some days by some groups, of the sites that the asker sees. As CSV it is whole, and not in pages."""
    wanted = reports.want(principal, kind, by=by, begin=begin, end=end, site=site)
    if format is Format.CSV or (format is None and accept.startswith(CSV)):
        whole = await reports.read_all(principal.tenant, wanted)
        return _file(to_csv(whole), name=f"{kind}-{wanted.begin}-{wanted.end}")
    return ReportView.of(wanted, await reports.read(principal.tenant, wanted, cursor=cursor, limit=limit))


def _file(text: str, *, name: str) -> Response:
    return Response(text, media_type=CSV, headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})
