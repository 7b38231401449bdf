"""Locust's processes: a master, workers, or one alone, in the environment that dev.py makes for them.

Locust stays out of the project's own environment: it brings a plugin of pytest, and gevent, which changes the standard
library of whichever process loads it.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
PYTHON_VARIABLE = "LOADTEST_PYTHON"
_STOP_TIMEOUT_S = 15
_ENDS_WITHIN_S = 45.0
_OWN_WORKERS_WITHIN_S = 60


class LocustMissing(Exception):
    """There is no environment with Locust in it."""

    def __init__(self, python: Path) -> None:
        super().__init__(
            f"there is no {python}: `python3 dev.py loadtest` installs Locust there; "
            f"or name the Python of an environment that has it in {PYTHON_VARIABLE}"
        )


class Locust:
    """The processes of one run. `stop` ends them in order; they are gone after `wait`."""

    def __init__(self) -> None:
        self._main: asyncio.subprocess.Process
        self._workers: list[asyncio.subprocess.Process] = []

    async def start(
        self,
        *,
        crew: Path,
        results: Path,
        thresholds: Path,
        workers: int,
        expect_workers: int,
        listen: str,
        master_port: int,
        ui_port: int | None,
    ) -> None:
        """They run. Raises LocustMissing and OSError."""
        arguments = ["--crew", crew, "--results", results, "--thresholds", thresholds, "--csv", results / "locust"]
        if ui_port is None:
            arguments += ["--headless", "--only-summary"]
        else:
            arguments += ["--autostart", "--autoquit", "3", "--web-host", "127.0.0.1", "--web-port", ui_port]
        if workers or expect_workers:
            arguments += ["--master", "--master-bind-host", listen, "--master-bind-port", master_port]
            arguments += ["--expect-workers", workers + expect_workers]
        if workers and not expect_workers:
            # People on other machines take their time; our own workers are there at once, or never.
            arguments += ["--expect-workers-max-wait", _OWN_WORKERS_WITHIN_S]
        self._main = await _spawn([*map(str, arguments)], log=results / "locust.log", shows_output=True)
        for number in range(1, workers + 1):
            joining = ["--worker", "--master-host", "127.0.0.1", "--master-port", str(master_port)]
            self._workers.append(await _spawn(joining, log=results / f"worker-{number}.log"))

    async def wait(self) -> int:
        """The exit code of the master, or of the one alone; its workers have ended as well."""
        code = await self._main.wait()
        for worker in self._workers:
            await _end(worker)
        return code

    def stop(self) -> None:
        """The run ends as if its time were over, as far as it came."""
        with contextlib.suppress(ProcessLookupError):
            self._main.send_signal(signal.SIGINT)

    async def end(self) -> None:
        """Nothing runs any more, whatever became of it."""
        for process in (self._main, *self._workers):
            await _end(process)


def check_locust() -> None:
    """Locust can be started. Raises LocustMissing."""
    _command()


def join_master(host: str, *, port: int) -> int:
    """The exit code of a worker of the run at `host`, once that is over. Raises LocustMissing."""
    command = [*_command(), "--worker", "--master-host", host, "--master-port", str(port)]
    worker = subprocess.Popen(command, env=_environ(), cwd=REPOSITORY)  # noqa: S603 # our own program
    while True:
        try:
            return worker.wait()
        except KeyboardInterrupt:
            continue  # it has heard it as well, and lets its users say goodbye


async def _spawn(arguments: Sequence[str], *, log: Path, shows_output: bool = False) -> asyncio.subprocess.Process:
    with log.open("wb") as file:
        return await asyncio.create_subprocess_exec(
            *_command(),
            *arguments,
            cwd=REPOSITORY,
            env=_environ(),
            stdin=subprocess.DEVNULL,
            stdout=None if shows_output else file,
            stderr=file,
            # Ctrl-C is for us: we pass it on, and remove the stations when they are gone.
            start_new_session=True,
        )


async def _end(process: asyncio.subprocess.Process) -> None:
    """The process is gone: asked first, then made to."""
    if process.returncode is not None:
        return
    try:
        async with asyncio.timeout(_ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _command() -> list[str]:
    python = Path(os.environ.get(PYTHON_VARIABLE) or REPOSITORY / ".venv-load" / "bin" / "python")
    if not python.exists():
        raise LocustMissing(python)
    return [str(python), "-m", "locust", "-f", str(LOCUSTFILE), "--stop-timeout", str(_STOP_TIMEOUT_S)]


def _environ() -> dict[str, str]:
    """Locust finds `loadtest` here; what else our own environment was told is none of its business."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOCUST_", "VIRTUAL_ENV"))}
    return kept | {"PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1"}
