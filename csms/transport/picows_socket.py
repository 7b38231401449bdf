"""WebSockets by picows: the fast way.

`WSProtocol` is not public API: the version is pinned, and tests/csms/transport holds it to what is used here.
"""

import asyncio
import logging
from collections.abc import Callable

from picows import WSAutoPingStrategy, WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest
from picows.common import WSUpgradeResponse, WSUpgradeResponseWithListener
from picows.picows import WSProtocol  # type: ignore[attr-defined] # not in its type stubs

from csms.handshake import Accept
from csms.session import StationSession

_READ_BUFFER_BYTES = 2048
_CLOSE_TIMEOUT_S = 2.0
_TOO_BIG = 1009
_LOGGER = logging.LoggerAdapter(logging.getLogger("picows"), {})  # a Logger would get a child for every connection
logging.getLogger("picows").setLevel(logging.ERROR)

OpenSession = Callable[["PicowsSocket", Accept], StationSession]


class PicowsSocket(WSListener):
    """One socket: picows' listener, and the session's StationSocket."""

    def __init__(self, decision: Accept, open_session: OpenSession, max_frame_bytes: int) -> None:
        self._decision = decision
        self._open_session = open_session
        self._max_frame_bytes = max_frame_bytes
        self._transport: WSTransport | None = None
        self._session: StationSession | None = None
        self._fragments = bytearray()

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The upgrade is answered."""
        self._transport = transport
        transport.request.headers.clear()  # kept for the life of the socket otherwise
        if self._decision.is_closed_at_once:
            self.close(WSCloseCode.PROTOCOL_ERROR.value, "no common OCPP version")
            return
        self._session = self._open_session(self, self._decision)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """One frame; fragments are put together, up to the size of one frame."""
        session, kind = self._session, frame.msg_type
        if kind == WSMsgType.CLOSE:
            if not transport.is_close_frame_sent:
                transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        elif session is None:
            return
        elif kind == WSMsgType.PING:  # picows would answer by itself, and say nothing of it
            transport.send_pong(frame.get_payload_as_bytes())
            session.on_alive()
        elif kind == WSMsgType.TEXT and frame.fin:
            session.on_text(frame.get_payload_as_bytes())
        elif kind in (WSMsgType.TEXT, WSMsgType.CONTINUATION):
            self._collect(session, frame)
        elif kind == WSMsgType.BINARY:
            self.close(WSCloseCode.UNSUPPORTED_DATA.value, "OCPP-J is text")
        else:
            session.on_alive()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The socket is gone."""
        handshake = transport.close_handshake
        received = handshake.recv if handshake is not None else None
        if self._session is not None:
            self._session.on_closed(f"closed with {received.code}" if received is not None else "connection lost")

    def pause_writing(self) -> None:
        """The station sends CALLs and does not read their answers: it is cut off before they fill our memory."""
        if self._transport is not None:
            self._transport.underlying_transport.abort()

    def send_text(self, text: bytes) -> None:
        """Queue one text message; nothing is sent after the goodbye."""
        if self._transport is not None and not self._transport.is_close_frame_sent:
            self._transport.send(WSMsgType.TEXT, text)

    def send_ping(self) -> None:
        """Ask for a sign of life."""
        if self._transport is not None:
            self._transport.send_ping()

    def close(self, code: int, reason: str) -> None:
        """Say goodbye, then cut the socket if the station does not."""
        if self._transport is None or self._transport.is_close_frame_sent:
            return
        self._transport.send_close(WSCloseCode(code), reason.encode())
        underlying = self._transport.underlying_transport
        asyncio.get_running_loop().call_later(_CLOSE_TIMEOUT_S, underlying.abort)

    def pause_reading(self) -> None:
        """Let the station wait."""
        if self._transport is not None:
            self._transport.underlying_transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        if self._transport is not None and not self._transport.is_disconnected:
            self._transport.underlying_transport.resume_reading()

    def _collect(self, session: StationSession, frame: WSFrame) -> None:
        self._fragments += frame.get_payload_as_bytes()
        if len(self._fragments) > self._max_frame_bytes:
            self._fragments.clear()
            self.close(_TOO_BIG, "message too big")
        elif frame.fin:
            message = bytes(self._fragments)
            self._fragments.clear()
            session.on_text(message)


def take_over(
    transport: asyncio.Transport,
    decision: Accept,
    head: bytes,
    rest: bytes,
    *,
    open_session: OpenSession,
    max_frame_bytes: int,
) -> None:
    """Give the socket to picows, as if it had read the head itself."""
    listener = PicowsSocket(decision, open_session, max_frame_bytes)

    def upgrade(_request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        response = WSUpgradeResponse.create_101_response(_subprotocol_header(decision))
        return WSUpgradeResponseWithListener(response, listener)

    protocol = WSProtocol(
        None, None, False, upgrade, _LOGGER, True, None, False, 0, 0, WSAutoPingStrategy.PING_WHEN_IDLE, False,
        max_frame_bytes, None,
        _READ_BUFFER_BYTES,
    )  # fmt: skip
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    # Before anything is fed: what comes with the head may hold the station up already.
    transport.resume_reading()
    _feed(protocol, head + rest)


def _subprotocol_header(decision: Accept) -> dict[str, str] | None:
    return None if decision.subprotocol is None else {"Sec-WebSocket-Protocol": decision.subprotocol}


def _feed(protocol: asyncio.BufferedProtocol, data: bytes) -> None:
    while data:
        buffer = memoryview(protocol.get_buffer(-1))
        size = min(len(buffer), len(data))
        buffer[:size] = data[:size]
        protocol.buffer_updated(size)
        data = data[size:]
