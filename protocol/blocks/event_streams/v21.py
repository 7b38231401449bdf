"""OCPP 2.1 event streams: OpenPeriodicEventStream and its kin."""

from datetime import datetime, timedelta

from protocol.blocks.event_streams.messages import (
    AdjustEventStream,
    CloseEventStream,
    EventStream,
    EventStreamsReply,
    EventStreamValues,
    GetEventStreams,
    OpenEventStream,
    StreamValue,
)
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.v21 import read_pace, write_pace
from protocol.dialects.v201 import answer_writer, read_answer
from protocol.dialects.words import given, read_timestamp, sent
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.errors import PropertyConstraintViolation
from protocol.wire import v21
from protocol.wire.structs import NoAnswer

_LONGEST_S = 10 * 365 * 86_400.0


def decode_open(request: v21.OpenPeriodicEventStreamRequest) -> OpenEventStream:
    """Source: OCPP 2.1 N11."""
    return OpenEventStream(stream=_read_stream(request.constant_stream_data))


def encode_open(message: OpenEventStream) -> v21.OpenPeriodicEventStreamRequest:
    """Source: OCPP 2.1 N11."""
    return v21.OpenPeriodicEventStreamRequest(constant_stream_data=_write_stream(message.stream))


def decode_close(request: v21.ClosePeriodicEventStreamRequest) -> CloseEventStream:
    """Source: OCPP 2.1 N13."""
    return CloseEventStream(stream_id=request.id)


def encode_close(message: CloseEventStream) -> v21.ClosePeriodicEventStreamRequest:
    """Source: OCPP 2.1 N13."""
    return v21.ClosePeriodicEventStreamRequest(id=message.stream_id)


def decode_values(request: v21.NotifyPeriodicEventStreamRequest) -> EventStreamValues:
    """Each value's time is an offset from the base time. Source: OCPP 2.1 N12."""
    base = read_timestamp(request.basetime, "$.basetime")
    return EventStreamValues(
        stream_id=request.id,
        values=tuple(StreamValue(_later(base, element.t), element.v) for element in request.data),
        pending=request.pending,
    )


def encode_values(message: EventStreamValues) -> v21.NotifyPeriodicEventStreamRequest:
    """The first value's time is the base. Source: OCPP 2.1 N12."""
    base = message.values[0].measured_at
    return v21.NotifyPeriodicEventStreamRequest(
        id=message.stream_id,
        pending=message.pending,
        basetime=format_timestamp(base),
        data=tuple(
            v21.StreamDataElement(t=(value.measured_at - base).total_seconds(), v=value.value)
            for value in message.values
        ),
    )


def decode_adjust(request: v21.AdjustPeriodicEventStreamRequest) -> AdjustEventStream:
    """Source: OCPP 2.1 N14."""
    return AdjustEventStream(stream_id=request.id, pace=read_pace(request.params))


def encode_adjust(message: AdjustEventStream) -> v21.AdjustPeriodicEventStreamRequest:
    """Source: OCPP 2.1 N14."""
    return v21.AdjustPeriodicEventStreamRequest(id=message.stream_id, params=write_pace(message.pace))


def decode_streams(response: v21.GetPeriodicEventStreamResponse) -> EventStreamsReply:
    """Source: OCPP 2.1 N15."""
    return EventStreamsReply(
        streams=tuple(_read_stream(stream) for stream in given(response.constant_stream_data) or ())
    )


def encode_streams(reply: EventStreamsReply) -> v21.GetPeriodicEventStreamResponse:
    """Source: OCPP 2.1 N15."""
    streams = tuple(_write_stream(stream) for stream in reply.streams)
    return v21.GetPeriodicEventStreamResponse(constant_stream_data=sent(streams or None))


def _later(base: datetime, offset_s: float) -> datetime:
    if not abs(offset_s) < _LONGEST_S:
        raise PropertyConstraintViolation(f"{offset_s!r} s after the base time is no time of a value", path="$.data")
    return base + timedelta(seconds=offset_s)


def _read_stream(stream: v21.ConstantStreamData) -> EventStream:
    return EventStream(stream_id=stream.id, monitor_id=stream.variable_monitoring_id, pace=read_pace(stream.params))


def _write_stream(stream: EventStream) -> v21.ConstantStreamData:
    return v21.ConstantStreamData(
        id=stream.stream_id, variable_monitoring_id=stream.monitor_id, params=write_pace(stream.pace)
    )


ROUTES = (
    Route(
        action="OpenPeriodicEventStream",
        direction=Direction.FROM_STATION,
        messages=(OpenEventStream,),
        reply=CommandReply,
        request=v21.OpenPeriodicEventStreamRequest,
        response=v21.OpenPeriodicEventStreamResponse,
        decode_request=decode_open,
        encode_request=encode_open,
        decode_response=read_answer,
        encode_response=answer_writer(v21.OpenPeriodicEventStreamResponse),
    ),
    Route(
        action="ClosePeriodicEventStream",
        direction=Direction.FROM_STATION,
        messages=(CloseEventStream,),
        reply=Heard,
        request=v21.ClosePeriodicEventStreamRequest,
        response=v21.ClosePeriodicEventStreamResponse,
        decode_request=decode_close,
        encode_request=encode_close,
        decode_response=read_heard,
        encode_response=heard_writer(v21.ClosePeriodicEventStreamResponse),
    ),
    Route(
        action="NotifyPeriodicEventStream",
        direction=Direction.FROM_STATION,
        messages=(EventStreamValues,),
        reply=Heard,
        request=v21.NotifyPeriodicEventStreamRequest,
        response=NoAnswer,
        decode_request=decode_values,
        encode_request=encode_values,
        decode_response=read_heard,
        encode_response=heard_writer(NoAnswer),
    ),
    Route(
        action="AdjustPeriodicEventStream",
        direction=Direction.FROM_CSMS,
        messages=(AdjustEventStream,),
        reply=CommandReply,
        request=v21.AdjustPeriodicEventStreamRequest,
        response=v21.AdjustPeriodicEventStreamResponse,
        decode_request=decode_adjust,
        encode_request=encode_adjust,
        decode_response=read_answer,
        encode_response=answer_writer(v21.AdjustPeriodicEventStreamResponse),
    ),
    Route(
        action="GetPeriodicEventStream",
        direction=Direction.FROM_CSMS,
        messages=(GetEventStreams,),
        reply=EventStreamsReply,
        request=v21.GetPeriodicEventStreamRequest,
        response=v21.GetPeriodicEventStreamResponse,
        decode_request=lambda _request: GetEventStreams(),
        encode_request=lambda _message: v21.GetPeriodicEventStreamRequest(),
        decode_response=decode_streams,
        encode_response=encode_streams,
    ),
)
