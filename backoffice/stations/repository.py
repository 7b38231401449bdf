"""The queries of stations."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.stations.command_states import CommandState
from backoffice.stations.domain import SearchBox
from backoffice.stations.models import (
    ConfigurationTemplate,
    Evse,
    InstalledLimit,
    Location,
    Station,
    StationCommand,
    StationVariable,
)

_WHOLE = (selectinload(Station.evses).selectinload(Evse.connectors), selectinload(Station.location))


async def find_location(unit: Unit, location_id: str) -> Location | None:
    """The location of this name."""
    return await unit.session.get(Location, (unit.tenant, location_id))


async def list_locations(unit: Unit, *, cursor: str | None, limit: int) -> Sequence[Location]:
    """Locations by id, one more than `limit`."""
    statement = after_cursor(
        select(Location).where(Location.tenant_id == unit.tenant),
        cursor,
        keys=[Location.id],
        parsers=[str],
        limit=limit,
    )
    return (await unit.session.execute(statement)).scalars().all()


async def find_station(unit: Unit, station_id: str) -> Station | None:
    """The station with its location, EVSEs and connectors."""
    return await unit.session.scalar(_stations_of(unit).where(Station.id == station_id))


async def has_station(unit: Unit, station_id: str) -> bool:
    """Whether there is a station of this name."""
    found = select(Station.id).where(Station.tenant_id == unit.tenant, Station.id == station_id)
    return await unit.session.scalar(found) is not None


async def list_stations(unit: Unit, *, cursor: str | None, limit: int) -> Sequence[Station]:
    """Stations by id, one more than `limit`."""
    statement = after_cursor(_stations_of(unit), cursor, keys=[Station.id], parsers=[str], limit=limit)
    return (await unit.session.scalars(statement)).all()


async def list_all_stations(unit: Unit) -> Sequence[Station]:
    """Every station of every tenant, without what hangs on it."""
    return (await unit.session.execute(select(Station))).scalars().all()


async def find_nearby(
    unit: Unit, *, latitude: float, longitude: float, radius_m: float, box: SearchBox, limit: int
) -> Sequence[tuple[Station, float]]:
    """The stations within the radius with their distance in metres, nearest first."""
    distance_m = func.earth_distance(
        func.ll_to_earth(Location.latitude, Location.longitude), func.ll_to_earth(latitude, longitude)
    )
    statement = (
        _stations_of(unit)
        .add_columns(distance_m.label("distance_m"))
        .join(Location, (Location.tenant_id == Station.tenant_id) & (Location.id == Station.location_id))
        .where(
            Location.latitude.between(*box.latitudes),
            or_(*(Location.longitude.between(*longitudes) for longitudes in box.longitudes)),
            distance_m <= radius_m,
        )
        .order_by(distance_m, Station.id)
        .limit(limit)
    )
    return [(row[0], float(row[1])) for row in (await unit.session.execute(statement)).all()]


async def lock_evse(unit: Unit, station_id: str, evse: int) -> Evse | None:
    """The EVSE with its connectors, which nobody else changes before this transaction ends."""
    found = await unit.session.execute(
        select(Evse)
        .where(Evse.tenant_id == unit.tenant, Evse.station_id == station_id, Evse.evse == evse)
        .options(selectinload(Evse.connectors))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def lock_station(unit: Unit, station_id: str) -> Station | None:
    """The station alone, which nobody else changes before this transaction ends."""
    found = await unit.session.execute(
        select(Station)
        .where(Station.tenant_id == unit.tenant, Station.id == station_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def find_command(unit: Unit, command_id: str) -> StationCommand | None:
    """The command of this id."""
    return await unit.session.get(StationCommand, (unit.tenant, command_id))


async def lock_command(unit: Unit, command_id: str) -> StationCommand | None:
    """The command, which nobody else changes before this transaction ends."""
    return await unit.session.get(
        StationCommand, (unit.tenant, command_id), with_for_update=True, populate_existing=True
    )


async def list_commands(unit: Unit, station_id: str, *, cursor: str | None, limit: int) -> Sequence[StationCommand]:
    """The station's commands, newest first, one more than `limit`."""
    statement = after_cursor(
        select(StationCommand).where(StationCommand.tenant_id == unit.tenant, StationCommand.station_id == station_id),
        cursor,
        keys=[StationCommand.id],
        parsers=[str],
        limit=limit,
        descending=True,
    )
    return (await unit.session.scalars(statement)).all()


async def count_queued_commands(unit: Unit, station_id: str) -> int:
    """How many commands wait for the station."""
    counted = await unit.session.scalar(
        select(func.count()).where(
            StationCommand.tenant_id == unit.tenant,
            StationCommand.station_id == station_id,
            StationCommand.state == CommandState.QUEUED,
        )
    )
    return counted or 0


async def list_late_commands(unit: Unit, now: datetime, *, lost_before: datetime) -> Sequence[StationCommand]:
    """What waited past its deadline, and what was sent by a process that never said what became of it."""
    statement = select(StationCommand).where(
        or_(
            and_(StationCommand.state == CommandState.QUEUED, StationCommand.queue_until <= now),
            and_(StationCommand.state == CommandState.SENDING, StationCommand.sent_at < lost_before),
        )
    )
    return (await unit.session.scalars(statement)).all()


async def list_ready_commands(
    unit: Unit, now: datetime, *, silent_since: datetime, limit: int
) -> Sequence[StationCommand]:
    """What waits for stations that are connected and have booted since, or have been there for a while.

    By station, the oldest first.
    """
    statement = (
        select(StationCommand)
        .join(Station, (Station.tenant_id == StationCommand.tenant_id) & (Station.id == StationCommand.station_id))
        .where(
            StationCommand.state == CommandState.QUEUED,
            StationCommand.queue_until > now,
            Station.is_online,
            or_(Station.booted_at >= Station.connected_at, Station.connected_at < silent_since),
        )
        .order_by(StationCommand.tenant_id, StationCommand.station_id, StationCommand.id)
        .limit(limit)
    )
    return (await unit.session.scalars(statement)).all()


async def save_variable(unit: Unit, values: Mapping[str, object]) -> None:
    """The variable is known as given; what is not given stays as it was."""
    statement = insert(StationVariable).values(values)
    key = {"tenant_id", "station_id", "component", "variable", "evse"}
    changed = {name: statement.excluded[name] for name in values.keys() - key}
    await unit.session.execute(statement.on_conflict_do_update(index_elements=sorted(key), set_=changed))


async def list_variables(unit: Unit, station_id: str) -> Sequence[StationVariable]:
    """What is known of the station's variables, by name."""
    found = await unit.session.scalars(
        select(StationVariable)
        .where(StationVariable.tenant_id == unit.tenant, StationVariable.station_id == station_id)
        .order_by(StationVariable.component, StationVariable.variable, StationVariable.evse)
    )
    return found.all()


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
) -> None:
    """Every profile of the station that fits all that is given is gone."""
    criteria = {"profile_id": profile_id, "evse": evse, "purpose": purpose, "stack_level": stack_level}
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


def _stations_of(unit: Unit) -> Select[Station]:
    return select(Station).where(Station.tenant_id == unit.tenant).options(*_WHOLE)
