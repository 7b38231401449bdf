"""The queries of what stations report of themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Table, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.stations.device_models import (
    HeardPart,
    InstalledNetworkProfile,
    MonitoringSetting,
    Report,
    ShownMessage,
    StationEventRow,
    StationMonitor,
)
from backoffice.stations.models import StationVariable

log = structlog.get_logger(__name__)

Row = Mapping[str, object]

ROWS_PER_STATION = 20_000  # of each kind; more than any station has, and no station may fill the database


async def save_variables(unit: Unit, rows: Sequence[Row], *, keeps_values: bool = False) -> None:
    """Each variable is known as given, unless it is known from later on; all rows have the same columns.

    `keeps_values`: a value that is not given stays as it was, for a report need not tell it.
    """
    await _upsert(unit, _table(StationVariable), rows, coalesced=("value",) if keeps_values else ())


async def find_value(unit: Unit, station_id: str, component: str, variable: str, instance: str) -> str | None:
    """What is known of a variable of the station as a whole; names are compared without regard to case."""
    found = select(StationVariable.value).where(
        StationVariable.tenant_id == unit.tenant,
        StationVariable.station_id == station_id,
        func.lower(StationVariable.component) == component.lower(),
        func.lower(StationVariable.variable) == variable.lower(),
        func.lower(StationVariable.instance) == instance.lower(),
        StationVariable.attribute == "Actual",
    )
    return await unit.session.scalar(found.limit(1))


async def save_report(unit: Unit, key: Row, values: Row) -> None:
    """The report is there as given, locked until this transaction ends; what is not given stays as it was.

    `heard_at` only goes up: parts come in any order.
    """
    new = {"is_of_all": False, "parts": 0, "is_complete": False} | dict(key) | dict(values)
    statement = insert(Report).values(new)
    changed = dict(values) | {"heard_at": func.greatest(Report.heard_at, statement.excluded.heard_at)}
    await unit.session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed))


async def find_report(unit: Unit, station_id: str, kind: str, request_id: int) -> Report | None:
    """The report of this kind and id, as it is now."""
    return await unit.session.get(Report, (unit.tenant, station_id, kind, request_id), populate_existing=True)


async def find_newest_report(unit: Unit, station_id: str, request_id: int) -> Report | None:
    """The report of this id that we heard of last, whatever its kind."""
    found = select(Report).where(
        Report.tenant_id == unit.tenant, Report.station_id == station_id, Report.request_id == request_id
    )
    return await unit.session.scalar(found.order_by(Report.heard_at.desc()).limit(1))


async def list_reports(unit: Unit, station_id: str, *, cursor: str | None, limit: int) -> Sequence[Report]:
    """The station's reports, the one heard of last first, one more than `limit`."""
    statement = after_cursor(
        select(Report).where(Report.tenant_id == unit.tenant, Report.station_id == station_id),
        cursor,
        keys=[Report.heard_at, Report.kind, Report.request_id],
        parsers=[datetime.fromisoformat, str, int],
        limit=limit,
        descending=True,
    )
    return (await unit.session.scalars(statement)).all()


async def save_part(unit: Unit, values: Row) -> None:
    """The part is there once, as it was said last."""
    statement = insert(HeardPart).values(dict(values))
    key = ["tenant_id", "station_id", "kind", "request_id", "part"]
    changed = {name: statement.excluded[name] for name in values.keys() - set(key)}
    await unit.session.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))


async def list_part_numbers(unit: Unit, key: Row) -> Sequence[tuple[int | None, bool]]:
    """(seq_no, is_last) of the report's parts."""
    found = await unit.session.execute(select(HeardPart.seq_no, HeardPart.is_last).filter_by(**key))
    return [(row[0], row[1]) for row in found]


async def list_parts(unit: Unit, report: Report) -> Sequence[HeardPart]:
    """The report's parts in their order."""
    found = await unit.session.scalars(
        select(HeardPart)
        .filter_by(tenant_id=unit.tenant, station_id=report.station_id, kind=report.kind, request_id=report.request_id)
        .order_by(HeardPart.seq_no.asc().nulls_last(), HeardPart.received_at, HeardPart.part)
    )
    return found.all()


