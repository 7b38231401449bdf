"""The listener: reads an HTTP head, waits for a decision about it, then answers or hands the socket on.

Both WebSocket libraries get their sockets from here: neither can await a decision, and picows refuses legal heads
(`Connection: keep-alive, Upgrade`). What they are given is a canonical head, made of the parts that matter.

Invariants:
1. A head has a size and a time; who exceeds either is closed. No more than `at_once` of them are read at a time.
2. Nothing is read from a socket while its decision is awaited.
3. `on_refused` hears of whoever is turned away before a decision. With TLS sockets are accepted here for that reason: a
   loop's own server tells nobody of handshakes that fail.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus

import structlog

from csms.handshake import PLAIN, Accept, BadHead, Channel, Reject, RequestHead, read_head
from csms.transport.tls import ServerTls, channel_of, explain
from protocol.domain.security import RefusalCause

log = structlog.get_logger(__name__)

MAX_HEAD_BYTES = 16 * 1024
_BACKLOG = 1024
_ACCEPT_RETRY_S = 0.5
_END = b"\r\n\r\n"
_TLS_HANDSHAKE = b"\x16\x03"  # the first bytes of any ClientHello since SSL 3 (RFC 8446 §5.1)


class PlainResponse:
    """A plain HTTP answer."""

    def __init__(
        self,
        status: int,
        body: bytes,
        *,
        content_type: str = "text/plain; charset=utf-8",
        retry_after_s: int | None = None,
    ) -> None:
        self.status = status
        self.body = body
        self.content_type = content_type
        self.retry_after_s = retry_after_s

    @classmethod
    def of(cls, rejection: Reject) -> "PlainResponse":
        """The answer that a rejected station gets."""
        return cls(rejection.status, rejection.reason.encode() + b"\n", retry_after_s=rejection.retry_after_s)


Decide = Callable[[RequestHead, str], Awaitable[PlainResponse | Accept]]
HandOver = Callable[[asyncio.Transport, Accept, bytes, bytes], None]
"""(transport, decision, canonical head, what came after the head)."""

OnRefused = Callable[[str, str, Reject], None]
"""(peer, path, why). Status 0: nothing was answered."""


class HeadListener:
    """Listens until closed, on one address or on one open and one with TLS. `decide` gets each head and the peer."""

    def __init__(
        self,
        *,
        decide: Decide,
        hand_over: HandOver | None,
        timeout_s: float,
        at_once: int,
        on_refused: OnRefused = lambda _peer, _path, _why: None,
    ) -> None:
        self._decide = decide
        self._hand_over = hand_over
        self._timeout_s = timeout_s
        self._places = at_once
        self._place_came = asyncio.Event()
        self._on_refused = on_refused
        self._servers: list[asyncio.Server] = []
        self._accepting: dict[asyncio.Task[None], socket.socket] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int, *, tls: ServerTls | None = None) -> int:
        """Listen; return the port, which the system chose where `port` is 0."""
        loop = asyncio.get_running_loop()
        if tls is not None:
            listening = socket.create_server(
                (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=_BACKLOG
            )
            listening.setblocking(False)
            self._accepting[loop.create_task(self._accept(listening, tls))] = listening
            return int(listening.getsockname()[1])
        server = await loop.create_server(lambda: _HeadReader(self, is_encrypted=False), host, port, backlog=_BACKLOG)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no longer, and wait for decisions under way."""
        for server in self._servers:
            server.close()
        for task in self._accepting:
            task.cancel()
        if self._accepting:
            await asyncio.wait(self._accepting)
        for listening in self._accepting.values():
            listening.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._timeout_s)

    def head_came(self, transport: asyncio.Transport, channel: Channel, head: bytes, rest: bytes) -> None:
        """A head is complete: decide, in a task that `close` waits for."""
        self._begin(self._answer(transport, channel, head, rest))

    def refuse(self, transport: asyncio.Transport, cause: RefusalCause, reason: str, *, status: int) -> None:
        """Turned away before anybody read a path."""
        self._on_refused(_peer_of(transport), "", Reject(status, cause, reason))
        if status:
            respond(transport, PlainResponse(status, reason.encode() + b"\n"))
        else:
            transport.close()

    @property
    def timeout_s(self) -> float:
        """How long a head may take."""
        return self._timeout_s

    def take_place(self) -> bool:
        """Whether another connection may send its head now; it gives its place back (`give_place`)."""
        if self._places <= 0:
            return False
        self._places -= 1
        return True

    def give_place(self) -> None:
        """A head was read, or will not be."""
        self._places += 1
        self._place_came.set()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listening: socket.socket, tls: ServerTls) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while self._places <= 0:
                # Whoever comes meanwhile waits in the backlog of the system: a TLS handshake costs more than a wait.
                self._place_came.clear()
                await self._place_came.wait()
            try:
                accepted, address = await loop.sock_accept(listening)
            except OSError as error:  # no file left for another socket, say
                log.error("connection not accepted", reason=str(error))
                await asyncio.sleep(_ACCEPT_RETRY_S)
                continue
            # Below none where others were faster meanwhile: whoever was accepted is served, and the next one waits.
            self._places -= 1
            self._begin(self._secure(accepted, str(address[0]), tls.context))

    async def _secure(self, accepted: socket.socket, peer: str, tls: ssl.SSLContext) -> None:
        """Shake hands; the reader goes on from there, with the place. Who does not finish in time is closed."""
        reader = _HeadReader(self, is_encrypted=True)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: reader, accepted, ssl=tls, ssl_handshake_timeout=self._timeout_s
            )
        except OSError as error:  # ssl.SSLError and TimeoutError are two
            cause, reason = explain(error)
            self._on_refused(peer, "", Reject(0, cause, reason))
        finally:
            if not reader.has_begun:
                self.give_place()

    async def _answer(self, transport: asyncio.Transport, channel: Channel, head: bytes, rest: bytes) -> None:
        try:
            request = read_head(head, channel)
        except BadHead as error:
            self.refuse(transport, RefusalCause.NOT_HTTP, f"not an HTTP request: {error}", status=400)
            return
        try:
            decision = await self._decide(request, _peer_of(transport))
            if isinstance(decision, Accept) and self._hand_over is not None and not transport.is_closing():
                self._hand_over(transport, decision, canonical_head(request, decision), rest)
        except Exception:
            log.exception("request failed", target=request.target)
            transport.abort()
            return
        if isinstance(decision, PlainResponse) and not transport.is_closing():
            respond(transport, decision)


