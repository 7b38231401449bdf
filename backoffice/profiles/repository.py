"""The queries of profiles, vehicles and favourites."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.kit.personal_data import PersonalTable
from backoffice.profiles.models import ExportRow, FavouriteRow, ProfileRow, VehicleRow

PERSONAL_TABLES = (
    PersonalTable("profile", ProfileRow, ProfileRow.driver_id),
    PersonalTable("vehicles", VehicleRow, VehicleRow.driver_id),
    PersonalTable("favourites", FavouriteRow, FavouriteRow.driver_id),
    PersonalTable("exports", ExportRow, ExportRow.driver_id, left_out=frozenset({"attempts", "due_at"})),
)


async def add_profile(unit: Unit, driver_id: str, *, now: datetime) -> None:
    """The driver has a profile; one that is there stays as it was."""
    values = {
        "tenant_id": unit.tenant,
        "driver_id": driver_id,
        "connector_types": [],
        "only_green": False,
        "only_accessible": False,
        "created_at": now,
        "updated_at": now,
    }
    await unit.session.execute(insert(ProfileRow).values(values).on_conflict_do_nothing())


async def find_profile(unit: Unit, driver_id: str) -> ProfileRow | None:
    """The driver's profile, to look at."""
    return await unit.session.get(ProfileRow, (unit.tenant, driver_id))


async def lock_profile(unit: Unit, driver_id: str) -> ProfileRow | None:
    """The driver's profile; nobody else changes what is theirs before this transaction ends."""
    return await unit.session.get(ProfileRow, (unit.tenant, driver_id), with_for_update=True, populate_existing=True)


async def find_vehicle(unit: Unit, driver_id: str, vehicle_id: str) -> VehicleRow | None:
    """The vehicle, where it is the driver's."""
    row = await unit.session.get(VehicleRow, (unit.tenant, vehicle_id))
    return row if row is not None and row.driver_id == driver_id else None


async def list_vehicles(unit: Unit, driver_id: str) -> Sequence[VehicleRow]:
    """The driver's vehicles, the oldest first."""
    found = await unit.session.scalars(
        select(VehicleRow)
        .where(VehicleRow.tenant_id == unit.tenant, VehicleRow.driver_id == driver_id)
        .order_by(VehicleRow.created_at, VehicleRow.id)
    )
    return found.all()


async def clear_default(unit: Unit, driver_id: str, *, but: str) -> None:
    """No vehicle but this one is the driver's default."""
    await unit.session.execute(
        update(VehicleRow)
        .where(VehicleRow.tenant_id == unit.tenant, VehicleRow.driver_id == driver_id, VehicleRow.id != but)
        .values(is_default=False)
    )


async def find_favourite(unit: Unit, driver_id: str, favourite_id: str) -> FavouriteRow | None:
    """The favourite, where it is the driver's."""
    row = await unit.session.get(FavouriteRow, (unit.tenant, favourite_id))
    return row if row is not None and row.driver_id == driver_id else None


async def find_favourite_of(
    unit: Unit, driver_id: str, *, location_id: str | None, station_id: str | None
) -> FavouriteRow | None:
    """The driver's favourite of this place."""
    return await unit.session.scalar(
        select(FavouriteRow).where(
            FavouriteRow.tenant_id == unit.tenant,
            FavouriteRow.driver_id == driver_id,
            FavouriteRow.location_id == location_id
            if location_id is not None
            else FavouriteRow.station_id == station_id,
        )
    )


async def count_favourites(unit: Unit, driver_id: str) -> int:
    """How many the driver has."""
    counted = await unit.session.scalar(
        select(func.count()).where(FavouriteRow.tenant_id == unit.tenant, FavouriteRow.driver_id == driver_id)
    )
    return counted or 0


async def list_favourites(unit: Unit, driver_id: str, *, cursor: str | None, limit: int) -> Sequence[FavouriteRow]:
    """The driver's favourites, the oldest first, one more than `limit`."""
    statement = select(FavouriteRow).where(FavouriteRow.tenant_id == unit.tenant, FavouriteRow.driver_id == driver_id)
    keys, parsers = (FavouriteRow.created_at, FavouriteRow.id), (datetime.fromisoformat, str)
    found = await unit.session.scalars(after_cursor(statement, cursor, keys=keys, parsers=parsers, limit=limit))
    return found.all()


async def forget_driver(unit: Unit, driver_id: str) -> None:
    """The profile is gone, and with it what else is the driver's."""
    await unit.session.execute(
        delete(ProfileRow).where(ProfileRow.tenant_id == unit.tenant, ProfileRow.driver_id == driver_id)
    )
