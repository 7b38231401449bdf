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
    "Sec-WebSocket-Protocol: {subprotocol}\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Workload:
    """What the stations say: `make_call` gives the CALL of a number that no other has, the nth of its station."""

    subprotocol: str
    boot: bytes
    make_call: Callable[[int, int, int], bytes]


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


def distinct_meter_values(number: int, _station: int, _nth: int) -> bytes:
    """A MeterValues CALL of about 900 bytes that no other number makes."""
    return _METER_VALUES % (number, _stamp(number), 1_000_000 + number)


def distinct_transaction_events(number: int, station: int, nth: int) -> bytes:
    """A TransactionEvent of the same readings: the station's one transaction goes on, its numbers without a hole."""
    stamp = _stamp(number)
    return _TRANSACTION_EVENT % (number, stamp, 1 + nth, station, stamp, 1_000_000 + number)


def _stamp(number: int) -> bytes:
    return b"2025-03-01T12:%02d:%02d.%03dZ" % (number // 60_000 % 60, number // 1000 % 60, number % 1000)


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


_TRANSACTION_EVENT = (
    b'[2,"%08d","TransactionEvent",{"eventType":"Updated","timestamp":"%s","triggerReason":"MeterValuePeriodic",'
    b'"seqNo":%d,"transactionInfo":{"transactionId":"tx-%08d","chargingState":"Charging"},'
    b'"evse":{"id":1,"connectorId":1},"meterValue":[{"timestamp":"%s","sampledValue":['
    b'{"value":%d,"context":"Sample.Periodic","measurand":"Energy.Active.Import.Register","location":"Outlet"},'
    b'{"value":11040.5,"context":"Sample.Periodic","measurand":"Power.Active.Import","location":"Outlet",'
    b'"unitOfMeasure":{"unit":"W"}},'
    b'{"value":16.02,"measurand":"Current.Import","unitOfMeasure":{"unit":"A"},"phase":"L1"},'
    b'{"value":15.98,"measurand":"Current.Import","unitOfMeasure":{"unit":"A"},"phase":"L2"},'
    b'{"value":16.0,"measurand":"Current.Import","unitOfMeasure":{"unit":"A"},"phase":"L3"},'
    b'{"value":230.1,"measurand":"Voltage","unitOfMeasure":{"unit":"V"},"phase":"L1-N"}]}]}]'
)
METER_VALUES_16 = Workload(
    "ocpp1.6",
    b'[2,"boot","BootNotification",{"chargePointVendor":"Bench","chargePointModel":"Meter"}]',
    distinct_meter_values,
)
TRANSACTION_EVENTS_201 = Workload(
    "ocpp2.0.1",
    b'[2,"boot","BootNotification",{"reason":"PowerUp","chargingStation":{"vendorName":"Bench","model":"Meter"}}]',
    distinct_transaction_events,
)


class Meter:
    """Connections to one server, and the loop that drives them."""

    def __init__(self, port: int, *, path: Callable[[int], str], workload: Workload = METER_VALUES_16) -> None:
        self._port = port
        self._workload = workload
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
                station.sendall(masked(self._workload.boot))
            for station in batch:
                expect_result(_read_message(station))
            self._sockets += batch

    def run(self, *, warm_up_s: float, seconds: float) -> Load:
        """Keep one CALL in flight on every connection; count after the warm-up. What is in flight then is awaited."""
        make_call = self._workload.make_call
        number, sent_at = 0, {}
        said: dict[int, int] = {}
        for station in self._sockets:
            said[station.fileno()] = 1
            station.setblocking(False)
            self._poll.register(station.fileno(), select.EPOLLIN)
            self._by_fileno[station.fileno()] = station
            station.send(masked(make_call(number, station.fileno(), 0)))
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
                expect_result(_payload_of(station.recv(_RECEIVE_BYTES)))
                answered += 1
                in_flight -= 1
                if start <= now < end:
                    measured += 1
                    latencies_us.append(int((now - sent_at[fileno]) * 1e6))
                if now < end:
                    station.send(masked(make_call(number, fileno, said[fileno])))
                    sent_at[fileno] = now
                    said[fileno] += 1
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
        station.sendall(upgrade_request(self._path(number), self._workload.subprotocol))
        return station


def upgrade_request(path: str, subprotocol: str) -> bytes:
    """The head of an upgrade request, with its blank line."""
    return _UPGRADE.format(path=path, subprotocol=subprotocol).encode()


def masked(payload: bytes) -> bytes:
    """One text frame of a client."""
    size = len(payload)
    head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE, size >> 8, size & 0xFF))
    return head + b"\0\0\0\0" + payload


def _payload_of(frame: bytes) -> bytes:
    """One answer of ours is small enough to come in one piece, and one is in flight."""
    if len(frame) < 2:
        raise MeterFailed("the server closed a connection")
    return frame[4:] if frame[1] == 126 else frame[2:]


def expect_result(payload: bytes) -> None:
    """Raises MeterFailed for what is no CALLRESULT."""
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
