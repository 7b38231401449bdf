"""Reports that stations send in parts, put together.

Invariants:
1. A part is kept once, however often it is said, and in whatever order the parts come.
2. A part that was heard before its report was ordered belongs to an earlier report of the same id.
3. What a complete report of everything does not name is not there any more.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery, Handler
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.stations import configuration, device_repository, device_state, repository
from backoffice.stations.models import StationCommand
from protocol.blocks.diagnostics.events import CustomerInformationReported
from protocol.blocks.diagnostics.messages import CustomerInformation
from protocol.blocks.display_message.events import DisplayMessagesReported
from protocol.blocks.display_message.messages import GetDisplayMessages
from protocol.blocks.monitoring.events import MonitorsReported
from protocol.blocks.monitoring.messages import GetMonitoringReport
from protocol.blocks.provisioning.events import VariablesReported
from protocol.blocks.provisioning.messages import GetBaseReport, GetReport
from protocol.domain.commands import CommandReply
from protocol.domain.reports import ReportKind, ReportPart, is_complete

PRUNE_REPORTS_EVERY_S = 3600.0
_KEPT_PER_STATION = 100
_PARTS_PER_REPORT = 2_000  # with one variable a part still more than any station has
_EVENTS_PER_STATION = 10_000
_SKEW = timedelta(seconds=5)  # between the gateway's clock, which dates parts, and ours, which dates orders
_NOTHING = frozenset(("EmptyResultSet", "Unknown"))  # the station answers that it has nothing, and sends no part

Json = Any  # Any: JSON


Learn = Callable[[str, datetime], Awaitable[None]]


class _Heard(NamedTuple):
    """A part as it came."""

    kind: ReportKind
    event: ReportPart
    content: object


class _Order(NamedTuple):
    """A report that we ordered."""

    kind: ReportKind
    request_id: int
    is_of_all: bool = False


async def on_variables(event: VariablesReported, delivery: Delivery, unit: Unit) -> None:
    """The part is kept, and what it says of variables is known."""

    async def learn(station: str, at: datetime) -> None:
        await configuration.note_reported(unit, station, event.variables, at=at)

    await _hear(unit, delivery, _Heard(ReportKind.VARIABLES, event, event.variables), learn)


async def on_monitors(event: MonitorsReported, delivery: Delivery, unit: Unit) -> None:
    """The part is kept, and its monitors are known."""

    async def learn(station: str, at: datetime) -> None:
        await device_state.note_monitors(unit, station, event.variables, at=at)

    await _hear(unit, delivery, _Heard(ReportKind.MONITORS, event, event.variables), learn)


async def on_messages(event: DisplayMessagesReported, delivery: Delivery, unit: Unit) -> None:
    """The part is kept, and its messages are known."""

    async def learn(station: str, at: datetime) -> None:
        await device_state.note_messages(unit, station, event.messages, at=at)

    await _hear(unit, delivery, _Heard(ReportKind.DISPLAY_MESSAGES, event, event.messages), learn)


async def on_customer_information(event: CustomerInformationReported, delivery: Delivery, unit: Unit) -> None:
    """The part is kept, for a while."""
    await _hear(unit, delivery, _Heard(ReportKind.CUSTOMER_INFORMATION, event, event.data), None)


HANDLERS: Mapping[type[msgspec.Struct], Handler] = {
    VariablesReported: on_variables,
    MonitorsReported: on_monitors,
    DisplayMessagesReported: on_messages,
    CustomerInformationReported: on_customer_information,
}
"""What is made of each kind of part."""


class ReportArchive:
    """Lets go of old reports; of those about customers sooner."""

    def __init__(
        self, database: Database, *, clock: Clock, kept: timedelta, customers_kept: timedelta, events_kept: timedelta
    ) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept
        self._customers_kept = customers_kept
        self._events_kept = events_kept

    async def prune(self) -> None:
        """What is older than it may be is gone."""
        now = self._clock()
        async with self._database.transaction(ALL_TENANTS) as unit:
            await device_repository.delete_old(unit, kind=None, reports_before=now - self._kept)
            await device_repository.delete_old(
                unit, kind=ReportKind.CUSTOMER_INFORMATION, reports_before=now - self._customers_kept
            )
            await device_repository.delete_old_events(unit, before=now - self._events_kept)
            await device_repository.keep_newest_events(unit, _EVENTS_PER_STATION)


async def note_order(unit: Unit, row: StationCommand, message: msgspec.Struct, reply: msgspec.Struct) -> None:
    """The report is expected, with the station's answer; parts that came already are of it."""
    order = _order_of(message)
    if order is None or not isinstance(reply, CommandReply):
        return
    key, asked_at = _key(unit, row.station_id, order.kind, order.request_id), row.sent_at or row.requested_at
    values = {
        "command_id": row.id,
        "requested_at": asked_at,
        "status": reply.status,
        "is_of_all": order.is_of_all,
        "heard_at": asked_at,
    }
    await device_repository.save_report(unit, key, values)
    await device_repository.delete_parts(unit, key, before=asked_at - _SKEW)
    await _settle(unit, key)
    await device_repository.keep_newest_reports(unit, row.station_id, _KEPT_PER_STATION)


