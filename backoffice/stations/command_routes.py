"""The REST interface for commands. A station's answer is 200, also where it says no; see `errors.py` for the rest.

A command is sent once and never repeated by us: a time-out leaves the outcome unknown (504). With `queue_until` one for
a station that is not connected waits instead of being refused (202). Every command leaves a record.

Lower-case names are typed and the same in every OCPP version; a name in the wire's spelling (`Reset`) is raw: the body
is the exact payload of the station's version, and so is the answer.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response, status as http
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel

from backoffice.kit.auth import Operator
from backoffice.kit.errors import InvalidRequest
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.stations import repository
from backoffice.stations.command_schemas import (
    CommandRecord,
    CommandView,
    QueuedView,
    ResetBody,
    StartBody,
    StopBody,
    TriggerBody,
    VariablesBody,
    VariablesView,
)
from backoffice.stations.dispatch import Carried, Dispatch
from backoffice.stations.models import Station
from backoffice.stations.raw import read_raw_call
from backoffice.stations.service import Stations
from protocol.bus.commands import RawAnswer
from protocol.domain.identifiers import StationId, StationKey, TenantId

router = APIRouter(prefix="/stations/{station_id}/commands", tags=["commands"])
StationsDep = Annotated[Stations, Depends(provided(Stations))]
DispatchDep = Annotated[Dispatch, Depends(provided(Dispatch))]
QueueUntil = Annotated[
    AwareDatetime | None, Query(description="Until when the command waits for a station that is not connected.")
]
ViewT = TypeVar("ViewT", bound=BaseModel)

MAX_PAYLOAD_BYTES = 64 * 1024
COMMAND_HEADER = "Chargeyard-Command"
QUEUED: dict[int | str, dict[str, Any]] = {http.HTTP_202_ACCEPTED: {"model": QueuedView}}
RAW_BODY = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}


class Desk:
    """One request: which station, asked by whom, and for how long it may wait."""

    def __init__(self, station: Station, dispatch: Dispatch, *, by: str, queue_until: datetime | None) -> None:
        self.station = station
        self._dispatch = dispatch
        self._by = by
        self._queue_until = queue_until

    async def carry_out(self, message: msgspec.Struct) -> Carried:
        """The station's answer, or that the command waits."""
        station = StationKey(TenantId(self.station.tenant_id), StationId(self.station.id))
        return await self._dispatch.carry_out(station, message, by=self._by, queue_until=self._queue_until)

    async def ask(self, message: msgspec.Struct, view: Callable[[str, Any], ViewT]) -> ViewT | JSONResponse:
        """The station's answer as it is shown; the record's id where the command waits."""
        carried = await self.carry_out(message)
        return queued(carried) if carried.reply is None else view(carried.command_id, carried.reply)


async def _desk(
    station_id: str, operator: Operator, stations: StationsDep, dispatch: DispatchDep, queue_until: QueueUntil = None
) -> Desk:
    """For the operator's own station, which exists. Raises StationNotFound."""
    async with stations.database.snapshot(operator.tenant) as unit:
        station = await stations.read_station(unit, station_id)
    return Desk(station, dispatch, by=operator.subject, queue_until=queue_until)


DeskDep = Annotated[Desk, Depends(_desk)]


def queued(carried: Carried) -> JSONResponse:
    """202: the command waits; its record will say what became of it."""
    return JSONResponse(QueuedView(command_id=carried.command_id).model_dump(), status_code=http.HTTP_202_ACCEPTED)


@router.post("/start", response_model=CommandView, responses=QUEUED)
async def start(body: StartBody, desk: DeskDep) -> CommandView | JSONResponse:
    """RequestStartTransaction (1.6 RemoteStartTransaction)."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/stop", response_model=CommandView, responses=QUEUED)
async def stop(body: StopBody, desk: DeskDep) -> CommandView | JSONResponse:
    """RequestStopTransaction (1.6 RemoteStopTransaction)."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/reset", response_model=CommandView, responses=QUEUED)
async def reset(body: ResetBody, desk: DeskDep) -> CommandView | JSONResponse:
    """Reset."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/trigger", response_model=CommandView, responses=QUEUED)
async def trigger(body: TriggerBody, desk: DeskDep) -> CommandView | JSONResponse:
    """TriggerMessage."""
    return await desk.ask(body.message(), CommandView.of)


@router.post("/get_variables", response_model=VariablesView, responses=QUEUED)
async def get_variables(body: VariablesBody, desk: DeskDep) -> VariablesView | JSONResponse:
    """GetVariables (1.6 GetConfiguration)."""
    return await desk.ask(body.message(), VariablesView.of)


@router.post("/{action}", responses=QUEUED, openapi_extra=RAW_BODY)
async def send_raw(action: str, request: Request, desk: DeskDep) -> Response:
    """Any message that a CSMS may send, by its name on the wire: the body is its payload, the answer the station's."""
    carried = await desk.carry_out(read_raw_call(desk.station, action, await _body_of(request)))
    if carried.reply is None:
        return queued(carried)
    assert isinstance(carried.reply, RawAnswer)
    return Response(
        bytes(carried.reply.payload), media_type="application/json", headers={COMMAND_HEADER: carried.command_id}
    )


@router.get("")
async def list_commands(
    station_id: str, operator: Operator, dispatch: DispatchDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[CommandRecord]:
    """What the station was told, the newest first."""
    async with dispatch.database.snapshot(operator.tenant) as unit:
        rows = await repository.list_commands(unit, station_id, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=CommandRecord.of, key=lambda row: [row.id])


@router.get("/{command_id}")
async def read_command(station_id: str, command_id: str, operator: Operator, dispatch: DispatchDep) -> CommandRecord:
    """One command and what became of it."""
    async with dispatch.database.snapshot(operator.tenant) as unit:
        return CommandRecord.of(await dispatch.read(unit, station_id, command_id))


@router.delete("/{command_id}")
async def cancel_command(station_id: str, command_id: str, operator: Operator, dispatch: DispatchDep) -> CommandRecord:
    """A queued command is taken back."""
    async with dispatch.database.transaction(operator.tenant) as unit:
        return CommandRecord.of(await dispatch.cancel(unit, station_id, command_id))


async def _body_of(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_PAYLOAD_BYTES:
            raise InvalidRequest(f"A payload has at most {MAX_PAYLOAD_BYTES} bytes.")
    return bytes(body) or b"{}"
