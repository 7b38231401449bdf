"""The listener: reads an HTTP head, waits for a decision about it, then answers or hands the socket on.

Both WebSocket libraries get their sockets from here: neither can await a decision, and picows refuses legal heads
(`Connection: keep-alive, Upgrade`). What they are given is a canonical head, made of the parts that matter.

Invariants:
1. A head has a size and a time; who exceeds either is closed.
2. Nothing is read from a socket while its decision is awaited.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog

from csms.handshake import Accept, BadHead, Reject, RequestHead, read_head

log = structlog.get_logger(__name__)

MAX_HEAD_BYTES = 16 * 1024
_END = b"\r\n\r\n"


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


class HeadListener:
    """Listens on one address until closed. `decide` gets each head and the peer's address."""

    def __init__(self, *, decide: Decide, hand_over: HandOver | None, timeout_s: float) -> None:
        self._decide = decide
        self._hand_over = hand_over
        self._timeout_s = timeout_s
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int, *, tls: ssl.SSLContext | None = None) -> int:
        """Listen; return the port, which the system chose where `port` is 0."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _HeadReader(self), host, port, ssl=tls, backlog=1024)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no longer, and wait for decisions under way."""
        if self._server is not None:
            self._server.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._timeout_s)

    def head_came(self, transport: asyncio.Transport, head: bytes, rest: bytes) -> None:
        """A head is complete: decide, in a task that `close` waits for."""
        task = asyncio.get_running_loop().create_task(self._answer(transport, head, rest))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def timeout_s(self) -> float:
        """How long a head may take."""
        return self._timeout_s

    async def _answer(self, transport: asyncio.Transport, head: bytes, rest: bytes) -> None:
        peer = str((transport.get_extra_info("peername") or ("",))[0])
        try:
            request = read_head(head)
        except BadHead as error:
            log.info("request not understood", peer=peer, reason=str(error))
            respond(transport, PlainResponse(400, b"not an HTTP request\n"))
            return
        try:
            decision = await self._decide(request, peer)
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

    def __init__(self, listener: HeadListener) -> None:
        self._listener = listener
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "pause_reading")
        self._transport = transport  # type: ignore[assignment] # uvloop's transport is no subclass of asyncio's
        self._deadline = asyncio.get_running_loop().call_later(self._listener.timeout_s, self._too_late)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._buffer += data
        end = self._buffer.find(_END)
        if end < 0:
            if len(self._buffer) > MAX_HEAD_BYTES:
                respond(self._transport, PlainResponse(431, b"the request head is too large\n"))
            return
        self._stop_clock()
        self._transport.pause_reading()
        self._listener.head_came(self._transport, bytes(self._buffer[:end]), bytes(self._buffer[end + 4 :]))

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()

    def _too_late(self) -> None:
        assert self._transport is not None
        respond(self._transport, PlainResponse(408, b"the request head took too long\n"))

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()


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
