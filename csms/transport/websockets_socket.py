"""WebSockets by the sans-IO core of `websockets`: for machines that have no wheel of picows."""

import asyncio
import logging
from collections.abc import Callable

from websockets.extensions import Extension
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import ExtensionName, Subprotocol

from csms.handshake import Accept
from csms.session import StationSession

_CLOSE_TIMEOUT_S = 2.0
_LOGGER = logging.getLogger("websockets")
_LOGGER.setLevel(logging.ERROR)

OpenSession = Callable[["WebsocketsSocket", Accept], StationSession]


class _ReservedBitsForgiven(Extension):
    """Takes no notice of reserved bits, as picows: nobody has negotiated what they could mean (RFC 6455 §5.2)."""

    name = ExtensionName("reserved-bits-forgiven")

    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        """The frame without the bits."""
        frame.rsv1 = frame.rsv2 = frame.rsv3 = False
        return frame

    def encode(self, frame: Frame) -> Frame:
        """The frame."""
        return frame


class WebsocketsSocket(asyncio.Protocol):
    """One socket: asyncio's protocol, and the session's StationSocket."""

    def __init__(
        self, transport: asyncio.Transport, decision: Accept, open_session: OpenSession, max_frame_bytes: int
    ) -> None:
        names = [Subprotocol(decision.subprotocol)] if decision.subprotocol is not None else None
        self._protocol = ServerProtocol(
            subprotocols=names,
            select_subprotocol=None if names else lambda _protocol, _offered: None,
            max_size=max_frame_bytes,
            logger=_LOGGER,
        )
        self._transport = transport
        self._decision = decision
        self._open_session = open_session
        self._session: StationSession | None = None
        self._fragments = bytearray()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self._protocol.receive_data(data)
        self._drain()

    def eof_received(self) -> bool:
        """The station sends no more."""
        self._protocol.receive_eof()
        self._drain()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        if self._session is not None:
            code = self._protocol.close_rcvd.code if self._protocol.close_rcvd is not None else None
            self._session.on_closed(f"closed with {code}" if code is not None else "connection lost")

    def pause_writing(self) -> None:
        """The station sends CALLs and does not read their answers: it is cut off before they fill our memory."""
        self._transport.abort()

    def send_text(self, text: bytes) -> None:
        """Queue one text message."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(text)
            self._flush()

    def send_ping(self) -> None:
        """Ask for a sign of life."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_ping(b"")
            self._flush()

    def close(self, code: int, reason: str) -> None:
        """Say goodbye, then cut the socket if the station does not."""
        if self._protocol.state is not State.OPEN:
            return
        self._protocol.send_close(code, reason)
        self._flush()
        asyncio.get_running_loop().call_later(_CLOSE_TIMEOUT_S, self._transport.abort)

    def pause_reading(self) -> None:
        """Let the station wait."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def _drain(self) -> None:
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._protocol.send_response(self._protocol.accept(event))
                self._protocol.extensions = [_ReservedBitsForgiven()]
                self._flush()
                self._open()
            elif isinstance(event, Frame):
                self._on_frame(event)
        self._flush()

    def _open(self) -> None:
        if self._decision.is_closed_at_once:
            self.close(1002, "no common OCPP version")
        elif self._protocol.state is State.OPEN:
            self._session = self._open_session(self, self._decision)

    def _on_frame(self, frame: Frame) -> None:
        if self._session is None:
            return
        if frame.opcode is Opcode.BINARY:
            self.close(1003, "OCPP-J is text")
        elif frame.opcode in (Opcode.TEXT, Opcode.CONT):
            self._fragments += frame.data
            if frame.fin:
                message = bytes(self._fragments)
                self._fragments.clear()
                self._session.on_text(message)
        elif frame.opcode is not Opcode.CLOSE:
            self._session.on_alive()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof():
                self._transport.write_eof()
        if self._protocol.close_expected():
            self._transport.close()


def take_over(
    transport: asyncio.Transport,
    decision: Accept,
    head: bytes,
    rest: bytes,
    *,
    open_session: OpenSession,
    max_frame_bytes: int,
) -> None:
    """Give the socket to `websockets`, as if it had read the head itself."""
    socket = WebsocketsSocket(transport, decision, open_session, max_frame_bytes)
    transport.set_protocol(socket)
    # Before anything is fed: what comes with the head may hold the station up already.
    transport.resume_reading()
    # The head alone: frames behind it are parsed in the same step, and would miss what its acceptance sets.
    socket.data_received(head)
    if rest:
        socket.data_received(rest)
