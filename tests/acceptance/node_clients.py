"""The npm packages `ocpp-rpc` and `ocpp-ws-io`, each in a process of its own, played through `node/station.js`."""

import asyncio
import contextlib
import hashlib
import itertools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.acceptance.clients import PATIENCE_S, Client, ClientRefused

SCRIPTS = Path(__file__).with_name("node")
PACKAGES = ("package.json", "package-lock.json", ".npmrc", "no-logger/package.json", "no-logger/index.js")
INSTALL_TIMEOUT_S = 90.0


class NodeUnavailable(Exception):
    """The packages cannot be had on this machine; the sentence says why."""


def install_packages(cache: Path) -> Path:
    """The folder of the packages that `node/package-lock.json` pins, installed at most once for each content.

    Raises NodeUnavailable.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise NodeUnavailable("Node.js 18 or newer with npm is needed for the clients of npm")
    contents = b"\0".join((SCRIPTS / name).read_bytes() for name in PACKAGES)
    folder = cache / hashlib.sha256(contents).hexdigest()[:16]
    if not folder.exists():
        _install(npm, folder)
    return folder / "node_modules"


def _install(npm: str, folder: Path) -> None:
    """The folder appears whole or not at all; where two test processes install at once the first one's stays."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as parent:
        unfinished = Path(parent) / folder.name
        for name in PACKAGES:
            (unfinished / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SCRIPTS / name, unfinished / name)
        _run_npm_ci(npm, unfinished)
        with contextlib.suppress(OSError):
            unfinished.rename(folder)


def _run_npm_ci(npm: str, folder: Path) -> None:
    try:
        done = subprocess.run(
            [npm, "ci"], cwd=folder, capture_output=True, text=True, check=False, timeout=INSTALL_TIMEOUT_S
        )
    except subprocess.TimeoutExpired as late:
        raise NodeUnavailable(f"npm ci did not end within {INSTALL_TIMEOUT_S:.0f} s") from late
    if done.returncode != 0:
        raise NodeUnavailable(f"npm ci failed: {done.stderr.strip()}")


class NodeClient(Client):
    """One of the scripts of `node/`, in strict mode: what breaks its schemas is a complaint."""

    def __init__(
        self, endpoint: str, name: str, password: str, *, package: str, modules: Path, version: str = "1.6"
    ) -> None:
        super().__init__(endpoint, name, password, version=version)
        self._package = package
        self._modules = modules
        self._numbers = itertools.count(1)
        self._reports: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def connect(self) -> str:
        if self._process is None:
            await self._spawn()
        return str(await self._order("connect"))

    async def drop(self) -> None:
        await self._order("drop")

    async def call(self, action: str, **payload: Any) -> Any:
        return await self._order("call", action=action, payload=payload)

    async def answer(self, action: str, **payload: Any) -> None:
        await self._order("answer", action=action, payload=payload)

    async def close(self) -> None:
        if self._process is None or self._reading is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading

    async def _spawn(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            "node",
            SCRIPTS / f"{self._package}.js",
            self.endpoint,
            self.name,
            self.password,
            f"ocpp{self.version}",
            env=os.environ | {"NODE_PATH": str(self._modules)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read(self._process.stdout))

    async def _order(self, order: str, **details: Any) -> Any:
        assert self._process is not None
        assert self._process.stdin is not None
        number = next(self._numbers)
        reported = self._reports[number] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(json.dumps({"id": number, "order": order, **details}).encode() + b"\n")
        report = await asyncio.wait_for(reported, PATIENCE_S)
        if "error" in report:
            raise ClientRefused(f"{report['code'] or order}: {report['error']}")
        return report["result"]

    async def _read(self, lines: asyncio.StreamReader | None) -> None:
        assert lines is not None
        async for line in lines:
            report = json.loads(line)
            if "complaint" in report:
                self.complaints.append(report["complaint"])
            elif "asked" in report:
                self._asked.put_nowait((report["asked"], report["payload"]))
            else:
                self._settle(report["id"], report)
        for number in [*self._reports]:
            self._settle(number, {"error": f"the {self._package} client ended", "code": None})

    def _settle(self, number: int, report: dict[str, Any]) -> None:
        reported = self._reports.pop(number)
        if not reported.done():  # whoever waited may have given up
            reported.set_result(report)
