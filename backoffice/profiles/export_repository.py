"""The queries of exports."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import undefer

from backoffice.kit.database import Unit
from backoffice.profiles.models import ExportRow


async def find_export(unit: Unit, driver_id: str, *, with_document: bool = False) -> ExportRow | None:
    """The driver's export, to look at."""
    statement = select(ExportRow).where(ExportRow.tenant_id == unit.tenant, ExportRow.driver_id == driver_id)
    return await unit.session.scalar(statement.options(undefer(ExportRow.document)) if with_document else statement)


async def lock_export(unit: Unit, driver_id: str, export_id: str) -> ExportRow | None:
    """The driver's export, locked until the transaction ends; None where another one took its place."""
    return await unit.session.scalar(
        select(ExportRow)
        .where(ExportRow.tenant_id == unit.tenant, ExportRow.driver_id == driver_id, ExportRow.id == export_id)
        .with_for_update()
    )


async def replace_export(unit: Unit, row: ExportRow) -> None:
    """It is the driver's export, in the place of the one before."""
    await unit.session.merge(row)
    await unit.session.flush()


async def claim_due(unit: Unit, *, now: datetime, limit: int) -> Sequence[ExportRow]:
    """Exports of all tenants that are due, locked until the transaction ends; nobody waits for another's."""
    found = await unit.session.scalars(
        select(ExportRow)
        .where(ExportRow.due_at <= now)
        .order_by(ExportRow.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return found.all()


async def list_over(unit: Unit, *, now: datetime) -> Sequence[ExportRow]:
    """Exports of all tenants that were kept long enough, locked until the transaction ends."""
    found = await unit.session.scalars(select(ExportRow).where(ExportRow.expires_at <= now).with_for_update())
    return found.all()
