"""The queries of stations."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from backoffice.kit.database import Unit
from backoffice.kit.keys import is_among
from backoffice.kit.pagination import after_cursor
from backoffice.stations.models import Evse, Location, ModelRules, OnboardingPolicy, RefusedHandshake, Station, Stranger
from protocol.domain.version import OcppVersion

_WHOLE = (selectinload(Station.evses).selectinload(Evse.connectors), selectinload(Station.location))


async def find_location(unit: Unit, location_id: str) -> Location | None:
    """The location of this name."""
    return await unit.session.get(Location, (unit.tenant, location_id))


async def lock_location(unit: Unit, location_id: str) -> Location | None:
    """The same, and nobody else who locks it goes on before this transaction ends; stations may still be added."""
    return await unit.session.get(
        Location, (unit.tenant, location_id), with_for_update={"key_share": True}, populate_existing=True
    )


async def list_locations(
    unit: Unit, *, sites: Collection[str] | None, cursor: str | None, limit: int
) -> Sequence[Location]:
    """Locations by id, one more than `limit`. `sites`: these alone."""
    statement = select(Location).where(Location.tenant_id == unit.tenant)
    if sites is not None:
        statement = statement.where(Location.id.in_(sites))
    statement = after_cursor(statement, cursor, keys=[Location.id], parsers=[str], limit=limit)
    return (await unit.session.execute(statement)).scalars().all()


async def locations_named(unit: Unit, location_ids: Collection[str]) -> dict[str, Location]:
    """The locations of these ids."""
    found = select(Location).where(Location.tenant_id == unit.tenant, Location.id.in_(location_ids))
    return {location.id: location for location in await unit.session.scalars(found)}


async def find_station(unit: Unit, station_id: str) -> Station | None:
    """The station with its location, EVSEs and connectors."""
    return await unit.session.scalar(_stations_of(unit).where(Station.id == station_id))


async def find_row(unit: Unit, station_id: str) -> Station | None:
    """The station alone, without what hangs on it."""
    found = select(Station).where(Station.tenant_id == unit.tenant, Station.id == station_id)
    return (await unit.session.execute(found)).scalar_one_or_none()


async def has_station(unit: Unit, station_id: str) -> bool:
    """Whether there is a station of this name."""
    found = select(Station.id).where(Station.tenant_id == unit.tenant, Station.id == station_id)
    return await unit.session.scalar(found) is not None


async def find_namesake(unit: Unit, station_id: str, name: str) -> str | None:
    """Another station whose id or certificate's name this is."""
    named = or_(Station.id == name, Station.certificate_name == name)
    found = select(Station.id).where(Station.tenant_id == unit.tenant, Station.id != station_id, named)
    return await unit.session.scalar(found.limit(1))


async def version_of(unit: Unit, station_id: str) -> OcppVersion:
    """What a station that exists speaks, or what it is registered with until it has spoken."""
    found = await unit.session.execute(
        select(Station.version, Station.default_version).where(
            Station.tenant_id == unit.tenant, Station.id == station_id
        )
    )
    spoken, registered = found.one()
    return OcppVersion(spoken or registered)


async def list_stations(
    unit: Unit, *, sites: Collection[str] | None, cursor: str | None, limit: int
) -> Sequence[Station]:
    """Stations by id, one more than `limit`. `sites`: those at these locations alone."""
    statement = _stations_of(unit)
    if sites is not None:
        statement = statement.where(Station.location_id.in_(sites))
    statement = after_cursor(statement, cursor, keys=[Station.id], parsers=[str], limit=limit)
    return (await unit.session.scalars(statement)).all()


async def station_ids_at(unit: Unit, location_ids: Collection[str]) -> Sequence[str]:
    """The ids of the stations at these locations."""
    at = select(Station.id).where(Station.tenant_id == unit.tenant, Station.location_id.in_(location_ids))
    return (await unit.session.scalars(at.order_by(Station.id))).all()


