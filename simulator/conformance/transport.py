"""The sockets of the judge: one that connects as a station, and one that listens as a CSMS. Nothing is retried."""

import asyncio
import base64
import hmac
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, basic_auth, serve
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.typing import Subprotocol

from protocol.domain.version import OcppVersion
from simulator.conformance.verdicts import CannotJudge

ANY_BYTES = "surrogateescape"
"""How a password of bytes that are no UTF-8 is a str, and bytes again."""

_CLOSE_S = 2.0


class CutOff(CannotJudge):
    """Somebody listens there, and ended TLS before the upgrade was answered."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """How the CSMS answered an upgrade: 101 with the subprotocol it chose, or the status of its refusal.

    `certificate`: what it showed where it let us in over TLS, in DER.
    """

    status: int
    subprotocol: str | None = None
    certificate: bytes | None = None


class WebSocket:
    """An open socket of either side."""

    def __init__(self, connection: ClientConnection | ServerConnection) -> None:
        self.close_reason = ""
        self._connection = connection

    async def send(self, text: str) -> None:
        """One text message; nothing, where the socket is closed already."""
        with suppress(ConnectionClosed):
            await self._connection.send(text)

    async def receive(self) -> str | bytes | None:
        """The next message; None once the other side has closed."""
        try:
            return await self._connection.recv()
        except ConnectionClosed as closed:
            self.close_reason = str(closed)
            return None

    async def close(self) -> None:
        """Say goodbye."""
        await self._connection.close()


@asynccontextmanager
async def client_socket(
    url: str,
    *,
    subprotocols: tuple[str, ...],
    user: str = "",
    password: str | None = None,
    tls: ssl.SSLContext | None = None,
    timeout_s: float = 10.0,
) -> AsyncIterator[tuple[Handshake, WebSocket | None]]:
    """What the CSMS made of the handshake, and the socket where it let us in.

    Raises CannotJudge where nobody answers, and CutOff where `wss://` does not come to an upgrade.

    `tls`: how a `wss://` server is trusted; without it, by the roots of the machine.
    """
    headers = {}
    if password is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode(errors=ANY_BYTES)).decode()
    opening = connect(
        url,
        subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        additional_headers=headers,
        open_timeout=timeout_s,
        close_timeout=_CLOSE_S,
        proxy=None,
        ssl=(tls or True) if url.startswith("wss://") else None,
    )
    try:
        connection = await opening
    except InvalidStatus as refused:
        yield Handshake(refused.response.status_code), None
        return
    except (ssl.SSLError, ConnectionResetError, InvalidMessage) as error:
        kind = CutOff if url.startswith("wss://") else CannotJudge
        raise kind(f"{url} does not let anybody in as a WebSocket server: {error or type(error).__name__}") from error
    except (OSError, TimeoutError, InvalidHandshake) as error:
        raise CannotJudge(f"{url} does not answer as a WebSocket server: {error or type(error).__name__}") from error
    try:
        session = connection.transport.get_extra_info("ssl_object")
        shown = None if session is None else session.getpeercert(binary_form=True)
        yield Handshake(101, connection.subprotocol, shown), WebSocket(connection)
    finally:
        await connection.close()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A station that has connected."""

    station_id: str
    socket: WebSocket
    subprotocol: str | None
    gone: asyncio.Event


@asynccontextmanager
async def listening(
    version: OcppVersion, *, host: str, port: int, password: str | None = None
) -> AsyncIterator[tuple[int, asyncio.Queue[Arrival]]]:
    """The port that is listened on, and the stations that connect to it, in their order; each stays until `gone`."""
    arrivals: asyncio.Queue[Arrival] = asyncio.Queue(maxsize=64)

    async def arrive(connection: ServerConnection) -> None:
        path = connection.request.path if connection.request is not None else "/"
        gone = asyncio.Event()
        station_id = path.partition("?")[0].rstrip("/").rpartition("/")[2]
        await arrivals.put(Arrival(station_id, WebSocket(connection), connection.subprotocol, gone))
        await gone.wait()

    def is_right(_user: str, given: str) -> bool:
        return hmac.compare_digest(given.encode(), (password or "").encode())

    async with serve(
        arrive,
        host,
        port,
        subprotocols=[Subprotocol(version.subprotocol)],
        close_timeout=_CLOSE_S,
        ping_interval=None,
        process_request=None if password is None else basic_auth(realm="csms", check_credentials=is_right),
    ) as server:
        yield next(iter(server.sockets)).getsockname()[1], arrivals