class _HeadReader(asyncio.Protocol):
    """Reads up to the blank line, once."""

    def __init__(self, listener: HeadListener, *, is_encrypted: bool) -> None:
        self._is_encrypted = is_encrypted
        self._listener = listener
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._has_place = False

    @property
    def has_begun(self) -> bool:
        """Whether there is a connection to read from."""
        return self._transport is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "pause_reading")
        self._transport = transport  # type: ignore[assignment] # uvloop's transport is no subclass of asyncio's
        self._deadline = asyncio.get_running_loop().call_later(self._listener.timeout_s, self._too_late)
        # Over TLS the place was taken before the handshake, and is this reader's from now on.
        self._has_place = self._is_encrypted or self._listener.take_place()
        if not self._has_place:
            self._stop_clock()
            self._refuse(RefusalCause.NODE_BUSY, "too many connections are about to be made; try again later", 503)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        if self._transport.is_closing():
            return
        self._buffer += data
        if not self._is_encrypted and self._buffer.startswith(_TLS_HANDSHAKE):
            self._stop_clock()
            self._refuse(RefusalCause.TLS_ON_PLAIN_PORT, "TLS came to the plain port: use ws://, or the TLS port", 0)
            return
        end = self._buffer.find(_END)
        if end < 0:
            if len(self._buffer) > MAX_HEAD_BYTES:
                self._stop_clock()
                self._refuse(RefusalCause.HEAD_TOO_LARGE, "the request head is too large", 431)
            return
        self._stop_clock()
        self._transport.pause_reading()
        channel = channel_of(self._transport.get_extra_info("peercert")) if self._is_encrypted else PLAIN
        head, rest = bytes(self._buffer[:end]), bytes(self._buffer[end + len(_END) :])
        self._listener.head_came(self._transport, channel, head, rest)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()

    def _too_late(self) -> None:
        self._stop_clock()
        self._refuse(RefusalCause.HEAD_TOO_SLOW, "the request head took too long", 408)

    def _refuse(self, cause: RefusalCause, reason: str, status: int) -> None:
        assert self._transport is not None
        self._listener.refuse(self._transport, cause, reason, status=status)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if self._has_place:
            self._has_place = False
            self._listener.give_place()


def _peer_of(transport: asyncio.Transport) -> str:
    return str((transport.get_extra_info("peername") or ("",))[0])


def respond(transport: asyncio.Transport, response: PlainResponse) -> None:
    """Write the answer and close."""
    lines = [
        f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}",
        f"Content-Type: {response.content_type}",
        f"Content-Length: {len(response.body)}",
        "Connection: close",
    ]
    if response.retry_after_s is not None:
        lines.append(f"Retry-After: {response.retry_after_s}")
    if response.status == HTTPStatus.UNAUTHORIZED:
        lines.append('WWW-Authenticate: Basic realm="ocpp"')
    if response.status == HTTPStatus.UPGRADE_REQUIRED:
        lines.append("Upgrade: websocket")
    transport.write("\r\n".join(lines).encode() + _END + response.body)
    transport.close()


def canonical_head(request: RequestHead, decision: Accept) -> bytes:
    """The smallest head that means the same, in the spelling that every library reads."""
    lines = [
        "GET / HTTP/1.1",
        "Host: csms",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {request.headers['sec-websocket-key']}",
    ]
    if decision.subprotocol is not None:
        lines.append(f"Sec-WebSocket-Protocol: {decision.subprotocol}")
    return "\r\n".join(lines).encode() + _END
