"""The platform on one machine: embedded servers, one gateway node, the back office in one process."""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from chargeyard.embedded import EmbeddedServers
from chargeyard.errors import ChargeyardError
from chargeyard.lan import lan_address
from chargeyard.programs import Program
from chargeyard.secrets import Secrets

_WATCH_S = 0.5


class PortTaken(ChargeyardError):
    """Somebody else listens where we should."""

    def __init__(self, port: int, option: str) -> None:
        super().__init__(f"port {port} is taken; choose another with {option}, or end the program that listens there")


def free_port(host: str = "127.0.0.1") -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class Platform:
    """Everything but the fleet, ready inside `async with`; parts can be stopped and started one by one.

    Ports of 0 are chosen freely. `gateway_settings` and `backoffice_settings` override environment variables of the
    two programs. Raises PortTaken, an EmbeddedServerError, or a group of ProgramFailed; nothing is left running then.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        report: Callable[[str], None],
        host: str = "127.0.0.1",
        rest_port: int = 0,
        station_port: int = 0,
        durable: bool = True,
        gateway_settings: Mapping[str, str] | None = None,
        backoffice_settings: Mapping[str, str] | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.servers = EmbeddedServers(data_dir, report=report, durable=durable, environ=environ)
        self.host = host
        self.rest_port = rest_port
        self.station_port = station_port
        self.admin_port = 0
        self.secrets: Secrets
        self.gateway: Program
        self.backoffice: Program
        self._report = report
        self._gateway_settings = dict(gateway_settings or {})
        self._backoffice_settings = dict(backoffice_settings or {})
        self._cleanup = AsyncExitStack()

    @property
    def rest_url(self) -> str:
        """What REST paths are added to."""
        return f"http://127.0.0.1:{self.rest_port}"

    @property
    def station_url(self) -> str:
        """What a station's id is added to, for stations on this machine."""
        return f"ws://127.0.0.1:{self.station_port}/ocpp"

    async def __aenter__(self) -> Self:
        self.rest_port = self._port(self.rest_port, "--port")
        self.station_port = self._port(self.station_port, "--station-port")
        self.admin_port = free_port()
        async with AsyncExitStack() as cleanup:
            await cleanup.enter_async_context(self.servers)
            self.secrets = Secrets.of(self.servers.data_dir)
            self.gateway, self.backoffice = self._make_gateway(), self._make_backoffice()
            cleanup.push_async_callback(self._stop_programs)
            async with asyncio.TaskGroup() as starting:
                for program in (self.backoffice, self.gateway):
                    starting.create_task(self._start(program))
            self._cleanup = cleanup.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._cleanup.aclose()

    async def watch(self) -> None:
        """Never returns; raises ProgramFailed or ServerDied once a part has ended without being asked to."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.servers.watch())
            tasks.create_task(self._watch_programs())

    async def _watch_programs(self) -> None:
        while True:
            self.gateway.check_alive()
            self.backoffice.check_alive()
            await asyncio.sleep(_WATCH_S)

    async def _start(self, program: Program) -> None:
        began = time.monotonic()
        await program.start()
        self._report(f"{program.name} is ready after {time.monotonic() - began:.2f} s")

    async def _stop_programs(self) -> None:
        # The gateway first: stations hear a goodbye while the back office still consumes what they said.
        await self.gateway.stop()
        await self.backoffice.stop()

    def _make_gateway(self) -> Program:
        environ = {
            **self._shared_settings(),
            "CSMS_HOST": self.host,
            "CSMS_PORT": str(self.station_port),
            "CSMS_ADMIN_PORT": str(self.admin_port),
            "CSMS_DRAIN_S": "0.5",
            **self._gateway_settings,
        }
        return Program(
            "gateway",
            "csms",
            environ=environ,
            ready_url=f"http://127.0.0.1:{self.admin_port}/readyz",
            log_file=self.servers.data_dir / "logs" / "gateway.log",
        )

    @property
    def backoffice_environ(self) -> dict[str, str]:
        """The settings of the back office, whole or in parts."""
        return {
            **self._shared_settings(),
            "DATABASE_URL": self.servers.database_url,
            "REDIS_URL": self.servers.redis_url,
            "AUTH_PUBLIC_KEY": self.secrets.auth_public_key,
            "AUTH_PRIVATE_KEY": self.secrets.auth_private_key,
            "STATIONS_UPLOAD_URL": f"http://{self._address_for_stations()}:{self.rest_port}/api/v1",
            "STATIONS_STATION_URL": f"ws://{self._address_for_stations()}:{self.station_port}/ocpp",
            "IDENTITY_FIRST_OPERATOR_PASSWORD": self.secrets.operator_password,
            **self._backoffice_settings,
        }

    def _make_backoffice(self) -> Program:
        return Program(
            "back office",
            "backoffice",
            ["--host", self.host, "--port", str(self.rest_port)],
            environ=self.backoffice_environ,
            ready_url=f"{self.rest_url}/readyz",
            log_file=self.servers.data_dir / "logs" / "backoffice.log",
        )

    def _shared_settings(self) -> dict[str, str]:
        return {
            "NATS_URL": self.servers.nats_url,
            "TOKEN_KEY": self.secrets.token_key,
            "CREDENTIAL_PEPPER": self.secrets.credential_pepper,
        }

    def _address_for_stations(self) -> str:
        """Where a real station finds us: in the network where we listen to it, else on this machine alone."""
        return lan_address() if self.host == "0.0.0.0" else self.host  # noqa: S104 # it is compared, not bound

    def _port(self, wanted: int, option: str) -> int:
        if wanted == 0:
            return free_port()
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, wanted))
            except OSError as error:
                raise PortTaken(wanted, option) from error
        return wanted
