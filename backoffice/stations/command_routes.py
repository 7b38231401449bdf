"""The REST interface for commands. A station's answer is 200, also where it says no; see `errors.py` for the rest.

Start and stop are sent once and never repeated by us: a time-out leaves the outcome unknown (504).
"""

import secrets
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends

from backoffice.kit.auth import Operator
from backoffice.kit.service import provided
from backoffice.stations.schemas import (
    CommandView,
    ResetBody,
    StartBody,
    StopBody,
    TriggerBody,
    VariablesBody,
    VariablesView,
    VariableView,
)
from backoffice.stations.service import Stations
from protocol.blocks.provisioning.messages import GetVariables, Reset, VariableName, VariablesReply
from protocol.blocks.remote_control.messages import RequestStart, RequestStop, TriggerMessage
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import IdToken, StationId, StationKey, TransactionId

router = APIRouter(prefix="/stations/{station_id}/commands", tags=["commands"])
StationsDep = Annotated[Stations, Depends(provided(Stations))]


async def _addressed(station_id: str, operator: Operator, stations: StationsDep) -> StationKey:
    """The operator's own station, which exists."""
    async with stations.database.transaction(operator.tenant) as unit:
        station = await stations.read_station(unit, station_id)
    return StationKey(operator.tenant, StationId(station.id))


Addressed = Annotated[StationKey, Depends(_addressed)]


@router.post("/start")
async def start(body: StartBody, station: Addressed, stations: StationsDep) -> CommandView:
    """RequestStartTransaction (1.6 RemoteStartTransaction)."""
    remote_start_id = secrets.randbelow(2**31) if body.remote_start_id is None else body.remote_start_id
    return await _send(
        stations, station, RequestStart(IdToken(body.token, body.token_type), remote_start_id, evse=body.evse)
    )


@router.post("/stop")
async def stop(body: StopBody, station: Addressed, stations: StationsDep) -> CommandView:
    """RequestStopTransaction (1.6 RemoteStopTransaction)."""
    return await _send(stations, station, RequestStop(TransactionId(body.transaction_id)))


@router.post("/reset")
async def reset(body: ResetBody, station: Addressed, stations: StationsDep) -> CommandView:
    """Reset."""
    return await _send(stations, station, Reset(body.kind, evse=body.evse))


@router.post("/trigger")
async def trigger(body: TriggerBody, station: Addressed, stations: StationsDep) -> CommandView:
    """TriggerMessage."""
    return await _send(stations, station, TriggerMessage(body.requested, evse=body.evse))


@router.post("/get_variables")
async def get_variables(body: VariablesBody, station: Addressed, stations: StationsDep) -> VariablesView:
    """GetVariables (1.6 GetConfiguration)."""
    names = tuple(VariableName(name.variable, component=name.component, evse=name.evse) for name in body.names)
    reply = await stations.commands.send(station, GetVariables(names), reply=VariablesReply)
    results = [
        VariableView(
            variable=result.name.variable,
            component=result.name.component,
            evse=result.name.evse,
            status=result.status,
            value=result.value,
            is_readonly=result.is_readonly,
        )
        for result in reply.results
    ]
    return VariablesView(results=results)


async def _send(stations: Stations, station: StationKey, message: msgspec.Struct) -> CommandView:
    reply = await stations.commands.send(station, message, reply=CommandReply)
    return CommandView(status=reply.status, reason=reply.reason, transaction_id=reply.transaction_id)
