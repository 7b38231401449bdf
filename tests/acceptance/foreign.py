"""Central systems of other authors, each as its users run it, and what they hear from our fleet."""

import asyncio
import hmac
import json
import os
import re
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from websockets.asyncio.server import basic_auth, serve
from websockets.typing import Subprotocol

from tests.acceptance.node_clients import SCRIPTS
from tests.simulator.peer_csms import PEERS, PeerCsms

PROGRAM = "ocpp-csms==0.1.0"
PROGRAM_VARIABLE = "CHARGEYARD_FOREIGN_CSMS"
_START_S = 20.0


@dataclass
class ForeignCsms:
    """`url` is without the station's id. `ended` counts the transactions whose end it has heard."""

    url: str
    ended: int = 0
    refused: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)


class ProgramUnavailable(Exception):
    """The program cannot be had on this machine; the sentence says why."""


@asynccontextmanager
async def ocpp_package(passwords: Mapping[str, str]) -> AsyncIterator[ForeignCsms]:
    """The Python package `ocpp` over `websockets`, with its own check of passwords."""
    csms, peer = ForeignCsms(""), PeerCsms()

    def is_known(user: str, password: str) -> bool:
        is_right = hmac.compare_digest(passwords.get(user, "").encode(), password.encode())
        if not is_right:
            csms.refused.add(user)
        return is_right

    guard = basic_auth(realm="csms", check_credentials=is_known)
    names = [Subprotocol(name) for name in PEERS]
    async with serve(peer.serve, "127.0.0.1", 0, subprotocols=names, process_request=guard) as server:
        csms.url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ocpp"
        yield csms
    csms.ended = sum(kind == "Stop" for kind, _ in peer.hearing.heard)


@asynccontextmanager
async def ocpp_rpc(passwords: Mapping[str, str], *, modules: Path) -> AsyncIterator[ForeignCsms]:
    """The server of the npm package `ocpp-rpc`, in strict mode."""
    process = await asyncio.create_subprocess_exec(
        *("node", SCRIPTS / "csms.js", json.dumps(dict(passwords))),
        env=os.environ | {"NODE_PATH": str(modules)},
        stdin=PIPE,
        stdout=PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        first = json.loads(await asyncio.wait_for(process.stdout.readline(), _START_S))
        csms = ForeignCsms(f"ws://127.0.0.1:{first['listening']}/ocpp")
        reading = asyncio.create_task(_read_reports(process.stdout, csms))
        yield csms
        process.stdin.close()
        await asyncio.wait_for(reading, _START_S)
    finally:
        await _end(process)


async def _read_reports(lines: asyncio.StreamReader, csms: ForeignCsms) -> None:
    async for line in lines:
        report = json.loads(line)
        if "complaint" in report:
            csms.complaints.append(report["complaint"])
        elif "refused" in report:
            csms.refused.add(report["refused"])
        else:
            is_end = report["action"] == "StopTransaction" or report["payload"].get("eventType") == "Ended"
            csms.ended += is_end


@asynccontextmanager
async def ocpp_csms_program(folder: Path) -> AsyncIterator[ForeignCsms]:
    """The program that the PyPI package `ocpp-csms` installs: 1.6 only, and everybody is let in."""
    process = await asyncio.create_subprocess_exec(
        folder / "bin" / "ocpp-csms",
        *("--host", "127.0.0.1", "--port", "0"),
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=PIPE,
        stderr=PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        said = (await asyncio.wait_for(process.stdout.readline(), _START_S)).decode()
        (port,) = re.findall(r"listening on port (\d+)", said)
        csms = ForeignCsms(f"ws://127.0.0.1:{port}")
        heard = asyncio.create_task(process.stdout.read())
        complained = asyncio.create_task(process.stderr.read())
        yield csms
        process.terminate()
        csms.ended = (await asyncio.wait_for(heard, _START_S)).count(b"TransactionStoppedEvent(")
        csms.complaints += (await asyncio.wait_for(complained, _START_S)).decode().splitlines()
    finally:
        await _end(process)


def install_program(cache: Path) -> Path:
    """The virtual environment that holds `ocpp-csms`, made once. Raises ProgramUnavailable."""
    if os.environ.get(PROGRAM_VARIABLE) != "1":
        raise ProgramUnavailable(f"{PROGRAM} is installed from the package index only with {PROGRAM_VARIABLE}=1")
    folder = cache / PROGRAM.replace("==", "-")
    if not (folder / "bin" / "ocpp-csms").exists():
        uv = Path(sys.executable).with_name("uv")
        _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder)
        _run(uv, "pip", "install", "--quiet", "--python", folder / "bin" / "python", PROGRAM)
    return folder


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0:
        raise ProgramUnavailable(f"{PROGRAM} cannot be installed: {done.stderr.strip()}")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()
