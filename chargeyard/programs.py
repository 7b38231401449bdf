"""Our own programs as child processes: started, waited for, watched, stopped.

Invariants:
1. A program dies with us, whatever ended us; it gets SIGTERM from us and time to drain otherwise.
2. It runs in a session of its own: Ctrl-C reaches us, and we stop it in order.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from chargeyard.embedded import launch
from chargeyard.errors import ChargeyardError

_POLL_S = 0.02
# Where every service is a process, more than a dozen load at once, and the machine may be slow.
_START_TIMEOUT_S = 240.0
_STOP_TIMEOUT_S = 20.0
_LOG_LIMIT_BYTES = 20_000_000
_LOG_TAIL_LINES = 15


class ProgramFailed(ChargeyardError):
    """A program of ours did not start, or ended without being asked to."""

    def __init__(self, name: str, reason: str, *, log_file: Path, last_lines: str) -> None:
        super().__init__(f"{name}: {reason}; its log, {log_file}, ends with\n{last_lines}")


class Program:
    """`python -m <module> …`, ready when `ready_url` answers 200."""

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str] = (),
        *,
        environ: Mapping[str, str],
        ready_url: str,
        log_file: Path,
    ) -> None:
        self.name = name
        self.log_file = log_file
        self._command = [sys.executable, "-m", module, *arguments]
        self._environ = environ
        self._ready_url = ready_url
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """The program is ready; raises ProgramFailed with the end of its log where it does not get so far."""
        self._spawn()
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not await asyncio.to_thread(self._is_ready):
            self.check_alive()
            if time.monotonic() > deadline:
                await self.kill()
                raise self._failed(f"not ready within {_START_TIMEOUT_S:.0f} s")
            await asyncio.sleep(_POLL_S)

    async def stop(self) -> None:
        """The program has drained and ended; killed where that takes too long."""
        await self._end_with(signal.SIGTERM)

    async def kill(self) -> None:
        """The program is gone as in a crash."""
        await self._end_with(signal.SIGKILL)

    def check_alive(self) -> None:
        """Raises ProgramFailed where the process ended without being asked to."""
        if self._process is not None and (code := self._process.poll()) is not None:
            raise self._failed(f"ended with {code}")

    def _spawn(self) -> None:
        if self.log_file.exists() and self.log_file.stat().st_size > _LOG_LIMIT_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        guard = "pdeathsig" if sys.platform == "linux" else "pipe"
        launcher = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), guard, str(int(signal.SIGKILL))]
        account = [str(os.geteuid()), str(os.getegid())]
        root = Path(__file__).parents[1]
        with self.log_file.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 # our own launcher, our own program
                [*launcher, *account, str(root), *self._command],
                stdin=subprocess.DEVNULL if guard == "pdeathsig" else subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, **self._environ},
            )

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self._ready_url, timeout=2) as response:  # noqa: S310 # our own http URL
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    async def _end_with(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(number)
        try:
            await asyncio.to_thread(process.wait, _STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            pass
        finally:
            process.kill()
            process.wait()

    def _failed(self, reason: str) -> ProgramFailed:
        lines = ""
        if self.log_file.exists():
            with self.log_file.open(errors="replace") as log:
                log.seek(self._log_start)
                lines = "\n".join(log.read().splitlines()[-_LOG_TAIL_LINES:])
        return ProgramFailed(self.name, reason, log_file=self.log_file, last_lines=lines)
