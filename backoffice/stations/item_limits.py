"""Commands in pieces: a station may say how many items it takes in one message (OCPP 2.0.1 B05, B06).

What it said is the variable ItemsPerMessage of its DeviceDataCtrlr or MonitoringCtrlr, by the name of the message.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
from fastapi.responses import JSONResponse
from msgspec.structs import replace
from pydantic import BaseModel

from backoffice.stations import device_repository
from backoffice.stations.command_desk import Desk, queued
from backoffice.stations.service import Stations
from protocol.blocks.monitoring.messages import ClearVariableMonitoring, SetVariableMonitoring
from protocol.blocks.provisioning.messages import GetVariables, SetVariables

ViewT = TypeVar("ViewT", bound=BaseModel)
MessageT = TypeVar("MessageT", bound=msgspec.Struct)


class _Limited(NamedTuple):
    """A message with items: their member, and where the station says how many it takes at once."""

    member: str
    component: str
    instance: str


_LIMITED: Mapping[type[msgspec.Struct], _Limited] = {
    GetVariables: _Limited("names", "DeviceDataCtrlr", "GetVariables"),
    SetVariables: _Limited("assignments", "DeviceDataCtrlr", "SetVariables"),
    SetVariableMonitoring: _Limited("orders", "MonitoringCtrlr", "SetVariableMonitoring"),
    ClearVariableMonitoring: _Limited("monitor_ids", "MonitoringCtrlr", "ClearVariableMonitoring"),
}


async def ask_in_pieces(
    desk: Desk, stations: Stations, message: msgspec.Struct, view: Callable[[str, Any], ViewT]
) -> ViewT | JSONResponse:
    """The answers to every piece as one, with the id of the first one's record.

    Ends at the first piece that fails: what was done before stays done, and is in the record. Where a piece waits in
    the queue the answer is the 202 of the first that does; the others are sent or wait as well.
    """
    limit = await _limit_of(desk, stations, type(message))
    carried = [await desk.carry_out(piece) for piece in split(message, limit)]
    waiting = next((one for one in carried if one.reply is None), None)
    if waiting is not None:
        return queued(waiting)
    return view(carried[0].command_id, merged([one.reply for one in carried]))


def split(message: MessageT, limit: int | None) -> list[MessageT]:
    """The message in pieces of at most `limit` items, in their order; as it is where it has no more."""
    member = _LIMITED[type(message)].member
    items = getattr(message, member)
    if limit is None or limit < 1 or len(items) <= limit:
        return [message]
    return [replace(message, **{member: items[start : start + limit]}) for start in range(0, len(items), limit)]


def merged(replies: Sequence[Any]) -> Any:  # Any: replies of one type, which have `results`
    """One reply with the results of all."""
    return replace(replies[0], results=tuple(result for reply in replies for result in reply.results))


async def _limit_of(desk: Desk, stations: Stations, message: type[msgspec.Struct]) -> int | None:
    row = _LIMITED[message]
    async with stations.database.transaction(desk.tenant) as unit:
        value = await device_repository.find_value(
            unit, desk.station.id, row.component, "ItemsPerMessage", row.instance
        )
    return int(value) if value is not None and value.isascii() and value.isdigit() else None