async def _hear(unit: Unit, delivery: Delivery, heard: _Heard, learn: Learn | None) -> None:
    """The part is kept, and what it tells is learnt; a station that nobody registered is passed over."""
    station, at, event = delivery.envelope.subject, delivery.envelope.received_at, heard.event
    if not await repository.has_station(unit, station):
        return
    key = _key(unit, station, heard.kind, event.request_id)
    await device_repository.save_report(unit, key, {"heard_at": at})
    if learn is not None:
        await learn(station, at)
    report = await device_repository.find_report(unit, station, heard.kind, event.request_id)
    assert report is not None
    is_of_another = report.requested_at is not None and at < report.requested_at - _SKEW
    if is_of_another or report.parts >= _PARTS_PER_REPORT:
        return
    await device_repository.save_part(unit, key | _part(event, heard.content, at))
    is_new = report.parts == 0
    await _settle(unit, key)
    if is_new:
        await device_repository.keep_newest_reports(unit, station, _KEPT_PER_STATION)


def _part(event: ReportPart, content: object, at: datetime) -> dict[str, Any]:
    shown = msgspec.to_builtins(content)
    return {
        "part": _name_of(event, shown),
        "seq_no": event.seq_no,
        "is_last": event.is_last,
        "generated_at": event.generated_at,
        "received_at": at,
        "content": shown,
    }


async def _settle(unit: Unit, key: Mapping[str, Any]) -> None:
    """Whether the report is complete is known, and with one of everything what is not there."""
    parts = await device_repository.list_part_numbers(unit, key)
    report = await device_repository.find_report(unit, key["station_id"], key["kind"], key["request_id"])
    assert report is not None
    report.parts = len(parts)
    report.is_complete = is_complete(parts) or report.status in _NOTHING
    await unit.session.flush()
    if report.is_complete and report.is_of_all and report.requested_at is not None:
        await _FORGET[ReportKind(report.kind)](unit, report.station_id, report.requested_at - _SKEW)


def _order_of(message: msgspec.Struct) -> _Order | None:
    match message:
        case GetBaseReport() | GetReport():
            return _Order(ReportKind.VARIABLES, message.request_id)
        case GetMonitoringReport():
            return _Order(ReportKind.MONITORS, message.request_id, not message.criteria and not message.variables)
        case CustomerInformation(is_reported=True):
            return _Order(ReportKind.CUSTOMER_INFORMATION, message.request_id)
        case GetDisplayMessages():
            return _Order(ReportKind.DISPLAY_MESSAGES, message.request_id, message.is_of_all)
    return None


_FORGET = {
    ReportKind.MONITORS: device_repository.delete_monitors_known_before,
    ReportKind.DISPLAY_MESSAGES: device_repository.delete_messages_known_before,
}


def _key(unit: Unit, station_id: str, kind: ReportKind, request_id: int) -> dict[str, Any]:
    return {"tenant_id": unit.tenant, "station_id": station_id, "kind": kind, "request_id": request_id}


def _name_of(event: ReportPart, content: Json) -> str:
    """The part's number; the digest of what it says where it has none, so that saying it twice makes one part."""
    if event.seq_no is not None:
        return str(event.seq_no)
    return hashlib.sha256(msgspec.json.encode([content, event.is_last])).hexdigest()
