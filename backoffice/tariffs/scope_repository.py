"""Queries of the tariffs of sites, parking bays and groups of drivers, and of who is in which group."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import Unit
from backoffice.tariffs.domain import Assignment, Place, Scope
from backoffice.tariffs.models import GroupMemberRow, ScopeAssignmentRow
from protocol.domain.identifiers import DriverId


async def scope_assignments_at(unit: Unit, places: Iterable[Place], at: datetime) -> Sequence[Assignment]:
    """What was assigned then to those of `places` that are sites, bays or groups."""
    named = _named(places)
    if not named:
        return ()
    rows = await unit.session.scalars(
        select(ScopeAssignmentRow).where(
            ScopeAssignmentRow.tenant_id == unit.tenant,
            _is_one_of(named),
            ScopeAssignmentRow.valid_from <= at,
            ScopeAssignmentRow.valid_until.is_(None) | (ScopeAssignmentRow.valid_until > at),
        )
    )
    return [_assignment(row) for row in rows]


async def current_scope_assignments(
    unit: Unit, *, tariff_id: str, scopes: Iterable[Scope], places: Iterable[Place] = ()
) -> Sequence[Assignment]:
    """What holds from now on: this tariff in these scopes, and any tariff at `places`."""
    rows = await unit.session.scalars(
        select(ScopeAssignmentRow)
        .where(
            ScopeAssignmentRow.tenant_id == unit.tenant,
            ScopeAssignmentRow.valid_until.is_(None),
            or_(
                and_(ScopeAssignmentRow.tariff_id == tariff_id, ScopeAssignmentRow.scope.in_(set(scopes))),
                _is_one_of(_named(places)),
            ),
        )
        .order_by(ScopeAssignmentRow.scope, ScopeAssignmentRow.scope_id)
    )
    return [_assignment(row) for row in rows]


async def end_scope_assignment(unit: Unit, assignment: Assignment, at: datetime) -> None:
    """It holds until `at`."""
    await unit.session.execute(
        update(ScopeAssignmentRow)
        .where(
            ScopeAssignmentRow.tenant_id == unit.tenant,
            _is_one_of(_named([assignment.place])),
            ScopeAssignmentRow.valid_until.is_(None),
        )
        .values(valid_until=at)
    )


async def add_scope_assignments(
    unit: Unit, tariff_id: str, places: Iterable[Place], *, valid_from: datetime, created_by: str
) -> None:
    """The tariff holds at those of `places` that are sites, bays or groups, from then on."""
    rows = [
        {
            "tenant_id": unit.tenant,
            "scope": scope,
            "scope_id": name,
            "valid_from": valid_from,
            "tariff_id": tariff_id,
            "created_by": created_by,
        }
        for scope, name in _named(places)
    ]
    if rows:
        await unit.session.execute(insert(ScopeAssignmentRow), rows)


async def group_of(unit: Unit, driver_id: DriverId, at: datetime) -> str | None:
    """The driver's group then."""
    return await unit.session.scalar(
        select(GroupMemberRow.group_id).where(
            GroupMemberRow.tenant_id == unit.tenant,
            GroupMemberRow.driver_id == driver_id,
            GroupMemberRow.valid_from <= at,
            GroupMemberRow.valid_until.is_(None) | (GroupMemberRow.valid_until > at),
        )
    )


async def current_members(unit: Unit, group_id: str) -> Sequence[DriverId]:
    """Who is in the group from now on."""
    found = await unit.session.scalars(
        select(GroupMemberRow.driver_id)
        .where(
            GroupMemberRow.tenant_id == unit.tenant,
            GroupMemberRow.group_id == group_id,
            GroupMemberRow.valid_until.is_(None),
        )
        .order_by(GroupMemberRow.driver_id)
    )
    return [DriverId(driver_id) for driver_id in found]


async def leave_groups(unit: Unit, drivers: Iterable[DriverId], at: datetime) -> None:
    """These drivers are in no group from then on."""
    await unit.session.execute(
        update(GroupMemberRow)
        .where(
            GroupMemberRow.tenant_id == unit.tenant,
            GroupMemberRow.driver_id.in_(set(drivers)),
            GroupMemberRow.valid_until.is_(None),
        )
        .values(valid_until=at)
    )


async def join_group(
    unit: Unit, group_id: str, drivers: Iterable[DriverId], *, valid_from: datetime, created_by: str
) -> None:
    """These drivers are in the group from then on; they are in no other."""
    rows = [
        {
            "tenant_id": unit.tenant,
            "driver_id": driver_id,
            "valid_from": valid_from,
            "group_id": group_id,
            "created_by": created_by,
        }
        for driver_id in drivers
    ]
    if rows:
        await unit.session.execute(insert(GroupMemberRow), rows)


def _named(places: Iterable[Place]) -> list[tuple[Scope, str]]:
    return [place.scope for place in places if place.scope is not None]


def _is_one_of(named: Sequence[tuple[Scope, str]]) -> ColumnElement[bool]:
    by_scope = {scope: {name for each, name in named if each is scope} for scope, _ in named}
    return or_(
        false(),
        *(
            and_(ScopeAssignmentRow.scope == scope, ScopeAssignmentRow.scope_id.in_(names))
            for scope, names in by_scope.items()
        ),
    )


def _assignment(row: ScopeAssignmentRow) -> Assignment:
    place = Place.of_scope(Scope(row.scope), row.scope_id)
    return Assignment(place, row.tariff_id, row.valid_from, row.valid_until)