async def list_all_stations(unit: Unit) -> Sequence[Station]:
    """Every station of every tenant, without what hangs on it."""
    return (await unit.session.execute(select(Station))).scalars().all()


async def list_stations_named(unit: Unit, station_ids: Collection[str]) -> Sequence[Station]:
    """The stations of these ids, whole."""
    return (await unit.session.scalars(_stations_of(unit).where(Station.id.in_(station_ids)))).all()


async def list_stations_at(unit: Unit, location_id: str) -> Sequence[Station]:
    """Every station of the location, whole, by id."""
    statement = _stations_of(unit).where(Station.location_id == location_id).order_by(Station.id)
    return (await unit.session.scalars(statement)).all()


async def lock_evse(unit: Unit, station_id: str, evse: int) -> Evse | None:
    """The EVSE with its connectors, which nobody else changes before this transaction ends."""
    held: Evse | None = unit.held.get((Evse, unit.tenant, station_id, evse))
    return held or await unit.session.scalar(_locked_evses(unit, station_id).where(Evse.evse == evse))


async def lock_evse_of_transaction(unit: Unit, station_id: str, transaction_id: str) -> Evse | None:
    """The EVSE that runs the transaction, as by `lock_evse`."""
    return await unit.session.scalar(_locked_evses(unit, station_id).where(Evse.transaction_id == transaction_id))


