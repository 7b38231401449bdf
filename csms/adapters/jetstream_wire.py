"""Publishing to JetStream on the NATS wire protocol: one connection that does nothing else.

Invariants:
1. `publish` returns a future that ends: with the last acknowledgement, with the first PublishFailed, or at the
   connection's loss.
2. Nothing is kept for later: while the connection is not ready `publish` raises at once.
   So it does for what the server would not take, since the server closes the connection on it, with all in flight.
3. Frames of one turn of the event loop leave in one write, in the order of their publishing.

Source: NATS client protocol (INFO, CONNECT, SUB, PUB, HPUB, MSG, HMSG, PING, PONG, -ERR); acknowledgements are JSON,
`{"stream": …, "seq": …}` or `{"error": {…}}`.
"""

import asyncio
import re
import secrets
import ssl
from collections.abc import Callable
from itertools import takewhile
from typing import cast
from urllib.parse import unquote, urlsplit

import msgspec
import structlog

from csms.errors import FactTooLarge, PublishFailed
from csms.ports import Outgoing

log = structlog.get_logger(__name__)

_CONNECT_TIMEOUT_S = 3.0
_DEFAULT_PORT = 4222
_MAX_PAYLOAD_BYTES = 1024 * 1024  # what a server takes that does not say
_UNACKNOWLEDGED_BYTES = 4 * 1024 * 1024  # what may wait for the socket before more is dropped
_NO_RESPONDERS = b"503"

# An acknowledgement as nearly all are. Found in one pass over what came, with the inbox that nobody else knows before
# it: what a payload holds cannot be taken for one.
_PLAIN_ACKNOWLEDGEMENT = rb'MSG %s(\d+) 1 \d+\r\n\{"stream": ?"[A-Z]+", ?"seq": ?\d+(?:, ?"duplicate": ?true)?\}\r\n'


class ServerInfo(msgspec.Struct):
    """What the server says first."""

    tls_required: bool = False
    max_payload: int = _MAX_PAYLOAD_BYTES


class ConnectOptions(msgspec.Struct, omit_defaults=True):
    """What we say first."""

    verbose: bool
    pedantic: bool
    headers: bool
    no_responders: bool
    protocol: int
    lang: str
    version: str
    name: str
    user: str | None = None
    password: str | None = msgspec.field(name="pass", default=None)
    auth_token: str | None = None


class Unacknowledged(msgspec.Struct, gc=False):
    """Events that were published together: how many the server has not acknowledged, and who waits for them all."""

    count: int
    ack: "asyncio.Future[None]"


_NOBODY: tuple[str, Unacknowledged | None] = ("", None)


