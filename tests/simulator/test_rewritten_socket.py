"""Bytes are rewritten beneath picows, and what it is used with is there; ordinary sockets go by picows alone."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from simulator.access import Access
from simulator.handshake import Handshake, shake_hands
from simulator.plan import StationPlan
from simulator.quirks.library import QUIRKS
from simulator.running import Socket
from simulator.transport import PicowsNetwork

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
TEXT, PING = 0x81, 0x89
RSV1 = 0x40


class OneStation:
    """A Caller that says one text; `failures` are of its handshake."""

    def __init__(self, handshake: Handshake) -> None:
        self.plan = StationPlan("CP1")
        self.handshake = handshake
        self.failures: list[str] = []
        self.opened = asyncio.Event()

    def on_open(self, socket: Socket) -> None:
        self.opened.set()
        socket.send(b"x" * 300)

    def on_connect_failed(self, reason: str) -> None:
        self.failures.append(reason)
        self.opened.set()

    def on_text(self, text: bytes) -> None:
        pass

    def on_closed(self, socket: Socket, reason: str) -> None:
        pass


class Door:
    """A server that completes one handshake, with the head and the first byte of the first frame that it got."""

    def __init__(self, *, answers: bool) -> None:
        self.head = b""
        self.first_byte: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._answers = answers

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.head = await reader.readuntil(b"\r\n\r\n")
        if self._answers:
            (key,) = [line[19:] for line in self.head.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key: ")]
            accept = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest())
            writer.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
            self.first_byte.set_result((await reader.readexactly(1))[0])
        writer.transport.abort()


@asynccontextmanager
async def at_the_door(quirk: str | None, *, answers: bool = True) -> AsyncIterator[tuple[Door, OneStation]]:
    door = Door(answers=answers)
    async with await asyncio.start_server(door.greet, "127.0.0.1", 0) as server, asyncio.TaskGroup() as tasks:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ocpp"
        handshake = shake_hands(StationPlan("CP1"), Access(url, 1, b"secret"))
        change = QUIRKS[quirk].handshake if quirk else None
        station = OneStation(change(handshake) if change else handshake)
        network = PicowsNetwork()
        async with network.using(tasks):
            network.connect(station)
            async with asyncio.timeout(10):
                await station.opened.wait()
            yield door, station


@pytest.mark.parametrize(
    ("quirk", "target", "connection"),
    [
        (None, "/ocpp/CP1", "Upgrade"),
        ("absolute_target", "ws://{host}/ocpp/CP1", "Upgrade"),
        ("no_connection_upgrade", "/ocpp/CP1", "keep-alive"),
        ("connection_with_more_tokens", "/ocpp/CP1", "keep-alive, Upgrade"),
        ("path_prefix", "/vendor/ocpp/CP1", "Upgrade"),
    ],
)
async def test_request_is_written_as_the_station_has_it(quirk: str | None, target: str, connection: str) -> None:
    async with at_the_door(quirk) as (door, station):
        assert await door.first_byte == TEXT

    line, *rest = door.head.decode().split("\r\n")
    headers = dict(header.split(": ", 1) for header in rest if header)
    assert station.failures == []
    assert line == f"GET {target.format(host=headers['Host'])} HTTP/1.1"
    assert headers["Connection"] == connection
    assert headers["Authorization"].startswith("Basic ")


async def test_reserved_bit_is_set_in_messages() -> None:
    async with at_the_door("reserved_bit") as (door, _):
        assert await door.first_byte == TEXT | RSV1


async def test_handshake_that_nobody_answers_is_a_failure() -> None:
    async with at_the_door("reserved_bit", answers=False) as (_, station):
        assert station.failures == ["the CSMS left the handshake unanswered"]
