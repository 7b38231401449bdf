"""The queries of sites' power."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from backoffice.kit.database import Unit
from backoffice.stations.balance_models import PowerLimit, SentShare
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


async def list_sent(unit: Unit, station_ids: Sequence[str]) -> Mapping[str, int]:
    """What stations were sent and have not answered, in W."""
    found = await unit.session.execute(
        select(SentShare.station_id, SentShare.sent_w).where(
            SentShare.tenant_id == unit.tenant, SentShare.station_id.in_(station_ids)
        )
    )
    return {row.station_id: row.sent_w for row in found}


async def save_sent(unit: Unit, station_id: str, sent_w: int, *, now: datetime) -> None:
    """The station may have taken so much, from now on."""
    values = {"sent_w": sent_w, "sent_at": now}
    await unit.session.execute(
        insert(SentShare)
        .values(tenant_id=unit.tenant, station_id=station_id, **values)
        .on_conflict_do_update(index_elements=["tenant_id", "station_id"], set_=values)
    )


async def delete_sent(unit: Unit, station_id: str) -> None:
    """The station has answered."""
    await unit.session.execute(
        delete(SentShare).where(SentShare.tenant_id == unit.tenant, SentShare.station_id == station_id)
    )


async def list_strays(unit: Unit, *, profile_id: int) -> Sequence[Station]:
    """Connected stations of every tenant that hold a share, or may, where the location's power is not limited."""
    has_profile = exists().where(
        InstalledLimit.tenant_id == Station.tenant_id,
        InstalledLimit.station_id == Station.id,
        InstalledLimit.profile_id == profile_id,
    )
    was_sent = exists().where(SentShare.tenant_id == Station.tenant_id, SentShare.station_id == Station.id)
    is_limited = exists().where(
        PowerLimit.tenant_id == Station.tenant_id, PowerLimit.location_id == Station.location_id
    )
    found = await unit.session.scalars(
        select(Station)
        .where(Station.is_online, or_(has_profile, was_sent), ~is_limited)
        .options(selectinload(Station.evses))
        .order_by(Station.tenant_id, Station.id)
    )
    return found.all()
