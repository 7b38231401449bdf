"""The only file that touches a socket: client WebSockets by picows, and no task for a connection once it is open."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import lru_cache, partial
from typing import Any

from picows import (
    WSAutoPingStrategy,
    WSCloseCode,
    WSError,
    WSFrame,
    WSHandshakeError,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_connect,
)

from simulator.handshake import Handshake
from simulator.rewritten_socket import connect_rewritten
from simulator.running import Caller
from simulator.tls import client_context

_CONNECTS_AT_ONCE = 64
_CONNECT_TIMEOUT_S = 15.0
_READ_BUFFER_BYTES = 2048
_MAX_FRAME_BYTES = 1024 * 1024
_HEAD_BYTES = 14  # the longest head of a frame
_OUTGOING = bytearray(_HEAD_BYTES)
_LOGGER = logging.LoggerAdapter(logging.getLogger("picows"), {})  # a Logger would get a child for every connection


class PicowsSocket(WSListener):
    """One socket of one station."""

    __slots__ = ("_caller", "_fragments", "_offered", "_transport")

    withholds = False

    def __init__(self, caller: Caller, *, offered: tuple[str, ...]) -> None:
        self._caller = caller
        self._offered = offered
        self._transport: WSTransport | None = None
        self._fragments: bytearray | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is complete; a CSMS that does not speak the station's version is left (OCPP-J 1.6 §3.1.3).

        A station that offered nothing expects nothing.
        """
        self._transport = transport
        expected = self._caller.plan.version.subprotocol if self._offered else None
        chosen = _subprotocol(transport)
        for headers in (transport.request.headers, transport.response.headers):
            headers.clear()  # kept for the life of the socket otherwise
        if chosen == expected:
            self._caller.on_open(self)
            return
        self.close(WSCloseCode.PROTOCOL_ERROR.value)
        self._caller.on_connect_failed(f"the CSMS does not speak {expected}" + (f" but {chosen}" if chosen else ""))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """One frame; a message may be several."""
        if frame.msg_type == WSMsgType.TEXT and frame.fin:
            self._caller.on_text(frame.get_payload_as_bytes())
        elif frame.msg_type in (WSMsgType.TEXT, WSMsgType.CONTINUATION):
            fragments = self._fragments = self._fragments or bytearray()
            fragments += frame.get_payload_as_memoryview()
            if frame.fin:
                self._fragments = None
                self._caller.on_text(bytes(fragments))
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The socket is gone."""
        handshake = transport.close_handshake
        received = handshake.recv if handshake is not None else None
        self._caller.on_closed(self, "connection lost" if received is None else f"closed by the CSMS: {received.code}")

    def send(self, text: bytes) -> None:
        """Write one text message; nothing is sent after the goodbye."""
        if self._transport is not None and not self._transport.is_close_frame_sent:
            # One buffer for all sockets: picows would keep one of the longest message's size for each.
            _OUTGOING[_HEAD_BYTES:] = text
            self._transport.send_reuse_external_bytearray(WSMsgType.TEXT, _OUTGOING, _HEAD_BYTES)

    def close(self, code: int) -> None:
        """Say goodbye and close."""
        if self._transport is not None:
            self._transport.send_close(WSCloseCode(code))
            self._transport.disconnect()

    def abort(self) -> None:
        """Close without a goodbye, and without what is still to be written."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)


class PicowsNetwork:
    """Real sockets, for as long as `using` a task group; at most 64 handshakes at a time."""

    def __init__(self) -> None:
        self._tasks: asyncio.TaskGroup | None = None
        self._connecting: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(_CONNECTS_AT_ONCE)

    @asynccontextmanager
    async def using(self, tasks: asyncio.TaskGroup) -> AsyncIterator[None]:
        """Handshakes are tasks of this group; those still under way at the end are given up."""
        self._tasks = tasks
        try:
            yield
        finally:
            self._tasks = None
            for task in self._connecting:
                task.cancel()

    def connect(self, caller: Caller) -> None:
        """Begin a handshake."""
        if self._tasks is None:
            raise RuntimeError("connect() needs using()")
        task = self._tasks.create_task(self._connect(caller))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect(self, caller: Caller) -> None:
        try:
            handshake = caller.handshake
            async with self._turn:
                _, listener = await _connector(handshake)(
                    lambda: PicowsSocket(caller, offered=handshake.subprotocols),
                    handshake.url,
                    ssl_context=client_context(handshake.roots, handshake.identity) if handshake.is_secured else None,
                    websocket_handshake_timeout=_CONNECT_TIMEOUT_S,
                    extra_headers=_headers(handshake),
                    enable_auto_pong=handshake.answers_pings,
                    max_frame_size=_MAX_FRAME_BYTES,
                    read_buffer_init_size=_READ_BUFFER_BYTES,
                    logger_name=_LOGGER,
                    **_ping_options(handshake.ping_interval_s),
                )
            if listener is None:  # so picows says that the socket has ended
                raise WSError("the CSMS left the handshake unanswered")
        except WSHandshakeError as error:
            caller.on_connect_failed(_explain(error))
        except (OSError, TimeoutError, ValueError, WSError) as error:  # ValueError: the URL is none
            caller.on_connect_failed(str(error) or type(error).__name__)


def _connector(handshake: Handshake) -> Callable[..., Awaitable[tuple[Any, WSListener | None]]]:
    """What opens the socket; only where bytes are rewritten it is not picows alone. Any: nobody uses it."""
    if handshake.rewrites:
        return partial(connect_rewritten, rewrites=handshake.rewrites)
    return partial(ws_connect, use_aiofastnet=False)


def _ping_options(interval_s: float | None) -> dict[str, Any]:  # Any: of all types
    """picows waits for the time to ping, then for the pong, and then again: both together are the interval."""
    half_s = (interval_s or 0.0) / 2
    return {
        "enable_auto_ping": interval_s is not None,
        "auto_ping_idle_timeout": half_s,
        "auto_ping_reply_timeout": half_s,
        "auto_ping_strategy": WSAutoPingStrategy.PING_PERIODICALLY,
    }


def _headers(handshake: Handshake) -> list[tuple[str, str]]:
    offered = _offer(handshake.subprotocols)
    if handshake.password is None:
        return offered
    credentials = base64.b64encode(handshake.user.encode() + b":" + handshake.password).decode()
    return [*offered, ("Authorization", f"Basic {credentials}")]


@lru_cache(maxsize=64)
def _offer(subprotocols: tuple[str, ...]) -> list[tuple[str, str]]:
    # picows keeps the list for the life of the socket: one for all of a version.
    return [("Sec-WebSocket-Protocol", ", ".join(subprotocols))] if subprotocols else []


def _subprotocol(transport: WSTransport) -> str | None:
    name = transport.response.headers.get("Sec-WebSocket-Protocol")
    return None if name is None else str(name)


def _explain(error: WSHandshakeError) -> str:
    return str(error) if error.response is None else f"the CSMS answered {int(error.response.status)}"