class PublishConnection(asyncio.Protocol):
    """One connection, from `open` until it is lost; then another object takes its place."""

    def __init__(self, on_lost: Callable[[], None]) -> None:
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._inbox = f"_INBOX.{secrets.token_hex(8)}."
        self._split_acknowledged = re.compile(_PLAIN_ACKNOWLEDGEMENT % re.escape(self._inbox.encode())).split
        self._next = 0
        self._pending: dict[int, tuple[str, Unacknowledged]] = {}
        self._out: list[bytes] = []
        self._in = b""
        self._info: asyncio.Future[ServerInfo] = self._loop.create_future()
        self._pong: asyncio.Future[None] = self._loop.create_future()
        self._max_payload_bytes = _MAX_PAYLOAD_BYTES
        self._is_ready = False
        self._unwritten_bytes = 0

    @classmethod
    async def open(cls, url: str, *, name: str, on_lost: Callable[[], None]) -> "PublishConnection":
        """A connection that is ready. Raises OSError, TimeoutError, or PublishFailed with what the server refused."""
        parts = urlsplit(url if "://" in url else f"nats://{url}")
        connection = cls(on_lost)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_CONNECT_TIMEOUT_S):
            transport, _ = await loop.create_connection(
                lambda: connection, parts.hostname or "127.0.0.1", parts.port or _DEFAULT_PORT
            )
            try:
                info = await connection._info
                if info.tls_required or parts.scheme == "tls":
                    context = ssl.create_default_context()
                    secured = await loop.start_tls(transport, connection, context, server_hostname=parts.hostname)
                    connection._transport = cast("asyncio.Transport", secured)
                connection._say_hello(name, parts.username, parts.password)
                await connection._pong
            except BaseException:
                transport.abort()
                raise
        connection._max_payload_bytes = info.max_payload
        connection._is_ready = True
        return connection

    @property
    def is_ready(self) -> bool:
        """Whether `publish` may be called."""
        return self._is_ready

    @property
    def in_flight(self) -> int:
        """How many events wait for their acknowledgement."""
        return len(self._pending)

    def publish(self, *events: Outgoing) -> "asyncio.Future[None]":
        """The one future of all acknowledgements. Without a dedupe key the server does not look for duplicates.

        Raises PublishFailed while NATS is away, and FactTooLarge; then nobody waits for those before.
        """
        if not self._is_ready:
            raise PublishFailed(events[0].subject, "NATS is away")
        waiting = Unacknowledged(len(events), self._loop.create_future())
        for subject, payload, dedupe_key in events:
            header = f"NATS/1.0\r\nNats-Msg-Id: {dedupe_key}\r\n\r\n".encode() if dedupe_key else b""
            size = len(header) + len(payload)
            if size > self._max_payload_bytes:
                waiting.ack.cancel()
                raise FactTooLarge(subject, payload, size_bytes=size, limit_bytes=self._max_payload_bytes)
            self._next = number = self._next + 1
            self._pending[number] = (subject, waiting)
            if header:
                head = f"HPUB {subject} {self._inbox}{number} {len(header)} {size}\r\n"
            else:
                head = f"PUB {subject} {self._inbox}{number} {size}\r\n"
            self._write(head.encode(), header, payload, b"\r\n")
        return waiting.ack

    def publish_unacknowledged(self, subject: str, payload: bytes) -> bool:
        """Send and forget. False where NATS is away, reads too slowly, or would not take the size."""
        if not self._is_ready or len(payload) > self._max_payload_bytes or self._transport is None:
            return False
        if self._unwritten_bytes + self._transport.get_write_buffer_size() > _UNACKNOWLEDGED_BYTES:
            return False
        self._write(b"PUB %s %d\r\n" % (subject.encode(), len(payload)), payload, b"\r\n")
        self._unwritten_bytes += len(payload)
        return True

    def forget_given_up(self) -> None:
        """No longer expect acknowledgements that nobody waits for, up to the oldest that somebody does."""
        for number, _ in list(takewhile(lambda item: item[1][1].ack.done(), self._pending.items())):
            del self._pending[number]

    def ping(self) -> "asyncio.Future[None]":
        """The future of the server's next sign of life."""
        self._pong = self._loop.create_future()
        self._write(b"PING\r\n")
        return self._pong

    def close(self) -> None:
        """Gone, with everything that was in flight."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP is there; the server speaks first."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits hears so."""
        self._is_ready = False
        reason = str(exc or "the connection to NATS was lost")
        for future in (self._info, self._pong):
            if not future.done():
                future.set_exception(OSError(reason))
                future.exception()  # retrieved: nobody may be waiting
        for subject, waiting in self._pending.values():
            if not waiting.ack.done():
                waiting.ack.set_exception(PublishFailed(subject, reason))
        self._pending.clear()
        self._on_lost()

    def data_received(self, data: bytes) -> None:
        """Operations came; an incomplete one waits for its rest."""
        *pieces, rest = self._split_acknowledged(self._in + data if self._in else data)
        for other, number in zip(pieces[::2], pieces[1::2], strict=True):
            if other:
                self._operate_all(other)
            self._acknowledge(int(number))
        self._in = rest and self._operate_all(rest)

    def _operate_all(self, data: bytes) -> bytes:
        """Do what the operations say; return what is left of an incomplete one."""
        position, end = 0, len(data)
        while position < end:
            line_end = data.find(b"\r\n", position)
            if line_end < 0:
                break
            if data.startswith((b"MSG ", b"HMSG "), position):
                words = data[position:line_end].split(b" ")
                start = line_end + 2
                stop = start + int(words[-1])
                if stop + 2 > end:
                    break
                header_size = int(words[-2]) if words[0] == b"HMSG" else 0
                number = int(words[1][len(self._inbox) :])
                self._acknowledge(number, data[start : start + header_size], data[start + header_size : stop])
                position = stop + 2
            else:
                self._operate(data[position:line_end])
                position = line_end + 2
        return data[position:]

    def _acknowledge(self, number: int, header: bytes = b"", payload: bytes = b"") -> None:
        subject, waiting = self._pending.pop(number, _NOBODY)
        if waiting is None or waiting.ack.done():
            return
        if _NO_RESPONDERS in header:
            waiting.ack.set_exception(PublishFailed(subject, "no stream captures it"))
        elif b'"error"' in payload:
            waiting.ack.set_exception(PublishFailed(subject, payload.decode(errors="replace")))
        elif waiting.count > 1:
            waiting.count -= 1
        else:
            waiting.ack.set_result(None)

    def _operate(self, line: bytes) -> None:
        if line == b"PING":
            self._write(b"PONG\r\n")
        elif line == b"PONG" and not self._pong.done():
            self._pong.set_result(None)
        elif line.startswith(b"INFO ") and not self._info.done():
            self._info.set_result(msgspec.json.decode(line[5:], type=ServerInfo))
        elif line.startswith(b"-ERR"):
            log.warning("NATS refused", reason=line.decode(errors="replace"))
            if not self._pong.done():
                self._pong.set_exception(PublishFailed("", line.decode(errors="replace")))
            self.close()

    def _say_hello(self, name: str, user: str | None, password: str | None) -> None:
        is_token = user is not None and password is None
        options = ConnectOptions(
            verbose=False,
            pedantic=False,
            headers=True,
            no_responders=True,
            protocol=1,
            lang="python",
            version="1",
            name=name,
            user=unquote(user) if user is not None and not is_token else None,
            password=unquote(password) if password is not None else None,
            auth_token=unquote(user) if user is not None and is_token else None,
        )
        hello = b"CONNECT %s\r\nSUB %s* 1\r\nPING\r\n" % (msgspec.json.encode(options), self._inbox.encode())
        self._write(hello)

    def _write(self, *parts: bytes) -> None:
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out += parts

    def _flush(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(self._out))
        self._out.clear()
        self._unwritten_bytes = 0
