"""A station's socket under gevent: one greenlet reads, whoever calls waits for its answer.

Every call is a request of Locust's: its type is the dialect ("OCPP 1.6"), its name the action, its time from the frame
that was sent to the answer that was read. What the CSMS calls is answered by the reader itself and counts under
"OCPP 1.6 answered". Only in Locust's own environment.
"""

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import gevent
import websocket
from gevent.event import AsyncResult
from gevent.queue import Queue

from loadtest.conduct import Answer, Order, Payload, measured_as

CALL_TIMEOUT_S = 30.0
_CONNECT_TIMEOUT_S = 20.0

_CALL, _RESULT, _ERROR = 2, 3, 4

Report = Callable[..., None]
"""Locust's `events.request.fire`, or nothing once the station says goodbye."""


class LinkLost(Exception):
    """The socket is gone, by whichever side."""


class CallFailed(Exception):
    """A call was answered with a CALLERROR, or not in time."""


class Link:
    """An open connection. `orders` is what the CSMS wants done; None in it: the socket is gone."""

    def __init__(self, url: str, *, password: str, dialect: str, subprotocol: str, report: Report) -> None:
        """Connected. Raises LinkLost."""
        self.orders: Queue[Order | None] = Queue()
        self.is_quiet = False
        self._dialect = dialect
        self._report = report
        self._waiting: dict[str, AsyncResult[Payload]] = {}
        self._is_open = True
        self._is_ours_to_close = False
        began = time.perf_counter()
        try:
            self._socket = _connect(url, password=password, subprotocol=subprotocol)
        except (OSError, websocket.WebSocketException) as error:
            self._fire("handshake", began, error=error)
            raise LinkLost(repr(error)) from error
        self._fire("handshake", began)
        self._reader: gevent.Greenlet[[], None] | None = None

    def read(self, answer: Callable[[str, Payload], Answer]) -> None:
        """From now on frames are read; `answer` says what a CALL is answered."""
        self._reader = gevent.spawn(self._read, answer)

    def call(self, action: str, payload: Payload) -> Payload:
        """The answer. Raises CallFailed and LinkLost; after a time-out the socket is of no use and closed."""
        if not self._is_open:
            raise LinkLost("closed")
        number = str(uuid4())
        answered: AsyncResult[Payload] = AsyncResult()
        self._waiting[number] = answered
        began, size, name = time.perf_counter(), 0, measured_as(action, payload)
        try:
            size = self._send([_CALL, number, action, payload])
            reply = answered.get(timeout=CALL_TIMEOUT_S)
        except gevent.Timeout as silence:
            failure = CallFailed(f"no answer within {CALL_TIMEOUT_S:.0f} s")
            self._fire(name, began, size=size, error=failure)
            self.drop()
            raise failure from silence
        except (CallFailed, LinkLost) as error:
            # What we dropped ourselves, nobody failed to answer.
            if not self._is_ours_to_close:
                self._fire(name, began, size=size, error=error)
            raise
        finally:
            self._waiting.pop(number, None)
        self._fire(name, began, size=size)
        return reply

    def drop(self) -> None:
        """The socket is gone without a goodbye, as by a loss of power."""
        self._is_ours_to_close = True
        if self._socket.sock is not None:
            self._socket.shutdown()
        self._forget()

    def close(self) -> None:
        """The socket is closed in order."""
        self._is_ours_to_close = True
        if self._reader is not None:
            self._reader.kill(block=False)
        try:
            self._socket.close(timeout=2)
        except (OSError, websocket.WebSocketException):
            self._socket.shutdown()
        self._forget()

    def _read(self, answer: Callable[[str, Payload], Answer]) -> None:
        try:
            while text := self._socket.recv():
                self._take(json.loads(text), answer)
        except (OSError, websocket.WebSocketException):
            pass
        if not self._is_ours_to_close:
            self._fire("connection lost", time.perf_counter(), error=LinkLost("closed by the CSMS, or broken"))
        self._socket.shutdown()
        self._forget()

    def _take(self, frame: list[Any], answer: Callable[[str, Payload], Answer]) -> None:
        kind, number = frame[0], frame[1]
        if kind == _CALL:
            self._answer(number, frame[2], answer(frame[2], frame[3]))
        elif (waiting := self._waiting.get(number)) is not None:
            if kind == _RESULT:
                waiting.set(frame[2])
            else:
                waiting.set_exception(CallFailed(f"CALLERROR {frame[2]}: {frame[3]}"))

    def _answer(self, number: str, action: str, answer: Answer) -> None:
        began = time.perf_counter()
        if answer.error is None:
            size = self._send([_RESULT, number, answer.payload])
        else:
            size = self._send([_ERROR, number, *answer.error, {}])
        self._fire(action, began, kind=f"{self._dialect} answered", size=size)
        if answer.order is not None:
            self.orders.put(answer.order)

    def _send(self, frame: list[Any]) -> int:
        """How many bytes went out. Raises LinkLost."""
        text = json.dumps(frame, separators=(",", ":"))
        try:
            self._socket.send(text)
        except (OSError, websocket.WebSocketException) as error:
            raise LinkLost(repr(error)) from error
        return len(text)

    def _forget(self) -> None:
        if self._is_open:
            self._is_open = False
            for waiting in self._waiting.values():
                waiting.set_exception(LinkLost("the socket was closed before the answer"))
            self.orders.put(None)

    def _fire(
        self, name: str, began: float, *, kind: str | None = None, size: int = 0, error: Exception | None = None
    ) -> None:
        if not self.is_quiet:
            self._report(
                request_type=kind or self._dialect,
                name=name,
                response_time=(time.perf_counter() - began) * 1000,
                response_length=size,
                exception=error,
                context={},
            )


def _connect(url: str, *, password: str, subprotocol: str) -> websocket.WebSocket:
    user = url.rsplit("/", 1)[1]
    credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
    opened = websocket.create_connection(
        url,
        timeout=_CONNECT_TIMEOUT_S,
        subprotocols=[subprotocol],
        header=[f"Authorization: Basic {credentials}"],
        suppress_origin=True,
    )
    opened.settimeout(None)
    return opened
