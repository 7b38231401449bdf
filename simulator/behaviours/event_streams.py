"""Streams of values that periodic monitors see, in place of events (OCPP 2.1 N11 to N15).

A stream is opened with its monitor, and flows once the CSMS has accepted it; one that it refuses is dropped, and its
monitor tells events again. Values are sent when there are as many as the pace says, or when its interval is over.
"""

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
from protocol.domain.commands import CommandReply
from protocol.domain.event_stream import StreamPace
from simulator.state import StationState
from simulator.watching import OpenStream, Watch, Watched

_MOST_AT_ONCE = 100


def open_stream(state: StationState, watch: Watch, watched: Watched, pace: StreamPace) -> None:
    """The monitor has a stream, for which the CSMS is asked (N11)."""
    watched.stream = OpenStream(watch.next_id(), pace)
    stream = EventStream(watched.stream.stream_id, watched.monitor.monitor_id, pace)
    state.post(OpenEventStream(stream), is_triggered=True)


def on_opened(state: StationState, message: OpenEventStream, reply: CommandReply, now: float) -> None:
    """The stream flows, or there is none."""
    watched = None if state.watch is None else state.watch.find_stream(message.stream.stream_id)
    if watched is None or watched.stream is None:
        return
    if reply.is_accepted:
        watched.stream.is_open, watched.stream.sent_at = True, now
    else:
        watched.stream = None


def close(state: StationState, watched: Watched) -> None:
    """The monitor's stream, if it has one, is sent no more (N13)."""
    stream, watched.stream = watched.stream, None
    if stream is not None and stream.is_open and state.is_online:
        state.post(CloseEventStream(stream.stream_id), is_triggered=True)


def carry(state: StationState, stream: OpenStream, value: str, now: float) -> None:
    """The value is sent, when it is time for it (N12). Of too many that wait the oldest go."""
    if not stream.is_open:
        return
    stream.waiting.append(StreamValue(state.instant(now), value))
    del stream.waiting[:-_MOST_AT_ONCE]
    pace = stream.pace
    enough = min(pace.values or (_MOST_AT_ONCE if pace.interval_s else 1), _MOST_AT_ONCE)
    is_full = len(stream.waiting) >= enough
    if is_full or (pace.interval_s and now >= stream.sent_at + pace.interval_s):
        state.post(EventStreamValues(stream.stream_id, tuple(stream.waiting), pending=0))
        stream.waiting.clear()
        stream.sent_at = now


def on_adjust(state: StationState, message: AdjustEventStream, _now: float) -> CommandReply:
    """The stream flows at another pace from its next value on (N14)."""
    watched = None if state.watch is None else state.watch.find_stream(message.stream_id)
    if watched is None or watched.stream is None:
        return CommandReply(status="Rejected", reason="UnknownStream")
    watched.stream.pace = message.pace
    return CommandReply(status="Accepted")


def on_get(state: StationState, _message: GetEventStreams, _now: float) -> EventStreamsReply:
    """The streams that are open (N15)."""
    monitors = () if state.watch is None else state.watch.monitors
    return EventStreamsReply(
        tuple(
            EventStream(one.stream.stream_id, one.monitor.monitor_id, one.stream.pace)
            for one in monitors
            if one.stream is not None and one.stream.is_open
        )
    )
