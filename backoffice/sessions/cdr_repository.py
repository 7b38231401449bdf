"""The queries of CDRs."""

from collections.abc import Sequence

from sqlalchemy import inspect, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import Unit
from backoffice.sessions.models import CdrRow


async def insert_cdr(unit: Unit, row: CdrRow) -> bool:
    """The record is there; whether it was not before."""
    values = {attribute.key: getattr(row, attribute.key) for attribute in inspect(CdrRow).column_attrs}
    written = await unit.session.execute(insert(CdrRow).values(values).on_conflict_do_nothing().returning(CdrRow.id))
    return written.first() is not None


async def list_cdrs(unit: Unit, session_id: str) -> Sequence[CdrRow]:
    """The session's records, in the order in which they were frozen."""
    found = await unit.session.scalars(
        select(CdrRow)
        .where(CdrRow.tenant_id == unit.tenant, CdrRow.session_id == session_id)
        .order_by(CdrRow.frozen_at, CdrRow.credits.nulls_first())
    )
    return found.all()
