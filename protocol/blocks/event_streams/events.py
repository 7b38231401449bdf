"""What we hold true of a station's streams of values."""

import msgspec

from protocol.blocks.event_streams.messages import EventStream, StreamValue


class EventStreamOpened(msgspec.Struct, frozen=True):
    """The station sends the stream from now on."""

    stream: EventStream


class EventStreamClosed(msgspec.Struct, frozen=True):
    """The station sends it no more."""

    stream_id: int


class EventStreamReported(msgspec.Struct, frozen=True):
    """Values of a stream; `pending` more waited at the station."""

    stream_id: int
    values: tuple[StreamValue, ...]
    pending: int
