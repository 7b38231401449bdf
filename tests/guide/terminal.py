"""A shell that a page's commands are typed into, and what it prints."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

_MARK = "--- typed to here, failed: "
_POLL_S = 0.05
_LEFT_S = 5.0
_Found = TypeVar("_Found")


class Failure(NamedTuple):
    """A command that did not end with 0; `line` counts from 1 in what was typed."""

    line: int
    code: int


class Terminal:
    """A bash in a folder, in a session of its own; standard output and errors come as one."""

    def __init__(self, folder: Path, environ: Mapping[str, str], *, scratch: Path) -> None:
        self._lines: list[str] = []
        self._scratch, self._scripts = scratch, 0
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._shell.stdout is not None
        with self._shell.stdout as printed:
            for line in printed:
                self._lines.append(line.rstrip("\n"))

    @property
    def lines(self) -> Sequence[str]:
        """What was printed until now."""
        return [line for line in self._lines if not line.startswith(_MARK)]

    def type(self, text: str, *, timeout_s: float) -> Failure | None:
        """The first command that failed, once all have ended. Raises TimeoutError."""
        began = len(self._lines)
        script = self._script(text)
        self._send(
            "guide_failed=; trap 'guide_failed=${guide_failed:-\"$? $LINENO\"}' ERR\n"
            f". '{script}' < /dev/null\n"
            f"trap - ERR; printf '\\n%s%s\\n' '{_MARK}' \"$guide_failed\"\n"
        )
        said = wait_for(lambda: self._mark_since(began), timeout_s=timeout_s, ended=self.has_ended)
        if said is None:
            raise TimeoutError
        code, _, line = said.removeprefix(_MARK).partition(" ")
        return Failure(int(line), int(code)) if code else None

    def start(self, text: str) -> None:
        """What is typed runs on; nobody waits for it."""
        self._send(f". '{self._script(text)}' < /dev/null\n")

    def interrupt(self, *, timeout_s: float) -> bool:
        """Whether everything in this terminal has ended after a Ctrl-C; it is killed where it has not."""
        self._signal(signal.SIGINT)
        return self.close(timeout_s=timeout_s)

    def close(self, *, timeout_s: float) -> bool:
        """Whether the shell has ended by itself, now that nothing more is typed."""
        assert self._shell.stdin is not None
        try:
            self._shell.stdin.close()
            self._shell.wait(timeout_s)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            return False
        finally:
            self._signal(signal.SIGKILL)
            self._shell.wait()
            # Whoever left the session and kept its output open is not waited for.
            self._reader.join(_LEFT_S)
        return True

    def has_ended(self) -> bool:
        return self._shell.poll() is not None

    def _script(self, text: str) -> Path:
        """A file that is sourced: the commands have the shell's own variables, and lines that can be counted."""
        self._scripts += 1
        path = self._scratch / f"{self._shell.pid}-{self._scripts}.sh"
        path.write_text(text)
        return path

    def _send(self, text: str) -> None:
        assert self._shell.stdin is not None
        self._shell.stdin.write(text)
        self._shell.stdin.flush()

    def _mark_since(self, began: int) -> str | None:
        return next((line for line in self._lines[began:] if line.startswith(_MARK)), None)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._shell.pid, number)


def wait_for(look: Callable[[], _Found | None], *, timeout_s: float, ended: Callable[[], bool]) -> _Found | None:
    """What `look` finds in time; None where it finds nothing, or nothing can come any more."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        is_last = ended()
        if (found := look()) is not None:
            return found
        if is_last:
            return None
        time.sleep(_POLL_S)
    return None
