"""The watcher for kernels without a death signal, exercised here although Linux itself does not need it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from chargeyard.embedded import launch
from chargeyard.embedded.process import command_line

# Launches `sleep` under the pipe guard, prints its pid, and stays until it is killed.
PARENT_PROGRAM = """
import os, subprocess, sys
launcher, folder = sys.argv[1:]
guard = [str(os.getpid()), "pipe", "9", str(os.getuid()), str(os.getgid()), folder]
child = subprocess.Popen([sys.executable, "-I", "-S", launcher, *guard, "/bin/sleep", "60"], stdin=subprocess.PIPE)
print(child.pid, flush=True)
child.wait()
"""


def test_watcher_ends_the_server_when_its_parent_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT_PROGRAM, launch.__file__, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        deadline = time.monotonic() + 5
        while not command_line(pid).startswith("/bin/sleep") and time.monotonic() < deadline:
            time.sleep(0.01)
        started = command_line(pid)
        os.kill(parent.pid, signal.SIGKILL)

    while command_line(pid) and time.monotonic() < deadline:
        time.sleep(0.01)

    assert started.startswith("/bin/sleep")
    assert command_line(pid) == ""
