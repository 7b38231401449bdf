"""Queries of the tariffs that are drivers' own."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import Unit
from backoffice.tariffs.domain import Assignment, Place
from backoffice.tariffs.models import DriverAssignmentRow
from protocol.domain.identifiers import DriverId


async def driver_assignments_at(unit: Unit, driver_id: DriverId, at: datetime) -> Sequence[Assignment]:
    """What was the driver's own then."""
    rows = await unit.session.scalars(
        select(DriverAssignmentRow).where(
            DriverAssignmentRow.tenant_id == unit.tenant,
            DriverAssignmentRow.driver_id == driver_id,
            DriverAssignmentRow.valid_from <= at,
            DriverAssignmentRow.valid_until.is_(None) | (DriverAssignmentRow.valid_until > at),
        )
    )
    return [_assignment(row) for row in rows]


async def current_driver_assignments(
    unit: Unit, *, tariff_id: str, drivers: Iterable[DriverId] = ()
) -> Sequence[Assignment]:
    """What holds from now on: this tariff whosever it is, and any tariff of `drivers`."""
    rows = await unit.session.scalars(
        select(DriverAssignmentRow)
        .where(
            DriverAssignmentRow.tenant_id == unit.tenant,
            DriverAssignmentRow.valid_until.is_(None),
            (DriverAssignmentRow.tariff_id == tariff_id) | DriverAssignmentRow.driver_id.in_(set(drivers)),
        )
        .order_by(DriverAssignmentRow.driver_id)
    )
    return [_assignment(row) for row in rows]


async def end_driver_assignment(unit: Unit, assignment: Assignment, at: datetime) -> None:
    """It holds until `at`."""
    await unit.session.execute(
        update(DriverAssignmentRow)
        .where(
            DriverAssignmentRow.tenant_id == unit.tenant,
            DriverAssignmentRow.driver_id == assignment.place.driver_id,
            DriverAssignmentRow.valid_until.is_(None),
        )
        .values(valid_until=at)
    )


async def add_driver_assignments(
    unit: Unit, tariff_id: str, places: Iterable[Place], *, valid_from: datetime, created_by: str
) -> None:
    """The tariff is these drivers' from then on."""
    rows = [
        {
            "tenant_id": unit.tenant,
            "driver_id": place.driver_id,
            "valid_from": valid_from,
            "tariff_id": tariff_id,
            "created_by": created_by,
        }
        for place in places
    ]
    if rows:
        await unit.session.execute(insert(DriverAssignmentRow), rows)


def _assignment(row: DriverAssignmentRow) -> Assignment:
    return Assignment(Place(driver_id=DriverId(row.driver_id)), row.tariff_id, row.valid_from, row.valid_until)
