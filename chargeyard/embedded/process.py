"""One server process: started, watched, stopped and started again on the same address.

1. The process dies with the program that started it, whatever ended that program.
2. It runs in a session of its own: Ctrl-C reaches the program, which stops its servers in order.
3. On one data folder there is never more than one process, not even after a crash.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from chargeyard.embedded import launch
from chargeyard.embedded.errors import ServerDied, ServerStartFailed
from chargeyard.embedded.folders import Folders, make_private

POLL_INTERVAL_S = 0.01
START_TIMEOUT_S = 60.0
REFUSAL_GRACE_S = 3.0
STOP_TIMEOUT_S = 20.0
ORPHAN_GRACE_S = 5.0
LOG_LIMIT_BYTES = 10_000_000
LOG_TAIL_LINES = 12


class ServerProcess(ABC):
    """A server that this program owns.

    Start it from a thread that lives as long as the server should: the kernel's death signal follows the thread.
    """

    name: ClassVar[str]
    program: ClassVar[str]
    # Asks for an orderly end that keeps everything acknowledged.
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    # What the server gets when its parent is gone.
    death_signal: ClassVar[signal.Signals] = signal.SIGKILL
    # Ends of a start that only need another attempt: the previous process is still letting go.
    passing_refusals: ClassVar[Sequence[str]] = ()

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    @abstractmethod
    def url(self) -> str:
        """The address for clients; the same after a restart."""

    @abstractmethod
    def _command(self) -> list[str]:
        """Program and arguments, to be run inside `folder`."""

    @abstractmethod
    async def _answers(self) -> bool:
        """Whether the running process serves clients now."""

    @property
    def folder(self) -> Path:
        return self._folders.data_dir / self.name

    @property
    def log_file(self) -> Path:
        return self._folders.logs / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """The server answers; raises `ServerStartFailed` with the end of its log where it does not."""
        if self._process:
            return
        await self._prepare()
        refused_until = time.monotonic() + REFUSAL_GRACE_S
        while True:
            if await self._came_up(may_refuse=time.monotonic() < refused_until):
                return
            await asyncio.sleep(POLL_INTERVAL_S)

    async def stop(self) -> None:
        """The server has ended in order; killed where it takes longer than `STOP_TIMEOUT_S`."""
        await self._end_with(self.stop_signal)

    async def kill(self) -> None:
        """The server is gone as in a crash: nothing was flushed, nobody was told."""
        await self._end_with(signal.SIGKILL)

    def check_alive(self) -> None:
        """Raises `ServerDied` where the process ended without being asked to."""
        if self._process and (exit_code := self._process.poll()) is not None:
            raise ServerDied(self.name, exit_code=exit_code, log_file=self.log_file, last_lines=self._log_tail())

    async def _prepare(self) -> None:
        """Folder and log stand and no earlier process uses them; a server adds what it needs besides."""
        await self._end_orphan()
        self._limit_log()
        make_private(self.folder, self._folders.account)

    async def _came_up(self, *, may_refuse: bool) -> bool:
        deadline = time.monotonic() + START_TIMEOUT_S
        self._process = self._spawn(self._command())
        self._pid_file.write_text(str(self._process.pid))
        try:
            while self._process.poll() is None:
                if await self._answers():
                    return True
                if time.monotonic() > deadline:
                    raise self._start_failed(f"no answer within {START_TIMEOUT_S:.0f} s")
                await asyncio.sleep(POLL_INTERVAL_S)
        except BaseException:
            await self.kill()
            raise
        exit_code = self._process.returncode
        self._process = None
        if may_refuse and any(text in self._log_tail() for text in self.passing_refusals):
            return False
        raise self._start_failed(f"it ended with {exit_code}")

    async def _run_to_end(self, command: list[str], *, folder: Path) -> None:
        """A command of the server's own tools has succeeded inside `folder`."""
        process = self._spawn(command, folder=folder)
        try:
            await _has_ended(process, timeout_s=START_TIMEOUT_S)
        finally:
            process.kill()
            process.wait()
        if process.returncode != 0:
            raise self._start_failed(f"{Path(command[0]).name} ended with {process.returncode}")

    def _spawn(self, command: list[str], *, folder: Path | None = None) -> subprocess.Popen[bytes]:
        account = self._folders.account
        guard = "pdeathsig" if sys.platform == "linux" else "pipe"
        launcher = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), guard, str(int(self.death_signal))]
        with self.log_file.open("ab") as log:
            self._log_start = log.tell()
            return subprocess.Popen(  # noqa: S603 - our own launcher, our own server
                [*launcher, str(account.uid), str(account.gid), str(folder or self.folder), *command],
                stdin=subprocess.DEVNULL if guard == "pdeathsig" else subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # PG… would redirect PostgreSQL, and a translated log could not be read by us.
                env={k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"},
            )

    async def _end_with(self, number: signal.Signals) -> None:
        if not self._process:
            return
        process, self._process = self._process, None
        process.send_signal(number)
        try:
            await _has_ended(process, timeout_s=STOP_TIMEOUT_S)
        finally:
            process.kill()
            process.wait()
            if process.stdin:
                process.stdin.close()
        self._pid_file.unlink(missing_ok=True)

    async def _end_orphan(self) -> None:
        """No server of an earlier program uses the folder: one that is still dying gets time, then SIGKILL."""
        deadline = time.monotonic() + ORPHAN_GRACE_S
        while (pid := self._orphan_pid()) is not None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(POLL_INTERVAL_S)

    def _orphan_pid(self) -> int | None:
        try:
            pid = int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return pid if self._is_ours(pid) else None

    def _is_ours(self, pid: int) -> bool:
        """Whether `pid` is this server on this folder: a number may meanwhile belong to anybody, even to our others."""
        line = command_line(pid)
        return self.program in line and str(self._folders.runtime_dir) in line

    @property
    def _pid_file(self) -> Path:
        return self._folders.data_dir / f"{self.name}.pid"

    def _limit_log(self) -> None:
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_LIMIT_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))

    def _log_tail(self) -> str:
        if not self.log_file.exists():
            return ""
        with self.log_file.open(errors="replace") as log:
            log.seek(self._log_start)
            return "\n".join(log.read().splitlines()[-LOG_TAIL_LINES:])

    def _start_failed(self, reason: str) -> ServerStartFailed:
        return ServerStartFailed(self.name, reason=reason, log_file=self.log_file, last_lines=self._log_tail())


async def _has_ended(process: subprocess.Popen[bytes], *, timeout_s: float) -> bool:
    # Polled, not awaited: asyncio's own processes belong to one event loop, and tests have several.
    deadline = time.monotonic() + timeout_s
    while process.poll() is None:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(POLL_INTERVAL_S)
    return True


def command_line(pid: int) -> str:
    """The arguments of a process, blank where it is gone."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    listing = subprocess.run(["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)  # noqa: S603
    return listing.stdout
