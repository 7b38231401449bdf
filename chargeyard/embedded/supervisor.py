"""PostgreSQL, NATS and Valkey as one thing that starts, stays and ends together."""

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from chargeyard.embedded.folders import Folders, locate_data_dir, locked_data_dir
from chargeyard.embedded.nats import NatsServer
from chargeyard.embedded.postgres import DATABASE, PostgresServer
from chargeyard.embedded.process import ServerProcess
from chargeyard.embedded.valkey import ValkeyServer

WATCH_INTERVAL_S = 0.5


def say_nothing(line: str) -> None:
    """The report of those who want none."""


class EmbeddedServers:
    """The three servers on one data folder, ready inside `async with`.

    `DATABASE_URL`, `NATS_URL` and `REDIS_URL` in `environ` each replace a part: its URL is then the given one, and
    nothing is started for it. `durable=False` trades survival of a power cut for speed, for folders thrown away.
    With `has_users` NATS lets nobody in but the programs, each as its own user.
    Raises `DataFolderInUse`, `ServerStartFailed` or another `EmbeddedServerError`; nothing is left running then.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        report: Callable[[str], None] = say_nothing,
        nats_port: int | None = None,
        durable: bool = True,
        has_users: bool = False,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.data_dir = locate_data_dir(data_dir, report=report)
        self._folders = Folders.at(self.data_dir)
        self._report = report
        self.postgres = PostgresServer(self._folders, report=report, durable=durable)
        self.nats = NatsServer(self._folders, port=nats_port, has_users=has_users)
        self.valkey = ValkeyServer(self._folders)
        self._given_urls = {
            server: environ[variable] for server, variable in self._variables().items() if environ.get(variable)
        }
        self._cleanup = AsyncExitStack()

    @property
    def database_url(self) -> str:
        """A SQLAlchemy URL for asyncpg, as superuser where the server is embedded."""
        scheme, _, rest = self._url(self.postgres).partition("://")
        return f"postgresql+asyncpg://{rest}" if scheme in ("postgres", "postgresql") else f"{scheme}://{rest}"

    @property
    def nats_url(self) -> str:
        return self._url(self.nats)

    def database_url_of(self, role: str) -> str:
        """The same database as `role`; as it was given where the server is not embedded."""
        return (
            self.database_url if self.postgres in self._given_urls else self.postgres.database_url(DATABASE, role=role)
        )

    def nats_url_of(self, user: str) -> str:
        """The NATS server as `user`; as it was given where it is not embedded."""
        return self._given_urls.get(self.nats) or self.nats.url_of(user)

    @property
    def redis_url(self) -> str:
        return self._url(self.valkey)

    @property
    def embedded(self) -> list[ServerProcess]:
        """The parts that run here, without those given by URL."""
        return [server for server in self._variables() if server not in self._given_urls]

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as cleanup:
            cleanup.enter_context(locked_data_dir(self.data_dir))
            cleanup.push_async_callback(self._stop_all)
            await self._start_all()
            self._cleanup = cleanup.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._cleanup.aclose()

    async def watch(self) -> None:
        """Never returns; raises `ServerDied` once a server has ended without being asked to."""
        while True:
            for server in self.embedded:
                server.check_alive()
            await asyncio.sleep(WATCH_INTERVAL_S)

    async def _start_all(self) -> None:
        try:
            async with asyncio.TaskGroup() as starting:
                for server in self.embedded:
                    starting.create_task(self._start(server))
        except ExceptionGroup as failed:
            # One server's story is enough; the others were cancelled because of it.
            raise failed.exceptions[0] from None

    async def _start(self, server: ServerProcess) -> None:
        began = time.monotonic()
        await server.start()
        self._report(f"{server.name} is ready after {time.monotonic() - began:.2f} s")

    async def _stop_all(self) -> None:
        await asyncio.gather(*(server.stop() for server in self.embedded))
        shutil.rmtree(self._folders.runtime_dir, ignore_errors=True)

    def _variables(self) -> dict[ServerProcess, str]:
        return {self.postgres: "DATABASE_URL", self.nats: "NATS_URL", self.valkey: "REDIS_URL"}

    def _url(self, server: ServerProcess) -> str:
        return self._given_urls.get(server) or server.url
