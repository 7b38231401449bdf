"""What went over a station's socket, and what it deviates in, for operators."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from pydantic import TypeAdapter

from backoffice.kit.guards import TelemetryReader
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.sse import EventSourceResponse, EventStreamDep, ServerSentEvent
from backoffice.telemetry.domain import FrameSearch
from backoffice.telemetry.frames import frames_of
from backoffice.telemetry.routes import From, TelemetryDep, To
from backoffice.telemetry.schemas import DeviationView, MessageView
from protocol.bus.envelope import RawEnvelope
from protocol.bus.frames import FramesLogged
from protocol.bus.subjects import Kind, Stream, station_prefix
from protocol.domain.identifiers import StationId, StationKey

router = APIRouter(prefix="/telemetry", tags=["telemetry"])
_DAY = timedelta(days=1)
_Word = Annotated[str | None, Query(max_length=100)]
_views = TypeAdapter(list[MessageView])


@router.get("/stations/{station_id}/deviations")
async def list_deviations(
    station_id: StationId, operator: TelemetryReader, telemetry: TelemetryDep
) -> list[DeviationView]:
    """How often the station needed which rule, the most frequent first."""
    async with telemetry.database.transaction(operator.tenant) as unit:
        return [DeviationView.of(row) for row in await telemetry.list_deviations(unit, station_id)]


@router.get("/stations/{station_id}/messages")
async def search_frames(
    station_id: StationId,
    operator: TelemetryReader,
    telemetry: TelemetryDep,
    begin: From = None,
    end: To = None,
    direction: Literal["in", "out"] | None = None,
    action: _Word = None,
    verdict: _Word = None,
    message_id: _Word = None,
    text: Annotated[str | None, Query(max_length=100, description="Anywhere in the frame, in any case.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[MessageView]:
    """Frames in and out, newest first."""
    end = end or telemetry.clock()
    search = FrameSearch(
        begin=begin or end - _DAY,
        end=end,
        direction=direction,
        action=action,
        verdict=verdict,
        message_id=message_id,
        text=text,
    )
    async with telemetry.database.transaction(operator.tenant) as unit:
        rows = await telemetry.find_frames(unit, station_id, search, cursor=cursor, limit=limit)
        return page_of(rows, limit=limit, view=MessageView.of, key=lambda row: (row.at, row.frame_id))


@router.get("/stations/{station_id}/messages/live", response_class=EventSourceResponse)
async def follow_messages(
    station_id: StationId, operator: TelemetryReader, events: EventStreamDep
) -> AsyncIterator[ServerSentEvent]:
    """Frames in and out as they happen, some at a time: the data is a list of what the search shows."""
    prefix = station_prefix(StationKey(operator.tenant, station_id), Kind.FRAME)
    async for event in events.follow_stream(Stream.FRAMES, filter_subject=f"{prefix}>", show=_show):
        yield event


def _show(envelope: RawEnvelope) -> str:
    frames = frames_of(envelope, msgspec.json.decode(envelope.data, type=FramesLogged))
    return _views.dump_json([MessageView.of(frame) for frame in frames]).decode()
