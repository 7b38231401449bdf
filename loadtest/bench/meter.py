"""A closed-loop load generator for OCPP-J servers: one CALL in flight on each connection, counted when answered.

It speaks just enough WebSocket to be cheap: epoll, one write and one read a message, and a masking key of zeros, which
is legal (RFC 6455 §5.3) and leaves the payload as it is. Answers are checked for being a CALLRESULT and no more:
correctness is another test's business.
"""

import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_RECEIVE_BYTES = 4096
_HANDSHAKES_AT_ONCE = 100
_STALL_S = 20.0

_UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)
BOOT = b'[2,"boot","BootNotification",{"chargePointVendor":"Bench","chargePointModel":"Meter"}]'


class MeterFailed(RuntimeError):
    """The server did something that a benchmark cannot go on with."""


@dataclass(slots=True)
class Load:
    """What a run measured. `answered` counts every answer after the boots, warm-up included."""

    messages: int
    seconds: float
    answered: int
    latencies_us: list[int] = field(repr=False)

    def percentile_us(self, fraction: float) -> int:
        """The latency that this fraction of messages kept to, in µs."""
        ordered = sorted(self.latencies_us)
        return ordered[min(len(ordered) - 1, int(len(ordered) * fraction))] if ordered else 0


def distinct_meter_values(number: int) -> bytes:
    """A MeterValues CALL of about 900 bytes that no other number makes."""
    second, millisecond = number // 1000 % 60, number % 1000
    stamp = b"2025-03-01T12:%02d:%02d.%03dZ" % (number // 60_000 % 60, second, millisecond)
    return _METER_VALUES % (number, stamp, 1_000_000 + number)


_METER_VALUES = (
    b'[2,"%08d","MeterValues",{"connectorId":1,"transactionId":123456,"meterValue":[{"timestamp":"%s","sampledValue":['
    b'{"value":"%d","context":"Sample.Periodic","format":"Raw","measurand":"Energy.Active.Import.Register",'
    b'"location":"Outlet","unit":"Wh"},'
    b'{"value":"11040.5","context":"Sample.Periodic","format":"Raw","measurand":"Power.Active.Import",'
    b'"location":"Outlet","unit":"W"},'
    b'{"value":"16.02","context":"Sample.Periodic","measurand":"Current.Import","location":"Outlet","unit":"A",'
    b'"phase":"L1"},'
    b'{"value":"15.98","context":"Sample.Periodic","measurand":"Current.Import","location":"Outlet","unit":"A",'
    b'"phase":"L2"},'
    b'{"value":"16.00","context":"Sample.Periodic","measurand":"Current.Import","location":"Outlet","unit":"A",'
    b'"phase":"L3"},'
    b'{"value":"230.1","context":"Sample.Periodic","measurand":"Voltage","location":"Outlet","unit":"V",'
    b'"phase":"L1-N"}]}]}]'
)


class Meter:
    """Connections to one server, and the loop that drives them."""

    def __init__(self, port: int, *, path: Callable[[int], str]) -> None:
        self._port = port
        self._path = path
        self._sockets: list[socket.socket] = []
        self._poll = select.epoll()
        self._by_fileno: dict[int, socket.socket] = {}

    def open(self, count: int) -> None:
        """Connect, upgrade and boot `count` stations. Raises MeterFailed where the server refuses or stalls."""
        for first in range(0, count, _HANDSHAKES_AT_ONCE):
            batch = [self._connect(number) for number in range(first, min(first + _HANDSHAKES_AT_ONCE, count))]
            for station in batch:
                head = _read_until(station, b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 101"):
                    raise MeterFailed(f"the upgrade was answered {head[:80]!r}")
                station.sendall(_masked(BOOT))
            for station in batch:
                _expect_result(_read_message(station))
            self._sockets += batch

    def run(self, make_call: Callable[[int], bytes], *, warm_up_s: float, seconds: float) -> Load:
        """Keep one CALL in flight on every connection; count after the warm-up. What is in flight then is awaited."""
        number, sent_at = 0, {}
        for station in self._sockets:
            station.setblocking(False)
            self._poll.register(station.fileno(), select.EPOLLIN)
            self._by_fileno[station.fileno()] = station
            station.send(_masked(make_call(number)))
            sent_at[station.fileno()] = time.perf_counter()
            number += 1
        answered = measured = 0
        latencies_us: list[int] = []
        start = time.perf_counter() + warm_up_s
        end = start + seconds
        in_flight = len(self._sockets)
        while in_flight:
            events = self._poll.poll(_STALL_S)
            if not events:
                raise MeterFailed(f"nothing was answered for {_STALL_S:g} s")
            now = time.perf_counter()
            for fileno, _ in events:
                station = self._by_fileno[fileno]
                _expect_result(_payload_of(station.recv(_RECEIVE_BYTES)))
                answered += 1
                in_flight -= 1
                if start <= now < end:
                    measured += 1
                    latencies_us.append(int((now - sent_at[fileno]) * 1e6))
                if now < end:
                    station.send(_masked(make_call(number)))
                    sent_at[fileno] = now
                    number += 1
                    in_flight += 1
        return Load(measured, seconds, answered, latencies_us)

    def close(self) -> None:
        """Drop every connection."""
        for station in self._sockets:
            station.close()
        self._poll.close()

    def _connect(self, number: int) -> socket.socket:
        station = socket.create_connection(("127.0.0.1", self._port), timeout=_STALL_S)
        station.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        station.sendall(_UPGRADE.format(path=self._path(number)).encode())
        return station


def _masked(payload: bytes) -> bytes:
    size = len(payload)
    head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE, size >> 8, size & 0xFF))
    return head + b"\0\0\0\0" + payload


def _payload_of(frame: bytes) -> bytes:
    """One answer of ours is small enough to come in one piece, and one is in flight."""
    if len(frame) < 2:
        raise MeterFailed("the server closed a connection")
    return frame[4:] if frame[1] == 126 else frame[2:]


def _expect_result(payload: bytes) -> None:
    if not payload.startswith(b"[3,"):
        raise MeterFailed(f"a CALL was answered {payload[:200]!r}")


def _read_until(station: socket.socket, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        part = station.recv(1)
        if not part:
            raise MeterFailed(f"the server closed during the handshake: {data[:80]!r}")
        data += part
    return data


def _read_message(station: socket.socket) -> bytes:
    return _payload_of(station.recv(_RECEIVE_BYTES))
