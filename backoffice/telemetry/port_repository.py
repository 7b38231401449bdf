"""The queries of ports: what was said of them, closures, and what their operator is not answerable for."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from backoffice.kit.database import Unit
from backoffice.telemetry.domain import ClosedPlaces, PortSaid, ReopenedPlaces
from backoffice.telemetry.models import ClosureRow, ExclusionRow, PortChangeRow

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def insert_changes(unit: Unit, changes: Sequence[PortSaid]) -> None:
    """Every change is a row, once."""
    await unit.session.execute(insert(PortChangeRow).on_conflict_do_nothing(), [asdict(change) for change in changes])


async def save_closure(unit: Unit, closed: ClosedPlaces) -> None:
    """The closure is as it was last said; what was said before that changes nothing, and it stays reopened."""
    said = insert(ClosureRow).values(**asdict(closed))
    columns = ("location_id", "places", "since", "until", "is_planned", "said_at")
    await unit.session.execute(
        said.on_conflict_do_update(
            index_elements=[ClosureRow.tenant_id, ClosureRow.closure_id],
            set_={name: said.excluded[name] for name in columns},
            where=ClosureRow.said_at <= said.excluded.said_at,
        )
    )


async def save_reopening(unit: Unit, reopened: ReopenedPlaces) -> None:
    """The closure has ended, also where its begin is heard of later: then `said_at` lets that fill in the rest."""
    row = insert(ClosureRow).values(
        tenant_id=reopened.tenant_id,
        closure_id=reopened.closure_id,
        location_id=reopened.location_id,
        places=reopened.places,
        since=reopened.at,
        until=reopened.at,
        is_planned=False,
        said_at=_LONG_AGO,
        reopened_at=reopened.at,
    )
    await unit.session.execute(
        row.on_conflict_do_update(
            index_elements=[ClosureRow.tenant_id, ClosureRow.closure_id], set_={"reopened_at": reopened.at}
        )
    )


async def list_stations(unit: Unit, *, after: str, limit: int, only: Sequence[str] | None) -> Sequence[str]:
    """The stations that were ever heard of, by id, of `only` where that is given."""
    statement = select(PortChangeRow.station_id).where(
        PortChangeRow.tenant_id == unit.tenant, PortChangeRow.station_id > after
    )
    if only is not None:
        statement = statement.where(PortChangeRow.station_id.in_(only))
    found = await unit.session.scalars(statement.distinct().order_by(PortChangeRow.station_id).limit(limit))
    return found.all()


async def list_changes(
    unit: Unit, station_ids: Sequence[str], *, begin: datetime, end: datetime
) -> Sequence[PortChangeRow]:
    """What was said of these stations in [begin, end), by time, with the last of each port before it."""
    row = PortChangeRow
    of_them = (row.tenant_id == unit.tenant, row.station_id.in_(station_ids))
    before = (
        select(row)
        .where(*of_them, row.at < begin)
        .ext(distinct_on(row.station_id, row.evse))
        .order_by(row.station_id, row.evse, row.at.desc(), row.event_id.desc())
    )
    within = select(row).where(*of_them, row.at >= begin, row.at < end)
    found = [*await unit.session.scalars(before), *await unit.session.scalars(within)]
    return sorted(found, key=lambda change: (change.at, change.event_id))


async def list_closures(unit: Unit, *, begin: datetime, end: datetime) -> Sequence[ClosureRow]:
    """Closures of the tenant that may reach into [begin, end)."""
    row = ClosureRow
    ended_at = func.coalesce(row.reopened_at, row.until)
    found = await unit.session.scalars(
        select(row).where(row.tenant_id == unit.tenant, row.since < end, or_(ended_at.is_(None), ended_at > begin))
    )
    return found.all()


async def add_exclusion(unit: Unit, row: ExclusionRow) -> None:
    """The exclusion holds."""
    unit.session.add(row)
    await unit.session.flush()


async def list_exclusions(
    unit: Unit, station_ids: Sequence[str], *, begin: datetime, end: datetime
) -> Sequence[ExclusionRow]:
    """What is excluded of these stations' outages in [begin, end)."""
    row = ExclusionRow
    found = await unit.session.scalars(
        select(row)
        .where(row.tenant_id == unit.tenant, row.station_id.in_(station_ids), row.since < end, row.until > begin)
        .order_by(row.since, row.id)
    )
    return found.all()


async def delete_exclusion(unit: Unit, exclusion_id: str) -> bool:
    """Whether there was such a one; there is none now."""
    row = await unit.session.get(ExclusionRow, (unit.tenant, exclusion_id))
    if row is not None:
        await unit.session.delete(row)
        await unit.session.flush()
    return row is not None
