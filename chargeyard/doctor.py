"""`chargeyard doctor`: what this machine has, what it lacks, and the fix for each.

Standard library only: `dev.py` runs it before anything is installed, to say why installing would fail.
"""

import argparse
import importlib.util
import os
import platform
import resource
import shutil
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 13)
NEEDED_DISK_BYTES = 2 * 1024**3
# A socket per station, and the servers' own files.
WANTED_OPEN_FILES = 65_536
NEEDED_OPEN_FILES = 1_024
# What `up` listens on unless told otherwise.
DEFAULT_PORTS = {8000: "REST", 9000: "stations"}


class Grade(Enum):
    GOOD = "ok"
    OPTIONAL = "optional"
    BAD = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `fix` says what to do unless it is good."""

    subject: str
    grade: Grade
    seen: str
    fix: str = ""


def main(argv: Sequence[str]) -> int:
    """0 unless something that the platform needs is missing."""
    argparse.ArgumentParser(
        prog="chargeyard doctor", description="Check this machine; exit 1 where something needed is missing."
    ).parse_args(argv)
    findings = [finding for check in CHECKS for finding in check()]
    for finding in findings:
        print(f"{finding.grade.value:<9} {finding.subject:<12} {finding.seen}")
        if finding.fix:
            print(f"{'':<9} {'':<12} fix: {finding.fix}")
    return 1 if any(finding.grade is Grade.BAD for finding in findings) else 0


def check_python() -> list[Finding]:
    found = platform.python_version()
    if OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        return [Finding("Python", Grade.GOOD, found)]
    return [Finding("Python", Grade.BAD, found, "install Python 3.11, 3.12 or 3.13 and run dev.py with it")]


def check_platform() -> list[Finding]:
    seen = f"{platform.system()} {platform.machine()}"
    if platform.system() in ("Linux", "Darwin") and platform.machine() in ("x86_64", "aarch64", "arm64"):
        return [Finding("platform", Grade.GOOD, seen)]
    return [Finding("platform", Grade.BAD, seen, "use 64-bit Linux, macOS, or WSL 2 on Windows: the servers need it")]


def check_venv() -> list[Finding]:
    if sys.prefix != sys.base_prefix:
        return [Finding("venv", Grade.GOOD, f"running in {sys.prefix}")]
    if (REPOSITORY / ".venv" / "bin" / "python").exists():
        return [Finding("venv", Grade.GOOD, ".venv is there")]
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return [Finding("venv", Grade.GOOD, "not made yet; `python3 dev.py up` makes it")]
    fix = "install the package python3-venv (Debian, Ubuntu: apt-get install python3-venv)"
    return [Finding("venv", Grade.BAD, "this Python cannot make virtual environments", fix)]


def check_ports() -> list[Finding]:
    return [_check_port(port, purpose=purpose) for port, purpose in DEFAULT_PORTS.items()]


def check_disk() -> list[Finding]:
    free = shutil.disk_usage(REPOSITORY).free
    seen = f"{free / 1024**3:.1f} GiB free"
    if free >= NEEDED_DISK_BYTES:
        return [Finding("disk", Grade.GOOD, seen)]
    return [Finding("disk", Grade.BAD, seen, f"free at least {NEEDED_DISK_BYTES // 1024**3} GiB beside the project")]


def check_open_files() -> list[Finding]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    seen = f"{_limit(soft)} now, may be raised to {_limit(hard)}"
    if hard == resource.RLIM_INFINITY or hard >= WANTED_OPEN_FILES:
        return [Finding("open files", Grade.GOOD, seen)]
    grade = Grade.BAD if hard < NEEDED_OPEN_FILES else Grade.OPTIONAL
    fix = f"raise the hard limit to {WANTED_OPEN_FILES} for large fleets (nofile in /etc/security/limits.conf)"
    return [Finding("open files", grade, seen, fix)]


def check_memory() -> list[Finding]:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    seen = f"{total / 1024**3:.1f} GiB, {os.cpu_count()} cores"
    if total >= 1024**3:
        return [Finding("memory", Grade.GOOD, seen)]
    return [Finding("memory", Grade.BAD, seen, "use a machine with 1 GiB of memory or more")]


CHECKS: tuple[Callable[[], list[Finding]], ...] = (
    check_python,
    check_platform,
    check_venv,
    check_ports,
    check_disk,
    check_memory,
    check_open_files,
)


def _check_port(port: int, *, purpose: str) -> Finding:
    subject = f"port {port}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            fix = "stop what listens there (another `up`?), or give `up` another port: python3 dev.py up --help"
            return Finding(subject, Grade.OPTIONAL, f"taken, wanted for {purpose} ({error.strerror})", fix)
    return Finding(subject, Grade.GOOD, f"free for {purpose}")


def _limit(number: int) -> str:
    return "unlimited" if number == resource.RLIM_INFINITY else str(number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
