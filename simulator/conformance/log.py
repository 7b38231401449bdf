"""What went over the wire in one case: every frame with its time and direction, and what happened to the socket."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum


class Heading(Enum):
    """Where a frame goes; a note goes nowhere."""

    TO_CSMS = "to CSMS"
    TO_STATION = "to station"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the log; `at_s` counts from the beginning of the case. `station` tells sockets apart."""

    at_s: float
    heading: Heading
    text: str
    station: str = ""


@dataclass(slots=True)
class WireLog:
    """The records in their order; `clock` is monotonic, in seconds."""

    clock: Callable[[], float]
    records: list[Record] = field(default_factory=list)
    began_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.began_s = self.clock()

    @property
    def elapsed_s(self) -> float:
        """Since the log began."""
        return self.clock() - self.began_s

    def write(self, heading: Heading, text: str, *, station: str = "") -> None:
        """One more record, now."""
        self.records.append(Record(self.elapsed_s, heading, text, station))

    def note(self, text: str, *, station: str = "") -> None:
        """Something that is no frame: a socket that opens, a handshake that is refused."""
        self.write(Heading.NOTE, text, station=station)
