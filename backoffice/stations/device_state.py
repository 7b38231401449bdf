"""What is known of a station's monitors, events, display and network profiles.

Invariants:
1. It is known from the station alone: from what it accepted, and from what it reports.
2. A report that is older than what is known changes nothing, so no order of arrival matters.
3. An event is kept once, by its id and its time.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Unit
from backoffice.stations import device_repository, repository
from backoffice.stations.masking import masked
from protocol.blocks.display_message.messages import ClearDisplayMessage, DisplayMessage, SetDisplayMessage
from protocol.blocks.monitoring.events import StationEventsReported
from protocol.blocks.monitoring.messages import (
    ClearVariableMonitoring,
    ClearVariableMonitoringReply,
    MonitoredVariable,
    MonitoringBase,
    MonitorOrder,
    MonitorResult,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetVariableMonitoring,
    SetVariableMonitoringReply,
    StationEvent,
)
from protocol.blocks.provisioning.messages import SetNetworkProfile
from protocol.domain.commands import CommandReply
from protocol.domain.device_model import VariableName

Note = Callable[[Unit, str, Any, Any, datetime], Awaitable[None]]  # Any: the key of the table is the message's type

_CLEARED = ("Accepted", "NotFound")  # OCPP 2.0.1 N06: what is not found is not there


async def note(unit: Unit, station_id: str, message: msgspec.Struct, reply: msgspec.Struct, *, now: datetime) -> None:
    """What an answer changed is known."""
    learn = _NOTES.get(type(message))
    if learn is not None:
        await learn(unit, station_id, message, reply, now)


async def note_monitors(unit: Unit, station_id: str, variables: Sequence[MonitoredVariable], *, at: datetime) -> None:
    """These monitors are there."""
    rows = [
        _of(unit, station_id)
        | {
            "monitor_id": monitor.monitor_id,
            "name": _name(variable.name),
            "kind": monitor.kind,
            "value": monitor.value,
            "severity": monitor.severity,
            "is_in_transaction": monitor.is_in_transaction,
            "notification": monitor.notification,
            "known_at": at,
        }
        for variable in variables
        for monitor in variable.monitors
    ]
    await device_repository.save_monitors(unit, rows)


async def note_messages(unit: Unit, station_id: str, messages: Sequence[DisplayMessage], *, at: datetime) -> None:
    """The station has these messages."""
    rows = [
        _of(unit, station_id)
        | {"message_id": message.message_id, "message": msgspec.to_builtins(message), "known_at": at}
        for message in messages
    ]
    await device_repository.save_messages(unit, rows)


async def on_events(event: StationEventsReported, delivery: Delivery, unit: Unit) -> None:
    """The events are kept; those of a station that nobody registered are not."""
    station, at = delivery.envelope.subject, delivery.envelope.received_at
    if await repository.has_station(unit, station):
        await device_repository.add_events(unit, [_of(unit, station) | _event(one, at) for one in event.events])


async def _note_monitors_set(
    unit: Unit, station_id: str, message: SetVariableMonitoring, reply: SetVariableMonitoringReply, now: datetime
) -> None:
    rows = [
        _of(unit, station_id)
        | {
            "monitor_id": result.monitor_id,
            "name": _name(order.name),
            "kind": order.kind,
            "value": order.value,
            "severity": order.severity,
            "is_in_transaction": order.is_in_transaction,
            "notification": None,
            "known_at": now,
        }
        for order, result in _answered(message, reply)
        if result.status == "Accepted" and result.monitor_id is not None
    ]
    await device_repository.save_monitors(unit, rows)


def _answered(
    message: SetVariableMonitoring, reply: SetVariableMonitoringReply
) -> Iterator[tuple[MonitorOrder, MonitorResult]]:
    """Each order with its result: the one in its place where both are of the same, else the one that it names."""
    named = {(order.name, order.kind): order for order in message.orders}
    for position, result in enumerate(reply.results):
        of, order = (result.name, result.kind), None
        if position < len(message.orders):
            order = message.orders[position]
        if order is None or (order.name, order.kind) != of:
            order = named.get(of)
        if order is not None:
            yield order, result


async def _note_monitors_cleared(
    unit: Unit, station_id: str, _message: ClearVariableMonitoring, reply: ClearVariableMonitoringReply, _now: datetime
) -> None:
    ids = [result.monitor_id for result in reply.results if result.status in _CLEARED]
    await device_repository.delete_monitors(unit, station_id, ids=ids)


async def _note_base(
    unit: Unit, station_id: str, message: SetMonitoringBase, reply: CommandReply, now: datetime
) -> None:
    """With either base but All the monitors that were set by us are gone (OCPP 2.0.1 N03)."""
    if reply.is_accepted:
        await device_repository.save_monitoring(unit, station_id, {"base": message.base, "changed_at": now})
        if message.base is not MonitoringBase.ALL:
            await device_repository.delete_monitors(unit, station_id)


async def _note_level(
    unit: Unit, station_id: str, message: SetMonitoringLevel, reply: CommandReply, now: datetime
) -> None:
    if reply.is_accepted:
        await device_repository.save_monitoring(unit, station_id, {"level": message.severity, "changed_at": now})


async def _note_message_set(
    unit: Unit, station_id: str, message: SetDisplayMessage, reply: CommandReply, now: datetime
) -> None:
    if reply.is_accepted:
        await note_messages(unit, station_id, (message.message,), at=now)


async def _note_message_cleared(
    unit: Unit, station_id: str, message: ClearDisplayMessage, reply: CommandReply, _now: datetime
) -> None:
    """A message that is unknown is not there either (OCPP 2.0.1 O05)."""
    if reply.is_accepted or reply.status == "Unknown":
        await device_repository.delete_message(unit, station_id, message.message_id)


async def _note_network_profile(
    unit: Unit, station_id: str, message: SetNetworkProfile, reply: CommandReply, now: datetime
) -> None:
    if reply.is_accepted:
        values = {"slot": message.slot, "profile": masked(message.profile), "set_at": now}
        await device_repository.save_network_profile(unit, _of(unit, station_id) | values)


_NOTES: Mapping[type[msgspec.Struct], Note] = {
    SetVariableMonitoring: _note_monitors_set,
    ClearVariableMonitoring: _note_monitors_cleared,
    SetMonitoringBase: _note_base,
    SetMonitoringLevel: _note_level,
    SetDisplayMessage: _note_message_set,
    ClearDisplayMessage: _note_message_cleared,
    SetNetworkProfile: _note_network_profile,
}


def _event(event: StationEvent, at: datetime) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "occurred_at": event.occurred_at,
        "received_at": at,
        "trigger": event.trigger,
        "notification": event.notification,
        "name": _name(event.name),
        "actual_value": event.actual_value,
        "is_cleared": event.is_cleared,
        "cause": event.cause,
        "monitor_id": event.monitor_id,
        "severity": event.severity,
        "transaction_id": event.transaction_id,
        "tech_code": event.tech_code,
        "tech_info": event.tech_info,
    }


def _of(unit: Unit, station_id: str) -> dict[str, object]:
    return {"tenant_id": unit.tenant, "station_id": station_id}


def _name(name: VariableName) -> object:
    return msgspec.to_builtins(name)
