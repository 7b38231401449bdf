"""The queries of stays in parking bays."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, true
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.sessions.domain import SessionState
from backoffice.sessions.models import ParkingRow, SessionRow
from backoffice.sessions.parking_domain import ParkingState


async def insert_stay(unit: Unit, values: dict[str, Any]) -> bool:  # Any: a row's columns
    """The stay is there; whether it was not before."""
    written = await unit.session.execute(
        insert(ParkingRow).values(values).on_conflict_do_nothing().returning(ParkingRow.id)
    )
    return written.first() is not None


async def find_stay(unit: Unit, stay_id: str) -> ParkingRow | None:
    """The stay, locked until the transaction ends."""
    return await unit.session.scalar(
        select(ParkingRow)
        .where(ParkingRow.tenant_id == unit.tenant, ParkingRow.id == stay_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def read_stay(unit: Unit, stay_id: str) -> ParkingRow | None:
    """The stay, to look at."""
    return await unit.session.scalar(
        select(ParkingRow).where(ParkingRow.tenant_id == unit.tenant, ParkingRow.id == stay_id)
    )


async def find_stay_in(unit: Unit, bay_id: str) -> ParkingRow | None:
    """The stay of the vehicle that is in the bay now, locked until the transaction ends."""
    return await unit.session.scalar(
        select(ParkingRow)
        .where(ParkingRow.tenant_id == unit.tenant, ParkingRow.bay_id == bay_id, ParkingRow.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def find_stays_at(unit: Unit, station_id: str, evse: int) -> Sequence[ParkingRow]:
    """The stays of the vehicles that are in the bays of an EVSE now, locked until the transaction ends."""
    found = await unit.session.scalars(
        select(ParkingRow)
        .where(
            ParkingRow.tenant_id == unit.tenant,
            ParkingRow.station_id == station_id,
            ParkingRow.evse == evse,
            ParkingRow.ended_at.is_(None),
        )
        .order_by(ParkingRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()


async def find_driver_who_charged(unit: Unit, stay: ParkingRow) -> str | None:
    """Who began to charge at the bay's EVSE during the stay, the first of them; None where nobody did who is known."""
    until = SessionRow.started_at <= stay.ended_at if stay.ended_at is not None else true()
    return await unit.session.scalar(
        select(SessionRow.driver_id)
        .where(
            SessionRow.tenant_id == unit.tenant,
            SessionRow.station_id == stay.station_id,
            SessionRow.evse == stay.evse,
            SessionRow.driver_id.is_not(None),
            SessionRow.state != SessionState.UNAUTHORISED,
            SessionRow.started_at >= stay.started_at,
            until,
        )
        .order_by(SessionRow.started_at)
        .limit(1)
    )


async def select_asking(unit: Unit, *, limit: int) -> Sequence[ParkingRow]:
    """Stays of all tenants of which something is to be asked, or that are to be priced; the longest unchanged first."""
    found = await unit.session.scalars(
        select(ParkingRow)
        .where(
            ParkingRow.state != ParkingState.COMPLETED,
            or_(~ParkingRow.is_asked_for, ParkingRow.state == ParkingState.LEFT),
        )
        .order_by(ParkingRow.updated_at)
        .limit(limit)
    )
    return found.all()


async def select_stays(
    unit: Unit,
    *,
    driver_id: str | None,
    sites: Collection[str] | None,
    bay_id: str | None,
    cursor: str | None,
    limit: int,
) -> Sequence[ParkingRow]:
    """A page's rows, the newest first, and one more than `limit`."""
    statement = select(ParkingRow).where(ParkingRow.tenant_id == unit.tenant)
    if driver_id is not None:
        statement = statement.where(ParkingRow.driver_id == driver_id)
    if sites is not None:
        statement = statement.where(ParkingRow.location_id.in_(sites))
    if bay_id is not None:
        statement = statement.where(ParkingRow.bay_id == bay_id)
    found = await unit.session.scalars(
        after_cursor(
            statement,
            cursor,
            keys=(ParkingRow.started_at, ParkingRow.id),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
            descending=True,
        )
    )
    return found.all()
