"""The REST interface for commands. A station's answer is 200, also where it says no; see `errors.py` for the rest.

A command is sent once and never repeated by us: a time-out leaves the outcome unknown (504). With `queue_until` one for
a station that is not connected waits instead of being refused (202). Every command leaves a record.

Lower-case names are typed (`typed_routes.py`) and the same in every OCPP version; a name in the wire's spelling
(`Reset`) is raw: the body is the exact payload of the station's version, and so is the answer.
"""

from fastapi import APIRouter, Request, Response

from backoffice.kit.bodies import read_body
from backoffice.kit.errors import InvalidRequest
from backoffice.kit.guards import StationsCommander, StationsReader
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.stations import command_repository
from backoffice.stations.command_desk import QUEUED, DeskDep, DispatchDep, StationsDep, queued
from backoffice.stations.command_schemas import CommandRecord
from backoffice.stations.raw import read_raw_call
from protocol.bus.commands import RawAnswer

router = APIRouter(prefix="/stations/{station_id}/commands", tags=["commands"])

MAX_PAYLOAD_BYTES = 64 * 1024
COMMAND_HEADER = "Chargeyard-Command"
RAW_BODY = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}


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
    station_id: str,
    operator: StationsReader,
    stations: StationsDep,
    dispatch: DispatchDep,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[CommandRecord]:
    """What the station was told, the newest first."""
    async with dispatch.database.snapshot(operator.tenant) as unit:
        await stations.read_station(unit, station_id)
        rows = await command_repository.list_commands(unit, station_id, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=CommandRecord.of, key=lambda row: [row.id])


@router.get("/{command_id}")
async def read_command(
    station_id: str, command_id: str, operator: StationsReader, dispatch: DispatchDep
) -> CommandRecord:
    """One command and what became of it."""
    async with dispatch.database.snapshot(operator.tenant) as unit:
        return CommandRecord.of(await dispatch.read(unit, station_id, command_id))


@router.delete("/{command_id}")
async def cancel_command(
    station_id: str, command_id: str, operator: StationsCommander, dispatch: DispatchDep
) -> CommandRecord:
    """A queued command is taken back."""
    async with dispatch.database.transaction(operator.tenant) as unit:
        return CommandRecord.of(await dispatch.cancel(unit, station_id, command_id))


async def _body_of(request: Request) -> bytes:
    refusal = InvalidRequest(f"A payload has at most {MAX_PAYLOAD_BYTES} bytes.")
    return await read_body(request.stream(), limit_bytes=MAX_PAYLOAD_BYTES, refusal=refusal) or b"{}"
