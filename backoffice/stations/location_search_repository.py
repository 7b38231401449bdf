"""The queries of the search for locations by name and address, and where all of them lie."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, or_, select

from backoffice.kit.database import Unit
from backoffice.stations.models import Location


class Corners(NamedTuple):
    """The smallest box of degrees around all locations of a tenant; it does not cross the date line."""

    location_count: int
    south: float
    north: float
    west: float
    east: float


async def find_corners(unit: Unit) -> Corners | None:
    """None: there is no location."""
    statement = select(
        func.count(),
        func.min(Location.latitude),
        func.max(Location.latitude),
        func.min(Location.longitude),
        func.max(Location.longitude),
    ).where(Location.tenant_id == unit.tenant)
    row = (await unit.session.execute(statement)).one()
    return Corners(*row) if row[0] else None


async def find_locations_like(unit: Unit, text: str, *, limit: int) -> Sequence[Location]:
    """Locations whose name, address or city contains `text`, whatever its case; a name that begins with it first."""
    statement = (
        select(Location)
        .where(
            Location.tenant_id == unit.tenant,
            or_(
                *(field.icontains(text, autoescape=True) for field in (Location.name, Location.address, Location.city))
            ),
        )
        .order_by(Location.name.istartswith(text, autoescape=True).desc(), Location.name, Location.id)
        .limit(limit)
    )
    return (await unit.session.scalars(statement)).all()
