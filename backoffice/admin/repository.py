"""The queries of admin."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.admin.alarm_rules import STANDING, AlarmKind, AlarmRule, AlarmState, Severity
from backoffice.admin.models import (
    AlarmRow,
    AlarmRuleRow,
    Erasure,
    FailedPayment,
    QuarantinedMessage,
    SettingRow,
    WatchedEvse,
)
from backoffice.admin.registry import SettingValue
from backoffice.kit.database import Unit
from backoffice.kit.keys import is_among
from backoffice.kit.pagination import after_cursor
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId


async def list_settings(unit: Unit, names: Iterable[str], *, location_id: str | None = None) -> Sequence[SettingRow]:
    """What was set of these, in the tenant at large and, where one is named, at the location."""
    places = {"", location_id or ""}
    found = await unit.session.scalars(
        select(SettingRow).where(
            SettingRow.tenant_id == unit.tenant,
            SettingRow.name.in_(set(names)),
            SettingRow.location_id.in_(places),
        )
    )
    return found.all()


async def save_setting(
    unit: Unit, name: str, location_id: str, *, value: SettingValue | None, by: str, now: datetime
) -> int:
    """The setting has this value there, or with None none of its own; returns its version, which counts from 1."""
    values = {"value": value, "changed_at": now, "changed_by": by}
    saved = await unit.session.execute(
        insert(SettingRow)
        .values(tenant_id=unit.tenant, name=name, location_id=location_id, version=1, **values)
        .on_conflict_do_update(
            index_elements=["tenant_id", "name", "location_id"], set_={**values, "version": SettingRow.version + 1}
        )
        .returning(SettingRow.version)
    )
    return int(saved.scalar_one())


async def read_rules(unit: Unit) -> dict[AlarmKind, AlarmRule]:
    """The tenant's own rules."""
    rows = await unit.session.scalars(select(AlarmRuleRow).where(AlarmRuleRow.tenant_id == unit.tenant))
    return {AlarmKind(row.kind): AlarmRule(row.threshold, Severity(row.severity), row.is_enabled) for row in rows}


async def save_rule(unit: Unit, kind: AlarmKind, rule: AlarmRule, *, by: str, now: datetime) -> None:
    """The rule is the tenant's."""
    values = {
        "threshold": rule.threshold,
        "severity": rule.severity,
        "is_enabled": rule.is_enabled,
        "changed_at": now,
        "changed_by": by,
    }
    await unit.session.execute(
        insert(AlarmRuleRow)
        .values(tenant_id=unit.tenant, kind=kind, **values)
        .on_conflict_do_update(index_elements=["tenant_id", "kind"], set_=values)
    )


async def standing_alarms(unit: Unit) -> Sequence[AlarmRow]:
    """What is raised or acknowledged, locked."""
    found = await unit.session.scalars(
        select(AlarmRow)
        .where(AlarmRow.tenant_id == unit.tenant, AlarmRow.state.in_(STANDING))
        .order_by(AlarmRow.id)
        .with_for_update()
    )
    return found.all()


async def find_alarm(unit: Unit, alarm_id: str) -> AlarmRow | None:
    """The alarm, locked."""
    return await unit.session.get(AlarmRow, (unit.tenant, alarm_id), with_for_update=True)


async def list_alarms(unit: Unit, *, state: AlarmState | None, cursor: str | None, limit: int) -> Sequence[AlarmRow]:
    """The newest first, with one more than `limit`."""
    statement = select(AlarmRow).where(AlarmRow.tenant_id == unit.tenant)
    if state is not None:
        statement = statement.where(AlarmRow.state == state)
    keys, parsers = (AlarmRow.raised_at, AlarmRow.id), (datetime.fromisoformat, str)
    page = after_cursor(statement, cursor, keys=keys, parsers=parsers, limit=limit, descending=True)
    return (await unit.session.scalars(page)).all()


async def lock_watched(unit: Unit, keys: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], WatchedEvse]:
    """A row for each station and EVSE, new or locked."""
    found = await unit.session.scalars(
        select(WatchedEvse)
        .where(WatchedEvse.tenant_id == unit.tenant, is_among((WatchedEvse.station_id, WatchedEvse.evse), keys))
        .order_by(WatchedEvse.station_id, WatchedEvse.evse)
        .with_for_update()
    )
    rows = {(row.station_id, row.evse): row for row in found}
    for station_id, evse in sorted(set(keys) - rows.keys()):
        row = rows[station_id, evse] = WatchedEvse(tenant_id=unit.tenant, station_id=station_id, evse=evse)
        unit.session.add(row)
    return rows


