"""The queries of sites' power."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from backoffice.kit.database import Unit
from backoffice.stations.balance_models import PowerLimit
from backoffice.stations.models import InstalledLimit, Station, VehicleNeeds


async def save_power_limit(unit: Unit, values: dict[str, object]) -> None:
    """The limit is as given."""
    statement = insert(PowerLimit).values(tenant_id=unit.tenant, **values)
    key = ["tenant_id", "location_id"]
    changed = {name: statement.excluded[name] for name in values.keys() - set(key)}
    await unit.session.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))


async def find_power_limit(unit: Unit, location_id: str) -> PowerLimit | None:
    """The location's limit."""
    return await unit.session.scalar(
        select(PowerLimit)
        .where(PowerLimit.tenant_id == unit.tenant, PowerLimit.location_id == location_id)
        .execution_options(populate_existing=True)
    )


async def delete_power_limit(unit: Unit, location_id: str) -> bool:
    """There is none any more; whether there was one."""
    deleted = await unit.session.execute(
        delete(PowerLimit)
        .where(PowerLimit.tenant_id == unit.tenant, PowerLimit.location_id == location_id)
        .returning(PowerLimit.location_id)
    )
    return deleted.first() is not None


async def list_all_power_limits(unit: Unit) -> Sequence[PowerLimit]:
    """The limits of every tenant."""
    found = await unit.session.scalars(select(PowerLimit).order_by(PowerLimit.tenant_id, PowerLimit.location_id))
    return found.all()


async def list_site(unit: Unit, location_id: str) -> Sequence[Station]:
    """The location's stations with their EVSEs, by id."""
    found = await unit.session.scalars(
        select(Station)
        .where(Station.tenant_id == unit.tenant, Station.location_id == location_id)
        .options(selectinload(Station.evses))
        .order_by(Station.id)
        .execution_options(populate_existing=True)
    )
    return found.all()


async def list_shares(unit: Unit, station_ids: Sequence[str], *, profile_id: int) -> Sequence[InstalledLimit]:
    """The stations' profiles of that id, as they accepted them."""
    found = await unit.session.scalars(
        select(InstalledLimit)
        .where(
            InstalledLimit.tenant_id == unit.tenant,
            InstalledLimit.station_id.in_(station_ids),
            InstalledLimit.profile_id == profile_id,
        )
        .execution_options(populate_existing=True)
    )
    return found.all()


async def list_needs(unit: Unit, station_ids: Sequence[str]) -> Sequence[VehicleNeeds]:
    """What the vehicles at the stations said that they want."""
    found = await unit.session.scalars(
        select(VehicleNeeds).where(VehicleNeeds.tenant_id == unit.tenant, VehicleNeeds.station_id.in_(station_ids))
    )
    return found.all()
