"""What reports are made of: each event writes the same rows however often, and in whatever order, it comes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.dialects.postgresql import Insert, distinct_on, insert

from backoffice.kit.database import Unit
from backoffice.reporting.models import BookingRow, PlaceRow, PortChangeRow, RefreshRow, SiteRow, SoldRow

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When a place was said to be somewhere by whoever does not know where."""

_VIEWS = "views"


def _make_save_place() -> Insert:
    said = insert(PlaceRow)
    is_newer = said.excluded.said_at >= PlaceRow.said_at
    return said.on_conflict_do_update(
        index_elements=[PlaceRow.tenant_id, PlaceRow.place],
        set_={
            "location_id": case((is_newer, said.excluded.location_id), else_=PlaceRow.location_id),
            "first_at": func.least(PlaceRow.first_at, said.excluded.first_at),
            "said_at": func.greatest(PlaceRow.said_at, said.excluded.said_at),
            "gone_at": case((is_newer & (said.excluded.said_at > LONG_AGO), None), else_=PlaceRow.gone_at),
        },
    )


# Built once: they run for every change of a status.
_SAVE_CHANGE = insert(PortChangeRow).on_conflict_do_nothing()
_SAVE_PLACE = _make_save_place()


class Site(NamedTuple):
    """A location of which nobody was asked yet, or long ago, and the place at it that was heard of last."""

    tenant_id: str
    location_id: str
    station_id: str | None
    evse: int | None
    bay_id: str | None


async def save_sold(unit: Unit, row: SoldRow) -> None:
    """It is sold, once. A CDR is frozen: what is said again is the same."""
    await unit.session.execute(insert(SoldRow).values(_values(row)).on_conflict_do_nothing())


async def save_booking(unit: Unit, row: BookingRow) -> None:
    """It is booked, once."""
    await unit.session.execute(insert(BookingRow).values(_values(row)).on_conflict_do_nothing())


async def save_changes(unit: Unit, rows: Sequence[PortChangeRow]) -> None:
    """Each change is a row, once."""
    if rows:
        await unit.session.execute(_SAVE_CHANGE, [_values(row) for row in rows])


async def save_places(unit: Unit, rows: Sequence[PlaceRow]) -> None:
    """Each place is where it was last said to be, and has been there since it was first heard of."""
    if rows:
        await unit.session.execute(_SAVE_PLACE, [_values(row) for row in rows])


async def take_places_away(unit: Unit, station_id: str, *, at: datetime) -> None:
    """The station's EVSEs are no places since then, unless they were heard of later."""
    await unit.session.execute(
        update(PlaceRow)
        .where(PlaceRow.tenant_id == unit.tenant, PlaceRow.station_id == station_id, PlaceRow.said_at <= at)
        .values(gone_at=at)
    )


async def list_unknown_sites(unit: Unit, *, asked_before: datetime, limit: int) -> Sequence[Site]:
    """Locations, of all tenants, whose name and zone nobody was asked for since."""
    site, place = SiteRow, PlaceRow
    found = await unit.session.execute(
        select(place.tenant_id, place.location_id, place.station_id, place.evse, place.bay_id)
        .ext(distinct_on(place.tenant_id, place.location_id))
        .outerjoin(site, (site.tenant_id == place.tenant_id) & (site.location_id == place.location_id))
        .where(
            place.location_id != "", place.gone_at.is_(None), or_(site.asked_at.is_(None), site.asked_at < asked_before)
        )
        # An EVSE rather than a bay: with it comes the location's name.
        .order_by(place.tenant_id, place.location_id, place.station_id.is_(None), place.said_at.desc(), place.place)
        .limit(limit)
    )
    return [Site(*row) for row in found]


async def save_site(unit: Unit, row: SiteRow) -> None:
    """The location is as it was described last."""
    said = insert(SiteRow).values(_values(row))
    await unit.session.execute(
        said.on_conflict_do_update(
            index_elements=[SiteRow.tenant_id, SiteRow.location_id],
            set_={name: said.excluded[name] for name in ("name", "timezone", "asked_at")},
        )
    )


async def note_undescribed(unit: Unit, location_id: str, *, now: datetime) -> None:
    """Nobody knows the location by the place that was asked of: it keeps its name and zone, or is in UTC as before."""
    values = {"name": "", "timezone": "UTC", "asked_at": now}
    await unit.session.execute(
        insert(SiteRow)
        .values(tenant_id=unit.tenant, location_id=location_id, **values)
        .on_conflict_do_update(index_elements=[SiteRow.tenant_id, SiteRow.location_id], set_={"asked_at": now})
    )


async def save_refreshed_at(unit: Unit, at: datetime) -> None:
    """The views have taken in everything that was there then."""
    said = insert(RefreshRow).values(name=_VIEWS, refreshed_at=at)
    await unit.session.execute(said.on_conflict_do_update(index_elements=[RefreshRow.name], set_={"refreshed_at": at}))


async def find_refreshed_at(unit: Unit) -> datetime | None:
    """When the views were last made; None: they never were."""
    found: datetime | None = await unit.session.scalar(select(RefreshRow.refreshed_at).where(RefreshRow.name == _VIEWS))
    return found


def _values(row: SoldRow | BookingRow | PlaceRow | PortChangeRow | SiteRow) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