async def delete_parts(unit: Unit, key: Row, *, before: datetime) -> None:
    """Parts that were heard before are gone: they belong to an earlier report of the same id."""
    await unit.session.execute(delete(HeardPart).filter_by(**key).where(HeardPart.received_at < before))


async def keep_newest_reports(unit: Unit, station_id: str, count: int) -> None:
    """No more than so many of the station's reports are kept; those heard of longest ago go."""
    names = tuple_(Report.kind, Report.request_id)
    of_station = (Report.tenant_id == unit.tenant, Report.station_id == station_id)
    kept = select(Report.kind, Report.request_id).where(*of_station).order_by(Report.heard_at.desc()).limit(count)
    await unit.session.execute(delete(Report).where(*of_station, names.not_in(kept)))


async def delete_old(unit: Unit, *, kind: str | None, reports_before: datetime) -> None:
    """Reports that were last heard of before are gone; of one kind, or of any."""
    statement = delete(Report).where(Report.heard_at < reports_before)
    await unit.session.execute(statement if kind is None else statement.where(Report.kind == kind))


async def delete_old_events(unit: Unit, *, before: datetime) -> None:
    """Events that were received before are gone."""
    await unit.session.execute(delete(StationEventRow).where(StationEventRow.received_at < before))


async def keep_newest_events(unit: Unit, count: int) -> None:
    """No more than so many events of each station are kept; those received longest ago go."""
    key = (StationEventRow.tenant_id, StationEventRow.station_id, StationEventRow.event_id, StationEventRow.occurred_at)
    place = func.row_number().over(partition_by=key[:2], order_by=StationEventRow.received_at.desc()).label("place")
    placed = select(*key, place).subquery()
    surplus = select(*(placed.c[column.key] for column in key)).where(placed.c.place > count)
    await unit.session.execute(delete(StationEventRow).where(tuple_(*key).in_(surplus)))


async def save_monitors(unit: Unit, rows: Sequence[Row]) -> None:
    """Each monitor is known as given, unless it is known from later on."""
    await _upsert(unit, _table(StationMonitor), rows)


async def delete_monitors(unit: Unit, station_id: str, *, ids: Sequence[int] | None = None) -> None:
    """These monitors of the station are gone, or all of them."""
    statement = delete(StationMonitor).filter_by(tenant_id=unit.tenant, station_id=station_id)
    await unit.session.execute(statement if ids is None else statement.where(StationMonitor.monitor_id.in_(ids)))


async def delete_monitors_known_before(unit: Unit, station_id: str, before: datetime) -> None:
    """Monitors that we last heard of before are gone."""
    statement = delete(StationMonitor).filter_by(tenant_id=unit.tenant, station_id=station_id)
    await unit.session.execute(statement.where(StationMonitor.known_at < before))


async def list_monitors(unit: Unit, station_id: str) -> Sequence[StationMonitor]:
    """The station's monitors, by id."""
    found = select(StationMonitor).filter_by(tenant_id=unit.tenant, station_id=station_id)
    return (await unit.session.scalars(found.order_by(StationMonitor.monitor_id))).all()


async def save_monitoring(unit: Unit, station_id: str, values: Row) -> None:
    """The station's monitoring base or level is as given; the other stays."""
    key = {"tenant_id": unit.tenant, "station_id": station_id}
    await unit.session.execute(
        insert(MonitoringSetting)
        .values(key | dict(values))
        .on_conflict_do_update(index_elements=list(key), set_=dict(values))
    )


async def find_monitoring(unit: Unit, station_id: str) -> MonitoringSetting | None:
    """The monitoring base and level of the station, where it ever accepted any."""
    return await unit.session.get(MonitoringSetting, (unit.tenant, station_id))


async def add_events(unit: Unit, rows: Sequence[Row]) -> None:
    """The events are there; those that were there already stay as they were."""
    await (await unit.session.connection()).execute(
        insert(_table(StationEventRow)).on_conflict_do_nothing(), [dict(row) for row in rows]
    )


