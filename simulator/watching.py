"""What a station keeps of the monitors that it was given: made when the first one is."""

from dataclasses import dataclass, field

from protocol.blocks.event_streams.messages import StreamValue
from protocol.blocks.monitoring.messages import Monitor, MonitoringBase, MonitorKind
from protocol.domain.device_model import VariableName
from protocol.domain.event_stream import StreamPace


@dataclass(slots=True, eq=False)
class OpenStream:
    """A stream whose values the CSMS takes once it `is_open`; `waiting` are values that were not sent yet."""

    stream_id: int
    pace: StreamPace
    is_open: bool = False
    waiting: list[StreamValue] = field(default_factory=list)
    sent_at: float = 0.0


@dataclass(slots=True, eq=False)
class Watched:
    """One monitor, and what it last saw.

    `seen` is the value that a difference is counted from, `is_beyond` whether the limit was passed when last told, and
    `due_at` when a periodic one speaks next.
    """

    name: VariableName
    monitor: Monitor
    seen: object = None
    is_beyond: bool = False
    due_at: float | None = None
    stream: OpenStream | None = None

    @property
    def is_periodic(self) -> bool:
        return self.monitor.kind in (MonitorKind.PERIODIC, MonitorKind.PERIODIC_CLOCK_ALIGNED)


@dataclass(slots=True, eq=False)
class Watch:
    """All monitors. Only what is as severe as `level`, or more, is told: 0 is the worst."""

    base: MonitoringBase = MonitoringBase.FACTORY_DEFAULT
    level: int = 9
    monitors: list[Watched] = field(default_factory=list)
    last_id: int = 0
    events: int = 0

    def find(self, monitor_id: int) -> Watched | None:
        """The monitor of that id."""
        return next((one for one in self.monitors if one.monitor.monitor_id == monitor_id), None)

    def find_stream(self, stream_id: int) -> Watched | None:
        """The monitor whose values the stream carries."""
        streaming = (one for one in self.monitors if one.stream is not None)
        return next((one for one in streaming if one.stream and one.stream.stream_id == stream_id), None)

    def next_id(self) -> int:
        """An id that no monitor, and no stream, has had."""
        self.last_id += 1
        return self.last_id
