"""One request for a command: which station, asked by whom, and for how long it may wait."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Query, status as http
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel

from backoffice.kit.guards import StationsCommander
from backoffice.kit.service import provided
from backoffice.stations.command_schemas import QueuedView
from backoffice.stations.dispatch import Carried, Dispatch
from backoffice.stations.models import Station
from backoffice.stations.service import Stations
from protocol.blocks.provisioning.messages import (
    PASSWORD_VARIABLE,
    SetVariables,
    SetVariablesReply,
    SetVariableStatus,
    VariableAssignment,
)
from protocol.domain.identifiers import StationId, StationKey, TenantId

ViewT = TypeVar("ViewT", bound=BaseModel)

StationsDep = Annotated[Stations, Depends(provided(Stations))]
DispatchDep = Annotated[Dispatch, Depends(provided(Dispatch))]
QueueUntil = Annotated[
    AwareDatetime | None, Query(description="Until when the command waits for a station that is not connected.")
]
QUEUED: dict[int | str, dict[str, Any]] = {http.HTTP_202_ACCEPTED: {"model": QueuedView}}


class Desk:
    """One request: which station, asked by whom, and for how long it may wait."""

    def __init__(self, station: Station, dispatch: Dispatch, *, by: str, queue_until: datetime | None = None) -> None:
        self.station = station
        self._dispatch = dispatch
        self._by = by
        self._queue_until = queue_until

    @property
    def tenant(self) -> TenantId:
        """Whose station it is."""
        return TenantId(self.station.tenant_id)

    @property
    def key(self) -> StationKey:
        """Which station."""
        return StationKey(self.tenant, StationId(self.station.id))

    def waiting_until(self, queue_until: datetime | None) -> "Desk":
        """The same desk, whose commands wait until then for a station that is not connected."""
        return Desk(self.station, self._dispatch, by=self._by, queue_until=queue_until)

    async def carry_out(self, message: msgspec.Struct) -> Carried:
        """The station's answer, or that the command waits."""
        return await self._dispatch.carry_out(self.key, message, by=self._by, queue_until=self._queue_until)

    async def ask(self, message: msgspec.Struct, view: Callable[[str, Any], ViewT]) -> ViewT | JSONResponse:
        """The station's answer as it is shown; the record's id where the command waits."""
        carried = await self.carry_out(message)
        return queued(carried) if carried.reply is None else view(carried.command_id, carried.reply)


async def _prompt_desk(
    station_id: str, operator: StationsCommander, stations: StationsDep, dispatch: DispatchDep
) -> Desk:
    """For the operator's own station, which exists. Raises StationNotFound."""
    async with stations.database.snapshot(operator.tenant) as unit:
        station = await stations.read_station(unit, station_id)
    return Desk(station, dispatch, by=operator.subject)


PromptDeskDep = Annotated[Desk, Depends(_prompt_desk)]
"""For commands that are sent now or not at all."""


async def _desk(desk: PromptDeskDep, queue_until: QueueUntil = None) -> Desk:
    """With the patience that the request asks for."""
    return desk.waiting_until(queue_until)


DeskDep = Annotated[Desk, Depends(_desk)]


def queued(carried: Carried) -> JSONResponse:
    """202: the command waits; its record will say what became of it."""
    return JSONResponse(QueuedView(command_id=carried.command_id).model_dump(), status_code=http.HTTP_202_ACCEPTED)


async def tell_password(desk: Desk, password: str) -> SetVariableStatus:
    """What became of the password at the station. Raises what `Desk.carry_out` raises."""
    carried = await desk.carry_out(SetVariables((VariableAssignment(PASSWORD_VARIABLE, password),)))
    reply = carried.reply
    assert isinstance(reply, SetVariablesReply)
    return next((result.status for result in reply.results), SetVariableStatus.REJECTED)
