"""The four streams: what each holds, for how long, and what happens when it is full."""

from dataclasses import dataclass
from typing import Literal

from protocol.bus.subjects import Kind, Stream, kind_filter

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """One stream. When full it refuses what is new (facts are never pushed out) or drops what is old."""

    stream: Stream
    kind: Kind
    discard: Literal["new", "old"]
    max_age_s: int
    duplicate_window_s: int

    @property
    def subjects(self) -> list[str]:
        """What the stream captures."""
        return [kind_filter(self.kind)]


STREAM_PLANS: tuple[StreamPlan, ...] = (
    StreamPlan(Stream.FACTS, Kind.STATION, "new", 90 * _DAY_S, duplicate_window_s=3_600),
    # Readings carry no message id: their rows have a natural key, and the broker need not remember them.
    StreamPlan(Stream.READINGS, Kind.READING, "old", 7 * _DAY_S, duplicate_window_s=1),
    StreamPlan(Stream.DOMAIN, Kind.DOMAIN, "new", 90 * _DAY_S, duplicate_window_s=3_600),
    StreamPlan(Stream.FRAMES, Kind.FRAME, "old", 3 * _DAY_S, duplicate_window_s=1),
)
