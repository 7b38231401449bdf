"""The queries of others' limits and of what vehicles want."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import Unit
from backoffice.stations.models import ExternalLimit, InstalledLimit, VehicleNeeds


async def save_external_limit(unit: Unit, values: dict[str, object]) -> None:
    """The limit is as given, unless something newer is known of it."""
    statement = insert(ExternalLimit).values(tenant_id=unit.tenant, **values)
    key = ["tenant_id", "station_id", "evse", "source"]
    changed = {name: statement.excluded[name] for name in values.keys() - set(key)}
    await unit.session.execute(
        statement.on_conflict_do_update(
            index_elements=key, set_=changed, where=ExternalLimit.changed_at <= statement.excluded.changed_at
        )
    )


async def has_external_limit(unit: Unit, station_id: str, evse: int, source: str) -> bool:
    """Whether the source has ever limited the EVSE, as far as is known."""
    return await unit.session.get(ExternalLimit, (unit.tenant, station_id, evse, source)) is not None


async def count_external_limits(unit: Unit, station_id: str) -> int:
    """How many limits of others are held of the station, with those that were cleared."""
    return (
        await unit.session.scalar(
            select(func.count())
            .select_from(ExternalLimit)
            .where(ExternalLimit.tenant_id == unit.tenant, ExternalLimit.station_id == station_id)
        )
        or 0
    )


async def count_limits(unit: Unit, station_id: str) -> int:
    """How many profiles are held of the station."""
    return (
        await unit.session.scalar(
            select(func.count())
            .select_from(InstalledLimit)
            .where(InstalledLimit.tenant_id == unit.tenant, InstalledLimit.station_id == station_id)
        )
        or 0
    )


async def delete_cleared_limits(unit: Unit, station_id: str) -> None:
    """What was cleared is not held any more."""
    await unit.session.execute(
        delete(ExternalLimit).where(
            ExternalLimit.tenant_id == unit.tenant,
            ExternalLimit.station_id == station_id,
            ExternalLimit.is_cleared.is_(True),
        )
    )


async def clear_external_limits(unit: Unit, station_id: str, source: str, *, at: datetime) -> None:
    """The source limits no EVSE of the station any more, but for what it said later."""
    await unit.session.execute(
        update(ExternalLimit)
        .where(
            ExternalLimit.tenant_id == unit.tenant,
            ExternalLimit.station_id == station_id,
            ExternalLimit.source == source,
            ExternalLimit.changed_at <= at,
        )
        .values(is_cleared=True, changed_at=at)
    )


async def list_external_limits(unit: Unit, station_id: str) -> Sequence[ExternalLimit]:
    """What others impose on the station now."""
    found = await unit.session.scalars(
        select(ExternalLimit)
        .where(
            ExternalLimit.tenant_id == unit.tenant,
            ExternalLimit.station_id == station_id,
            ExternalLimit.is_cleared.is_(False),
        )
        .order_by(ExternalLimit.evse, ExternalLimit.source)
    )
    return found.all()


async def find_limit(unit: Unit, station_id: str, profile_id: int) -> InstalledLimit | None:
    """The profile of this id that the station has."""
    return await unit.session.get(InstalledLimit, (unit.tenant, station_id, profile_id))


async def lock_needs(unit: Unit, station_id: str, evse: int) -> VehicleNeeds:
    """What is known of the vehicle at the EVSE, which nobody else changes before this transaction ends."""
    await unit.session.execute(
        insert(VehicleNeeds)
        .values(tenant_id=unit.tenant, station_id=station_id, evse=evse, plans=0)
        .on_conflict_do_nothing()
    )
    found = await unit.session.scalar(
        select(VehicleNeeds)
        .where(VehicleNeeds.tenant_id == unit.tenant, VehicleNeeds.station_id == station_id, VehicleNeeds.evse == evse)
        .with_for_update()
    )
    assert found is not None
    return found


async def find_needs(unit: Unit, station_id: str, evse: int) -> VehicleNeeds | None:
    """What is known of the vehicle at the EVSE."""
    return await unit.session.get(VehicleNeeds, (unit.tenant, station_id, evse))


async def list_needs(unit: Unit, station_id: str) -> Sequence[VehicleNeeds]:
    """What the vehicles at the station said, by EVSE."""
    found = await unit.session.scalars(
        select(VehicleNeeds)
        .where(VehicleNeeds.tenant_id == unit.tenant, VehicleNeeds.station_id == station_id)
        .order_by(VehicleNeeds.evse)
    )
    return found.all()