async def lock_station(unit: Unit, station_id: str) -> Station | None:
    """The station alone, which nobody else changes before this transaction ends."""
    held: Station | None = unit.held.get((Station, unit.tenant, station_id))
    if held is not None:
        return held
    found = await unit.session.execute(
        select(Station)
        .where(Station.tenant_id == unit.tenant, Station.id == station_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def hold_stations(unit: Unit, keys: Collection[tuple[str, str]]) -> None:
    """The stations of these tenants and ids are locked in one order; `lock_station` finds them at once.

    Rows that refer to one of them can still be written by others.
    """
    found = await unit.session.scalars(
        select(Station)
        .where(is_among((Station.tenant_id, Station.id), keys))
        .order_by(Station.tenant_id, Station.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    unit.held |= {(Station, row.tenant_id, row.id): row for row in found}


async def hold_evses(unit: Unit, keys: Collection[tuple[str, str, int]]) -> None:
    """The EVSEs of these tenants, stations and numbers are locked in one order; `lock_evse` finds them at once."""
    found = await unit.session.scalars(
        select(Evse)
        .where(is_among((Evse.tenant_id, Evse.station_id, Evse.evse), keys))
        .order_by(Evse.tenant_id, Evse.station_id, Evse.evse)
        .options(selectinload(Evse.connectors))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    unit.held |= {(Evse, row.tenant_id, row.station_id, row.evse): row for row in found}


async def list_undecided_stations(unit: Unit, *, limit: int) -> Sequence[Station]:
    """Registered stations that are pending or rejected, by id."""
    statement = _stations_of(unit).where(Station.registration != "Accepted").order_by(Station.id).limit(limit)
    return (await unit.session.scalars(statement)).all()


async def list_expired_credentials(unit: Unit, now: datetime) -> Sequence[Station]:
    """Stations of any tenant whose old password is to be forgotten."""
    found = await unit.session.execute(
        select(Station).where(Station.previous_credential_until <= now).with_for_update(skip_locked=True)
    )
    return found.scalars().all()


async def find_model_rules(unit: Unit, vendor: str | None, model: str | None) -> ModelRules | None:
    """The rules of this model."""
    return await unit.session.get(ModelRules, (unit.tenant, vendor or "", model or ""))


async def list_model_rules(unit: Unit) -> Sequence[ModelRules]:
    """The tenant's rules of models."""
    statement = select(ModelRules).where(ModelRules.tenant_id == unit.tenant)
    return (await unit.session.scalars(statement.order_by(ModelRules.vendor, ModelRules.model))).all()


async def list_all_model_rules(unit: Unit) -> Sequence[ModelRules]:
    """The rules of models of every tenant."""
    return (await unit.session.scalars(select(ModelRules))).all()


async def list_stations_of_model(unit: Unit, vendor: str, model: str) -> Sequence[Station]:
    """The tenant's stations of this model, without what hangs on them."""
    statement = select(Station).where(Station.tenant_id == unit.tenant).filter_by(vendor=vendor, model=model)
    return (await unit.session.scalars(statement)).all()


async def find_stranger(unit: Unit, station_id: str) -> Stranger | None:
    """The station of this name that nobody registered."""
    return await unit.session.get(Stranger, (unit.tenant, station_id))


async def lock_stranger(unit: Unit, station_id: str) -> Stranger | None:
    """The same, which nobody else changes or makes a station before this transaction ends."""
    return await unit.session.get(Stranger, (unit.tenant, station_id), with_for_update=True, populate_existing=True)


async def list_strangers(unit: Unit, *, limit: int) -> Sequence[Stranger]:
    """Who was seen last comes first."""
    found = await unit.session.execute(
        select(Stranger)
        .where(Stranger.tenant_id == unit.tenant)
        .order_by(Stranger.last_seen_at.desc(), Stranger.id)
        .limit(limit)
    )
    return found.scalars().all()


async def keep_newest_strangers(unit: Unit, count: int) -> None:
    """No more than so many are kept; those seen longest ago go."""
    kept = (
        select(Stranger.id)
        .where(Stranger.tenant_id == unit.tenant)
        .order_by(Stranger.last_seen_at.desc(), Stranger.id)
        .limit(count)
    )
    await unit.session.execute(delete(Stranger).where(Stranger.tenant_id == unit.tenant, Stranger.id.not_in(kept)))


async def add_refusal(unit: Unit, refusal: RefusedHandshake, *, kept: int) -> None:
    """The refusal is there, and no more than `kept` of the tenant's newest."""
    unit.session.add(refusal)
    await unit.session.flush()
    newest = (
        select(RefusedHandshake.id)
        .where(RefusedHandshake.tenant_id == unit.tenant)
        .order_by(RefusedHandshake.refused_at.desc(), RefusedHandshake.id.desc())
        .limit(kept)
    )
    await unit.session.execute(
        delete(RefusedHandshake).where(RefusedHandshake.tenant_id == unit.tenant, RefusedHandshake.id.not_in(newest))
    )


async def list_refusals(
    unit: Unit, *, since: datetime | None, cursor: str | None, limit: int
) -> Sequence[RefusedHandshake]:
    """The newest first, one more than `limit`."""
    statement = select(RefusedHandshake).where(RefusedHandshake.tenant_id == unit.tenant)
    if since is not None:
        statement = statement.where(RefusedHandshake.refused_at > since)
    statement = after_cursor(
        statement,
        cursor,
        keys=[RefusedHandshake.refused_at, RefusedHandshake.id],
        parsers=[datetime.fromisoformat, str],
        limit=limit,
        descending=True,
    )
    return (await unit.session.execute(statement)).scalars().all()


async def registers_strangers(unit: Unit) -> bool:
    """Whether the tenant wants stations registered that nobody registered."""
    policy = await unit.session.get(OnboardingPolicy, unit.tenant)
    return policy is not None and policy.registers_strangers


async def save_policy(unit: Unit, *, registers_strangers: bool) -> None:
    """The tenant wants it so from now on."""
    values = {"tenant_id": unit.tenant, "registers_strangers": registers_strangers}
    await unit.session.execute(
        insert(OnboardingPolicy).values(values).on_conflict_do_update(index_elements=["tenant_id"], set_=values)
    )


def _locked_evses(unit: Unit, station_id: str) -> Select[Evse]:
    return (
        select(Evse)
        .where(Evse.tenant_id == unit.tenant, Evse.station_id == station_id)
        .options(selectinload(Evse.connectors))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _stations_of(unit: Unit) -> Select[Station]:
    return select(Station).where(Station.tenant_id == unit.tenant).options(*_WHOLE)
