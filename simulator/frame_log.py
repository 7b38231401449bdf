"""What stations wrote, one file for each: a frame a line, as it went to the socket.

Invariants:
1. A file holds nothing but its station's frames in their order: no time, no path, no order among stations.
2. Memory holds a few frames of each station, however long they live.
"""

from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from protocol.domain.identifiers import DEFAULT_TENANT
from simulator.clock import VirtualClock
from simulator.errors import SimulatorError
from simulator.memory_csms import MemoryCsms
from simulator.plan import StationPlan

SUFFIX = ".frames"
_HELD_BYTES = 64 * 1024


class FolderInUse(SimulatorError):
    """There are logs in the folder already, which would be mistaken for this run's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"{folder} holds frame logs already: give a folder that is empty, or that does not exist")


class FrameLogs:
    """The logs in one folder, complete once closed; `count` frames were written. Raises FolderInUse, OSError."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.glob(f"*{SUFFIX}")):
            raise FolderInUse(folder)
        self.count = 0
        self._folder = folder
        self._held: dict[str, bytearray] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in self._held:
            self._flush(name)

    def write(self, station: StationPlan, text: bytes) -> None:
        """One more frame of this station."""
        name = log_name(station)
        held = self._held.setdefault(name, bytearray())
        held += text + b"\n"
        self.count += 1
        if len(held) > _HELD_BYTES:
            self._flush(name)

    def _flush(self, name: str) -> None:
        with (self._folder / name).open("ab") as file:
            file.write(self._held[name])
        self._held[name].clear()


class LoggingCsms(MemoryCsms):
    """A CSMS in memory whose stations' frames are logged."""

    def __init__(self, logs: FrameLogs, *, clock: VirtualClock) -> None:
        super().__init__(clock)
        self._logs = logs

    def on_frame(self, station: StationPlan, text: bytes) -> None:
        self._logs.write(station, text)


def log_name(station: StationPlan) -> str:
    """The name of the station's file: its id, behind `tenant@` where that is not the default; both percent-encoded."""
    station_id = quote(station.station_id, safe="")
    prefix = "" if station.tenant == DEFAULT_TENANT else f"{quote(station.tenant, safe='')}@"
    return f"{prefix}{station_id}{SUFFIX}"
