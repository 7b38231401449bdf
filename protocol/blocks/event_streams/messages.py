"""What a station and the CSMS say about streams of values."""

from datetime import datetime

import msgspec

from protocol.domain.event_stream import StreamPace


class EventStream(msgspec.Struct, frozen=True):
    """A stream of the values of the variable that the monitor `monitor_id` watches."""

    stream_id: int
    monitor_id: int
    pace: StreamPace


class OpenEventStream(msgspec.Struct, frozen=True):
    """The station wants to send a stream."""

    stream: EventStream


class CloseEventStream(msgspec.Struct, frozen=True):
    """The station sends it no more."""

    stream_id: int


class StreamValue(msgspec.Struct, frozen=True):
    """A value as the station wrote it."""

    measured_at: datetime
    value: str


class EventStreamValues(msgspec.Struct, frozen=True):
    """Values of a stream; `pending` more wait at the station."""

    stream_id: int
    values: tuple[StreamValue, ...]
    pending: int


class AdjustEventStream(msgspec.Struct, frozen=True):
    """The CSMS wants another pace."""

    stream_id: int
    pace: StreamPace


class GetEventStreams(msgspec.Struct, frozen=True):
    """The CSMS asks which streams are open."""


class EventStreamsReply(msgspec.Struct, frozen=True):
    """Those that are open."""

    streams: tuple[EventStream, ...]
