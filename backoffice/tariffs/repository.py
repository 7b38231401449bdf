"""Queries of tariffs."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.tariffs.domain import Assignment, Place, Version
from backoffice.tariffs.models import AssignmentRow, TariffVersionRow
from protocol.domain.identifiers import StationId

_TENANT = ("", 0)
_LOCK_TO_CHANGE = text("SELECT pg_advisory_xact_lock(hashtext('tariffs'), hashtext(:tenant))")
_LOCK_TO_ANSWER = text("SELECT pg_advisory_xact_lock_shared(hashtext('tariffs'), hashtext(:tenant))")


async def lock_to_change(unit: Unit) -> None:
    """No question of the tenant is being answered, nor will be until this transaction ends."""
    await unit.session.execute(_LOCK_TO_CHANGE, {"tenant": unit.tenant})


async def lock_to_answer(unit: Unit) -> None:
    """Nothing of the tenant changes until this transaction ends."""
    await unit.session.execute(_LOCK_TO_ANSWER, {"tenant": unit.tenant})


async def add_version(unit: Unit, version: Version, *, now: datetime, created_by: str) -> None:
    """The version is kept."""
    unit.session.add(
        TariffVersionRow(
            tenant_id=unit.tenant,
            tariff_id=version.tariff_id,
            version=version.number,
            tariff=version.json,
            valid_from=version.valid_from,
            valid_until=version.valid_until,
            created_at=now,
            created_by=created_by,
        )
    )
    await unit.session.flush()


async def newest_number(unit: Unit, tariff_id: str) -> int:
    """The number of the tariff's newest version; 0 where there is none."""
    found = await unit.session.execute(
        select(func.max(TariffVersionRow.version)).where(
            TariffVersionRow.tenant_id == unit.tenant, TariffVersionRow.tariff_id == tariff_id
        )
    )
    return found.scalar_one() or 0


async def versions_of(unit: Unit, tariff_id: str) -> Sequence[Version]:
    """All versions of the tariff, the newest first."""
    rows = await unit.session.scalars(
        select(TariffVersionRow)
        .where(TariffVersionRow.tenant_id == unit.tenant, TariffVersionRow.tariff_id == tariff_id)
        .order_by(TariffVersionRow.version.desc())
    )
    return [_version(row) for row in rows]


async def versions_begun(unit: Unit, tariff_ids: Iterable[str], at: datetime) -> Sequence[Version]:
    """Of each of these tariffs the newest version whose time had come."""
    rows = await unit.session.scalars(
        select(TariffVersionRow)
        .where(
            TariffVersionRow.tenant_id == unit.tenant,
            TariffVersionRow.tariff_id.in_(set(tariff_ids)),
            TariffVersionRow.valid_from <= at,
        )
        .ext(distinct_on(TariffVersionRow.tariff_id))
        .order_by(TariffVersionRow.tariff_id, TariffVersionRow.version.desc())
    )
    return [_version(row) for row in rows]


async def page_of_newest(unit: Unit, *, cursor: str | None, limit: int) -> Sequence[Version]:
    """The newest version of each tariff, and one more than `limit`."""
    newest = (
        select(TariffVersionRow)
        .where(TariffVersionRow.tenant_id == unit.tenant)
        .ext(distinct_on(TariffVersionRow.tariff_id))
        .order_by(TariffVersionRow.tariff_id, TariffVersionRow.version.desc())
        .subquery()
    )
    statement = after_cursor(select(newest), cursor, keys=(newest.c.tariff_id,), parsers=(str,), limit=limit)
    rows = await unit.session.execute(statement)
    return [
        Version(
            row.tariff_id, number=row.version, valid_from=row.valid_from, valid_until=row.valid_until, json=row.tariff
        )
        for row in rows
    ]


async def assignments_at(unit: Unit, stations: Iterable[StationId], at: datetime) -> Sequence[Assignment]:
    """What was assigned then: at these stations, at their EVSEs, and to the tenant."""
    rows = await unit.session.scalars(
        select(AssignmentRow).where(
            AssignmentRow.tenant_id == unit.tenant,
            AssignmentRow.station_id.in_({"", *stations}),
            AssignmentRow.valid_from <= at,
            AssignmentRow.valid_until.is_(None) | (AssignmentRow.valid_until > at),
        )
    )
    return [_assignment(row) for row in rows]


async def current_assignments(unit: Unit, *, tariff_id: str, places: Iterable[Place] = ()) -> Sequence[Assignment]:
    """What holds from now on: this tariff wherever it is, and any tariff at `places`."""
    stations = {_key(place)[0] for place in places}
    rows = await unit.session.scalars(
        select(AssignmentRow)
        .where(
            AssignmentRow.tenant_id == unit.tenant,
            AssignmentRow.valid_until.is_(None),
            (AssignmentRow.tariff_id == tariff_id) | AssignmentRow.station_id.in_(stations),
        )
        .order_by(AssignmentRow.station_id, AssignmentRow.evse)
    )
    return [_assignment(row) for row in rows]


async def end_assignment(unit: Unit, assignment: Assignment, at: datetime) -> None:
    """It holds until `at`."""
    station_id, evse = _key(assignment.place)
    await unit.session.execute(
        update(AssignmentRow)
        .where(
            AssignmentRow.tenant_id == unit.tenant,
            AssignmentRow.station_id == station_id,
            AssignmentRow.evse == evse,
            AssignmentRow.valid_until.is_(None),
        )
        .values(valid_until=at)
    )


async def add_assignments(
    unit: Unit, tariff_id: str, places: Iterable[Place], *, valid_from: datetime, created_by: str
) -> None:
    """The tariff holds at `places` from then on."""
    rows = [
        {
            "tenant_id": unit.tenant,
            "station_id": station_id,
            "evse": evse,
            "valid_from": valid_from,
            "tariff_id": tariff_id,
            "created_by": created_by,
        }
        for station_id, evse in map(_key, places)
    ]
    if rows:
        await unit.session.execute(insert(AssignmentRow), rows)


def _key(place: Place) -> tuple[str, int]:
    return (place.station_id, place.evse or 0) if place.station_id is not None else _TENANT


def _assignment(row: AssignmentRow) -> Assignment:
    place = Place(StationId(row.station_id) if row.station_id else None, row.evse or None)
    return Assignment(place, row.tariff_id, row.valid_from, row.valid_until)


def _version(row: TariffVersionRow) -> Version:
    return Version(row.tariff_id, row.version, row.valid_from, row.valid_until, row.tariff)