async def forget_station(unit: Unit, station_id: str) -> None:
    """The station is watched no longer."""
    await unit.session.execute(
        delete(WatchedEvse).where(WatchedEvse.tenant_id == unit.tenant, WatchedEvse.station_id == station_id)
    )


async def unwell_evses(unit: Unit) -> Sequence[WatchedEvse]:
    """Those that are offline or faulted."""
    found = await unit.session.scalars(
        select(WatchedEvse)
        .where(
            WatchedEvse.tenant_id == unit.tenant,
            WatchedEvse.offline_since.is_not(None) | WatchedEvse.faulted_since.is_not(None),
        )
        .order_by(WatchedEvse.station_id, WatchedEvse.evse)
    )
    return found.all()


async def note_failed_payment(unit: Unit, event_id: str, *, at: datetime) -> None:
    """It counts."""
    unit.session.add(FailedPayment(tenant_id=unit.tenant, event_id=event_id, failed_at=at))


async def count_failed_payments(unit: Unit, *, since: datetime) -> int:
    """How many failed from `since` on."""
    counted = await unit.session.scalar(
        select(func.count()).where(FailedPayment.tenant_id == unit.tenant, FailedPayment.failed_at >= since)
    )
    return counted or 0


async def count_quarantined(unit: Unit, *, since: datetime) -> dict[str, int]:
    """How many messages of each station came from `since` on."""
    rows = await unit.session.execute(
        select(QuarantinedMessage.station_id, func.count())
        .where(QuarantinedMessage.tenant_id == unit.tenant, QuarantinedMessage.received_at >= since)
        .group_by(QuarantinedMessage.station_id)
    )
    return dict(rows.all())


async def list_quarantined(
    unit: Unit, *, station_id: str | None, cursor: str | None, limit: int
) -> Sequence[QuarantinedMessage]:
    """The newest first, with one more than `limit`."""
    statement = select(QuarantinedMessage).where(QuarantinedMessage.tenant_id == unit.tenant)
    if station_id is not None:
        statement = statement.where(QuarantinedMessage.station_id == station_id)
    keys, parsers = (QuarantinedMessage.received_at, QuarantinedMessage.id), (datetime.fromisoformat, str)
    page = after_cursor(statement, cursor, keys=keys, parsers=parsers, limit=limit, descending=True)
    return (await unit.session.scalars(page)).all()


async def ask_erasure(unit: Unit, person: str, *, now: datetime) -> None:
    """The audit logs are to forget the person."""
    await unit.session.execute(
        insert(Erasure).values(tenant_id=unit.tenant, person=person, asked_at=now).on_conflict_do_nothing()
    )


async def owed_erasures(unit: Unit, *, limit: int) -> Sequence[Erasure]:
    """Those of all tenants, the oldest first."""
    return (await unit.session.scalars(select(Erasure).order_by(Erasure.asked_at).limit(limit))).all()


async def finish_erasure(unit: Unit, person: str) -> None:
    """It is owed no longer, and the person named nowhere here."""
    await unit.session.execute(delete(Erasure).where(Erasure.tenant_id == unit.tenant, Erasure.person == person))


async def known_tenants(unit: Unit) -> Sequence[TenantId]:
    """The default tenant, and those of whom anything is measured or an alarm stands."""
    tenants = {DEFAULT_TENANT}
    for column in (
        WatchedEvse.tenant_id,
        FailedPayment.tenant_id,
        QuarantinedMessage.tenant_id,
        AlarmRow.tenant_id,
        AlarmRuleRow.tenant_id,
    ):
        tenants |= {TenantId(name) for name in await unit.session.scalars(select(column).distinct())}
    return sorted(tenants)


async def forget_old(unit: Unit, *, payments: datetime, quarantine: datetime, alarms: datetime) -> None:
    """What was before these times, and is over, is gone."""
    is_over = AlarmRow.cleared_at.is_not(None) & (AlarmRow.cleared_at < alarms)
    await unit.session.execute(delete(FailedPayment).where(FailedPayment.failed_at < payments))
    await unit.session.execute(delete(QuarantinedMessage).where(QuarantinedMessage.received_at < quarantine))
    await unit.session.execute(delete(AlarmRow).where(is_over))


async def database_bytes(unit: Unit) -> int:
    """The size of the database that this service lives in."""
    return int((await unit.session.execute(select(func.pg_database_size(func.current_database())))).scalar_one())


async def standing_kinds(unit: Unit) -> Sequence[str]:
    """The kind of each alarm that stands; of every tenant where the unit is."""
    return (await unit.session.scalars(select(AlarmRow.kind).where(AlarmRow.state.in_(STANDING)))).all()
