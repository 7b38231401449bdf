"""`up` as a person meets it: Ctrl-C, kill -9, the next `up`; and the wheel, installed where nothing else is."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chargeyard.platform import free_port
from chargeyard.rest import RestClient

# What is asserted of its speed holds where nothing else runs.
pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]


@contextmanager
def running_up(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`up` as a child, its output at hand; killed at the end where a test left it."""
    command = [sys.executable, "-m", "chargeyard", "up", "--data", str(folder), "--port", str(free_port())]
    command += ["--station-port", str(free_port()), "--stations", "4", *options]
    environ = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process: subprocess.Popen[str], pattern: str) -> str:
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if re.search(pattern, line):
            return seen
    raise AssertionError(f"{pattern!r} was not said; it said:\n{seen}")


def processes_of(folder: Path) -> list[int]:
    """Whoever names the folder, or works in it."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            texts = [(entry / "cmdline").read_text(), (entry / "environ").read_text(), str((entry / "cwd").readlink())]
        except (OSError, UnicodeDecodeError):
            continue
        if any(str(folder) in text for text in texts):
            found.append(int(entry.name))
    return found


def test_ctrl_c_is_clean_and_the_next_up_goes_on(tmp_path: Path) -> None:
    with running_up(tmp_path / "data") as first:
        banner = read_until(first, r"\d+ stations online · [1-9]\d* sessions running")
        first.send_signal(signal.SIGINT)
        goodbye = read_until(first, r"stopped; data stays")
        code = first.wait(timeout=30)
    password = re.search(r"demo operator +\S+ +(\S+)", banner)
    began = time.monotonic()
    with running_up(tmp_path / "data", "--no-fleet") as second:
        again = read_until(second, r"ready after")
        seconds = time.monotonic() - began
        again += read_until(second, r"Ctrl-C ends it")
        url = re.search(r"(http://\S+)/api/docs", again)
        assert url is not None
        assert password is not None
        sessions = asyncio.run(count_sessions(url[1], password[1]))
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=30) == 0

    assert "stopping" in goodbye
    assert code == 0
    assert password[1] in again
    assert f"{tmp_path / 'data' / 'mail'}/*.eml" in again
    assert sessions > 0
    assert seconds < 10
    assert (tmp_path / "data" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert processes_of(tmp_path) == []


async def count_sessions(url: str, password: str) -> int:
    async with RestClient(url) as operator:
        await operator.log_in("operator@example.com", password, role="operator")
        return len((await operator.get("/sessions"))["items"])


@pytest.mark.parametrize(
    "said", ["creating the database", "gateway is ready|backoffice is ready", "places are registered"]
)
def test_ctrl_c_gives_up_a_start(tmp_path: Path, said: str) -> None:
    with running_up(tmp_path / "data") as starting:
        read_until(starting, said)
        starting.send_signal(signal.SIGINT)
        began = time.monotonic()
        goodbye = read_until(starting, "stopped before it was ready")
        code = starting.wait(timeout=30)
        seconds = time.monotonic() - began
    with running_up(tmp_path / "data", "--no-fleet") as again:
        read_until(again, "Ctrl-C ends it")
        again.send_signal(signal.SIGINT)
        assert again.wait(timeout=30) == 0

    assert code == 0
    assert "ready after" not in goodbye.partition("stopping the start")[2]
    assert "Traceback" not in goodbye
    assert seconds < 5
    assert processes_of(tmp_path) == []


def test_kill_9_leaves_no_orphan(tmp_path: Path) -> None:
    with running_up(tmp_path / "data", "--no-fleet") as process:
        read_until(process, r"Ctrl-C ends it")
        assert len(processes_of(tmp_path)) >= 5
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while processes_of(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.05)

    assert processes_of(tmp_path) == []