async def list_events(
    unit: Unit, station_id: str, *, cursor: str | None, limit: int
) -> Sequence[tuple[StationEventRow, int | None]]:
    """The station's events with the severity of the monitor that made each, the newest first, one more than `limit`."""
    statement = after_cursor(
        select(StationEventRow).where(
            StationEventRow.tenant_id == unit.tenant, StationEventRow.station_id == station_id
        ),
        cursor,
        keys=[StationEventRow.received_at, StationEventRow.event_id, StationEventRow.occurred_at],
        parsers=[datetime.fromisoformat, int, datetime.fromisoformat],
        limit=limit,
        descending=True,
    )
    of_its_monitor = (
        (StationMonitor.tenant_id == StationEventRow.tenant_id)
        & (StationMonitor.station_id == StationEventRow.station_id)
        & (StationMonitor.monitor_id == StationEventRow.monitor_id)
    )
    with_severity = statement.outerjoin(StationMonitor, of_its_monitor).add_columns(StationMonitor.severity)
    return [(row[0], row[1]) for row in await unit.session.execute(with_severity)]


async def save_messages(unit: Unit, rows: Sequence[Row]) -> None:
    """Each display message is known as given, unless it is known from later on."""
    await _upsert(unit, _table(ShownMessage), rows)


async def delete_message(unit: Unit, station_id: str, message_id: int) -> None:
    """The station has the message no longer."""
    await unit.session.execute(
        delete(ShownMessage).filter_by(tenant_id=unit.tenant, station_id=station_id, message_id=message_id)
    )


async def delete_messages_of_transaction(unit: Unit, station_id: str, transaction_id: str) -> None:
    """The messages that belonged to the transaction are gone."""
    statement = delete(ShownMessage).filter_by(tenant_id=unit.tenant, station_id=station_id)
    await unit.session.execute(statement.where(ShownMessage.message["transaction_id"].astext == transaction_id))


async def delete_messages_known_before(unit: Unit, station_id: str, before: datetime) -> None:
    """Messages that we last heard of before are gone."""
    statement = delete(ShownMessage).filter_by(tenant_id=unit.tenant, station_id=station_id)
    await unit.session.execute(statement.where(ShownMessage.known_at < before))


async def list_messages(unit: Unit, station_id: str) -> Sequence[ShownMessage]:
    """The messages that the station has, by id."""
    found = select(ShownMessage).filter_by(tenant_id=unit.tenant, station_id=station_id)
    return (await unit.session.scalars(found.order_by(ShownMessage.message_id))).all()


async def save_network_profile(unit: Unit, values: Row) -> None:
    """The slot holds this profile."""
    statement = insert(InstalledNetworkProfile).values(dict(values))
    key = ["tenant_id", "station_id", "slot"]
    changed = {name: statement.excluded[name] for name in values.keys() - set(key)}
    await unit.session.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))


async def list_network_profiles(unit: Unit, station_id: str) -> Sequence[InstalledNetworkProfile]:
    """The network profiles that the station accepted, by slot."""
    found = select(InstalledNetworkProfile).filter_by(tenant_id=unit.tenant, station_id=station_id)
    return (await unit.session.scalars(found.order_by(InstalledNetworkProfile.slot))).all()


async def _upsert(unit: Unit, table: Table, rows: Sequence[Row], *, coalesced: Sequence[str] = ()) -> None:
    """One statement, prepared once, for every row: the driver sends them in one go."""
    if not rows or not await _has_room(unit, table, str(rows[0]["station_id"]), len(rows)):
        return
    statement = insert(table)
    key = [column.name for column in table.primary_key]
    changed: dict[str, Any] = {name: statement.excluded[name] for name in rows[0].keys() - set(key)}
    changed |= {name: func.coalesce(statement.excluded[name], table.c[name]) for name in coalesced}
    is_newer = table.c.known_at <= statement.excluded.known_at
    upsert = statement.on_conflict_do_update(index_elements=key, set_=changed, where=is_newer)
    await (await unit.session.connection()).execute(upsert, [dict(row) for row in rows])


async def _has_room(unit: Unit, table: Table, station_id: str, more: int) -> bool:
    of_station = (table.c.tenant_id == unit.tenant, table.c.station_id == station_id)
    count = await unit.session.scalar(select(func.count()).select_from(table).where(*of_station)) or 0
    if count + more <= ROWS_PER_STATION:
        return True
    log.warning("a station reports more than is kept", station_id=station_id, table=table.name, kept=count)
    return False


def _table(model: type[Any]) -> Table:  # Any: a model of ours
    table = model.__table__
    assert isinstance(table, Table)
    return table
