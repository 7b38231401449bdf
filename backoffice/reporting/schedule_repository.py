"""The queries of schedules, and of the reports that they made."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.reporting.models import ReportRow, ScheduleRow


async def add_schedule(unit: Unit, row: ScheduleRow) -> None:
    """Its reports are made from now on."""
    unit.session.add(row)
    await unit.session.flush()


async def list_schedules(
    unit: Unit, *, created_by: str | None, cursor: str | None, limit: int
) -> Sequence[ScheduleRow]:
    """A page's rows, of one account where it is named, and one more than `limit` where there is one."""
    statement = select(ScheduleRow).where(ScheduleRow.tenant_id == unit.tenant)
    if created_by is not None:
        statement = statement.where(ScheduleRow.created_by == created_by)
    found = await unit.session.scalars(
        after_cursor(statement, cursor, keys=(ScheduleRow.id,), parsers=(str,), limit=limit)
    )
    return found.all()


async def find_schedule(unit: Unit, schedule_id: str) -> ScheduleRow | None:
    """The schedule, locked against a worker that makes its report."""
    return await unit.session.get(ScheduleRow, (unit.tenant, schedule_id), with_for_update=True)


async def delete_schedule(unit: Unit, row: ScheduleRow) -> None:
    """Nothing is made of it any more; what was made stays."""
    await unit.session.delete(row)
    await unit.session.flush()


async def list_due(unit: Unit, *, now: datetime, limit: int) -> Sequence[ScheduleRow]:
    """Schedules of all tenants whose next report is due, the longest due first."""
    found = await unit.session.scalars(
        select(ScheduleRow).where(ScheduleRow.next_at <= now).order_by(ScheduleRow.next_at).limit(limit)
    )
    return found.all()


async def add_report(unit: Unit, row: ReportRow) -> bool:
    """Whether it was not made before."""
    values = {column.key: getattr(row, column.key) for column in ReportRow.__table__.columns}
    added = await unit.session.execute(
        insert(ReportRow).values(values).on_conflict_do_nothing().returning(ReportRow.id)
    )
    return added.first() is not None


async def find_report(unit: Unit, report_id: str) -> ReportRow | None:
    """The report that was made."""
    return await unit.session.get(ReportRow, (unit.tenant, report_id))


async def delete_reports_before(unit: Unit, before: datetime) -> None:
    """What was made earlier is gone."""
    await unit.session.execute(delete(ReportRow).where(ReportRow.made_at < before))
