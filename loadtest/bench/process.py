"""A server under measurement: a child process on a core of its own, its CPU time and memory read from /proc."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from loadtest.bench.meter import MeterFailed

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_START_S = 20.0


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident_kib(pid: int) -> int:
    """Resident memory of a process. Raises MeterFailed where there is none."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise MeterFailed(f"process {pid} is gone")


class ServerUnderTest:
    """`python -m MODULE …` pinned to one core, for as long as the context lasts."""

    def __init__(self, module: str, arguments: Sequence[str] = (), *, port: int, core: int, environ: Mapping[str, str]):
        self.port = port
        self._process = subprocess.Popen(  # noqa: S603 # our own modules
            [sys.executable, "-m", module, *arguments],
            env={**os.environ, **environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.sched_setaffinity(self._process.pid, {core})

    def __enter__(self) -> "ServerUnderTest":
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return self
        self.__exit__()
        raise MeterFailed(f"{self._process.args!r} does not listen on port {self.port}")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def cpu_s(self) -> float:
        """User and system time so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND

    def resident_kib(self) -> int:
        """Resident memory."""
        return resident_kib(self._process.pid)
