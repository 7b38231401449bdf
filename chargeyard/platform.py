"""The platform on one machine: embedded servers, gateway nodes, and the back office in one process or several."""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from backoffice.kit.database import role_of
from chargeyard.database_roles import OWNER, make_roles
from chargeyard.embedded import EmbeddedServers, locked_data_dir
from chargeyard.errors import ChargeyardError
from chargeyard.lan import lan_address
from chargeyard.programs import Program, ProgramFailed
from chargeyard.secrets import Secrets
from chargeyard.shapes import SHAPES, Part, Shape
from chargeyard.trace import TRACES
from chargeyard.trace_store import TraceStore, collecting
from protocol.bus.permissions import GATEWAY

_WATCH_S = 0.5


class PortTaken(ChargeyardError):
    """Somebody else listens where we should, or we may not."""

    def __init__(self, port: int, option: str, *, reason: str) -> None:
        super().__init__(
            f"port {port} cannot be had ({reason}); choose another with {option}, or end the program that listens there"
        )


# Below those that systems give to outgoing connections: one of these may take a port before whoever chose it listens.
_CHOSEN_PORTS = range(12_000, 32_000)
_given: set[int] = set()


def free_port(host: str = "127.0.0.1") -> int:
    """A port that was free a moment ago, and that this process has given to nobody else."""
    while True:
        port = secrets.choice(_CHOSEN_PORTS)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
        _given.add(port)
        return port


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway node, where stations reach it alone, and where its probes and metrics are."""

    program: Program
    port: int
    admin_port: int


class Platform:
    """Everything but the fleet, ready inside `async with`; parts can be stopped and started one by one.

    Ports of 0 are chosen freely. `gateway_settings` and `backoffice_settings` override environment variables of the
    two programs. `shape`: of how many processes each consists. `keeps_traces`: of every start and end of a charge,
    in the data folder, for `chargeyard trace`.

    Raises DataFolderInUse, PortTaken, another EmbeddedServerError, or a group of ProgramFailed; nothing is left running
    then.
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
        shape: Shape = SHAPES["whole"],
        keeps_traces: bool = False,
        gateway_settings: Mapping[str, str] | None = None,
        backoffice_settings: Mapping[str, str] | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._shape = shape
        self._keeps_traces = keeps_traces
        self._otlp_endpoint = ""
        self.servers = EmbeddedServers(
            data_dir, report=report, durable=durable, has_users=self._shape.is_apart, environ=environ
        )
        self.host = host
        self.rest_port = rest_port
        self.station_port = station_port
        self.secrets: Secrets
        self.gateways: Sequence[Gateway] = ()
        self.parts: Sequence[Program] = ()
        self._front: Sequence[Program] = ()
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

    @property
    def gateway(self) -> Program:
        """The gateway node, or the first of several."""
        return self.gateways[0].program

    @property
    def admin_port(self) -> int:
        """Where its probes and metrics are."""
        return self.gateways[0].admin_port

    @property
    def backoffice(self) -> Program:
        """The back office, or its part that answers."""
        return self.parts[0]

    @property
    def mail_folder(self) -> Path:
        """Where mails lie as files, unless the environment names a server that sends them."""
        return self.servers.data_dir / "mail"

    async def __aenter__(self) -> Self:
        # An `up` that runs on this folder is named as such, not by the first port that it has.
        with locked_data_dir(self.servers.data_dir):
            self.rest_port = self._port(self.rest_port, "--port")
            self.station_port = self._port(self.station_port, "--station-port")
        async with AsyncExitStack() as cleanup:
            await cleanup.enter_async_context(self.servers)
            self.secrets = Secrets.of(self.servers.data_dir)
            self.mail_folder.mkdir(mode=0o700, exist_ok=True)
            if self._shape.is_apart:
                await self._prepare_database()
            if self._keeps_traces:
                store = TraceStore(self.servers.data_dir / TRACES)
                self._otlp_endpoint = await cleanup.enter_async_context(collecting(store))
            self._make_programs()
            cleanup.push_async_callback(self._stop_programs)
            async with asyncio.TaskGroup() as starting:
                for program in self._programs:
                    starting.create_task(self._start(program))
            self._cleanup = cleanup.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._cleanup.aclose()

    async def watch(self) -> None:
        """Never returns; raises ProgramFailed or ServerDied once a part has ended without being asked to.

        A gateway with another one beside it may end: it is started again, and its stations are at the other meanwhile.
        """
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.servers.watch())
            tasks.create_task(self._watch_programs())

    async def _watch_programs(self) -> None:
        while True:
            for program in self._programs:
                try:
                    program.check_alive()
                except ProgramFailed:
                    if not self._has_a_stand_in(program):
                        raise
                    self._report(f"{program.name} has ended; it is started again")
                    await self._start(program)
            await asyncio.sleep(_WATCH_S)

    def _has_a_stand_in(self, program: Program) -> bool:
        return len(self.gateways) > 1 and any(gateway.program is program for gateway in self.gateways)

    async def _start(self, program: Program) -> None:
        began = time.monotonic()
        await program.start()
        self._report(f"{program.name} is ready after {time.monotonic() - began:.2f} s")

    async def _stop_programs(self) -> None:
        # The gateway first: stations hear a goodbye while the back office still consumes what they said.
        for program in self._programs:
            await program.stop()

    @property
    def _programs(self) -> list[Program]:
        """In the order in which they are stopped."""
        return [*(gateway.program for gateway in self.gateways), *self._front, *self.parts]

    async def _prepare_database(self) -> None:
        """Every service's role and schema stand, and no service needs more than its own."""
        # All services take a second to load, and nobody else here needs them.
        from backoffice.kit.migrations import migrate
        from backoffice.services import load_services

        await make_roles(self.servers.database_url, passwords={})
        await migrate(self.servers.database_url_of(role_of(OWNER)), load_services())

    def _make_programs(self) -> None:
        shape = self._shape
        gateway_ports = [free_port() for _ in range(shape.gateways)] if shape.has_front else [self.station_port]
        self.gateways = [self._make_gateway(number, port) for number, port in enumerate(gateway_ports, start=1)]
        part_ports = {part.name: free_port() for part in shape.parts}
        if not shape.has_front:
            part_ports[shape.parts[0].name] = self.rest_port
        self.parts = [self._make_part(part, part_ports[part.name]) for part in shape.parts]
        self._front = [self._make_front(gateway_ports, part_ports)] if shape.has_front else []

    def _make_gateway(self, number: int, port: int) -> "Gateway":
        name = "gateway" if self._shape.gateways == 1 else f"gateway-{number}"
        admin_port = free_port()
        program = self._program(
            name,
            "csms",
            environ={
                **self._shared_settings(GATEWAY),
                "CSMS_HOST": self.host,
                "CSMS_PORT": str(port),
                "CSMS_ADMIN_PORT": str(admin_port),
                "CSMS_DRAIN_S": "0.5",
                "CSMS_TRACE_CHARGES": "1",
                **self._gateway_settings,
            },
            probe_port=admin_port,
        )
        return Gateway(program, port, admin_port)

    def _make_part(self, part: Part, port: int) -> Program:
        is_open = port == self.rest_port
        return self._program(
            part.name,
            "backoffice",
            [
                *part.services,
                "--host",
                self.host if is_open else "127.0.0.1",
                "--port",
                str(port),
                "--share",
                part.share,
            ],
            environ=self._environ_of(*part.services),
            probe_port=port,
        )

    def _make_front(self, gateway_ports: Sequence[int], part_ports: Mapping[str, int]) -> Program:
        first = self._shape.parts[0]
        places = [f"--service=http://127.0.0.1:{part_ports[first.name]}"]
        if self._shape.is_apart:
            places = [f"--at={service}=http://127.0.0.1:{port}" for service, port in part_ports.items()]
        gateways = [f"--gateway=127.0.0.1:{port}" for port in gateway_ports]
        ports = ["--port", str(self.rest_port), "--station-port", str(self.station_port)]
        return self._program(
            "front",
            "chargeyard.front",
            ["--host", self.host, *ports, *places, *gateways],
            environ={},
            probe_port=self.rest_port,
        )

    def _program(
        self, name: str, module: str, arguments: Sequence[str] = (), *, environ: Mapping[str, str], probe_port: int
    ) -> Program:
        return Program(
            name,
            module,
            arguments,
            environ=environ,
            ready_url=f"http://127.0.0.1:{probe_port}/readyz",
            log_file=self.servers.data_dir / "logs" / f"{name}.log",
        )

    @property
    def backoffice_environ(self) -> dict[str, str]:
        """The settings of the back office, whole or in parts that are not apart."""
        return self._environ_of()

    def _environ_of(self, service: str | None = None) -> dict[str, str]:
        """The settings of the one service of a part that is apart, or of all."""
        database_url = self.servers.database_url_of(role_of(service)) if service else self.servers.database_url
        return {
            **self._shared_settings(service),
            "DATABASE_URL": database_url,
            "REDIS_URL": self.servers.redis_url,
            "AUTH_PUBLIC_KEY": self.secrets.auth_public_key,
            "AUTH_PRIVATE_KEY": self.secrets.auth_private_key,
            "STATIONS_UPLOAD_URL": f"http://{self._address_for_stations()}:{self.rest_port}/api/v1",
            "STATIONS_STATION_URL": f"ws://{self._address_for_stations()}:{self.station_port}/ocpp",
            # Everybody is on this machine, and one of them is a load test.
            "HTTP_REQUESTS_PER_MINUTE": "0",
            "HTTP_PUBLIC_REQUESTS_PER_MINUTE": "0",
            "IDENTITY_FIRST_OPERATOR_PASSWORD": self.secrets.operator_password,
            "NOTIFICATIONS_MAIL_FOLDER": str(self.mail_folder),
            **self._backoffice_settings,
        }

    def _shared_settings(self, user: str | None) -> dict[str, str]:
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": self._otlp_endpoint,
            "NATS_URL": self.servers.nats_url_of(user) if user else self.servers.nats_url,
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
                raise PortTaken(wanted, option, reason=error.strerror or str(error)) from error
        return wanted
