"""The queries of what is known of stations' variables and limits, and of their files."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from backoffice.kit.database import Unit
from backoffice.stations.models import ConfigurationTemplate, InstalledLimit, Station, StationVariable, Upload


async def list_variables(unit: Unit, station_id: str) -> Sequence[StationVariable]:
    """What is known of the station's variables, by name."""
    found = await unit.session.scalars(
        select(StationVariable)
        .where(StationVariable.tenant_id == unit.tenant, StationVariable.station_id == station_id)
        .order_by(
            StationVariable.component,
            StationVariable.variable,
            StationVariable.evse,
            StationVariable.connector,
            StationVariable.component_instance,
            StationVariable.instance,
            StationVariable.attribute,
        )
    )
    return found.all()


async def station_ids_after(
    unit: Unit, after: str | None, *, model: str | None, location_id: str | None, limit: int
) -> Sequence[str]:
    """Stations by id, from behind one: those of a model, at a location, or all."""
    statement = select(Station.id).where(Station.tenant_id == unit.tenant, Station.id > (after or ""))
    if model is not None:
        statement = statement.where(Station.model == model)
    if location_id is not None:
        statement = statement.where(Station.location_id == location_id)
    return (await unit.session.scalars(statement.order_by(Station.id).limit(limit))).all()


async def variables_named(
    unit: Unit, station_ids: Collection[str], names: Collection[str]
) -> dict[str, list[StationVariable]]:
    """What is known of the stations' variables of these names, in lower case, by station."""
    found = await unit.session.scalars(
        select(StationVariable).where(
            StationVariable.tenant_id == unit.tenant,
            StationVariable.station_id.in_(station_ids),
            func.lower(StationVariable.variable).in_(names),
        )
    )
    by_station: dict[str, list[StationVariable]] = {}
    for row in found:
        by_station.setdefault(row.station_id, []).append(row)
    return by_station


async def find_template(unit: Unit, name: str) -> ConfigurationTemplate | None:
    """The template of this name."""
    return await unit.session.get(ConfigurationTemplate, (unit.tenant, name))


async def list_templates(unit: Unit) -> Sequence[ConfigurationTemplate]:
    """The tenant's templates, by name."""
    found = await unit.session.scalars(
        select(ConfigurationTemplate)
        .where(ConfigurationTemplate.tenant_id == unit.tenant)
        .order_by(ConfigurationTemplate.name)
    )
    return found.all()


async def save_limit(unit: Unit, values: Mapping[str, object]) -> None:
    """The profile stands; one of the same id was replaced."""
    statement = insert(InstalledLimit).values(values)
    key = {"tenant_id", "station_id", "profile_id"}
    changed = {name: statement.excluded[name] for name in values.keys() - key}
    await unit.session.execute(statement.on_conflict_do_update(index_elements=sorted(key), set_=changed))


async def delete_limits(
    unit: Unit,
    station_id: str,
    *,
    profile_id: int | None = None,
    evse: int | None = None,
    purpose: str | None = None,
    stack_level: int | None = None,
    source: str | None = None,
) -> None:
    """Every profile of the station that fits all that is given is gone."""
    criteria = {
        "profile_id": profile_id,
        "evse": evse,
        "purpose": purpose,
        "stack_level": stack_level,
        "source": source,
    }
    given = {name: value for name, value in criteria.items() if value is not None}
    await unit.session.execute(delete(InstalledLimit).filter_by(tenant_id=unit.tenant, station_id=station_id, **given))


async def list_limits(unit: Unit, station_id: str) -> Sequence[InstalledLimit]:
    """The profiles that the station accepted, the oldest first."""
    found = await unit.session.scalars(
        select(InstalledLimit)
        .where(InstalledLimit.tenant_id == unit.tenant, InstalledLimit.station_id == station_id)
        .order_by(InstalledLimit.set_at, InstalledLimit.profile_id)
    )
    return found.all()


async def lock_upload(unit: Unit, ticket_hash: str) -> Upload | None:
    """The place for a file behind a ticket, which nobody else fills before this transaction ends."""
    return await unit.session.scalar(select(Upload).where(Upload.ticket_hash == ticket_hash).with_for_update())


async def find_upload(unit: Unit, upload_id: str) -> Upload | None:
    """The file with its content."""
    return await unit.session.scalar(
        select(Upload).where(Upload.tenant_id == unit.tenant, Upload.id == upload_id).options(undefer(Upload.content))
    )


async def list_uploads(unit: Unit, station_id: str, *, limit: int) -> Sequence[Upload]:
    """The station's files and the places for them, newest first, without content."""
    found = await unit.session.scalars(
        select(Upload)
        .where(Upload.tenant_id == unit.tenant, Upload.station_id == station_id)
        .order_by(Upload.id.desc())
        .limit(limit)
    )
    return found.all()


async def delete_uploads(unit: Unit, *, ordered_before: datetime, expired_before: datetime) -> None:
    """Files that were ordered before, and places that expired empty, are gone."""
    await unit.session.execute(
        delete(Upload).where(
            or_(
                Upload.ordered_at < ordered_before,
                and_(Upload.received_at.is_(None), Upload.expires_at < expired_before),
            )
        )
    )
