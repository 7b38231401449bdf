"""What a hostile or broken peer may cost: over real sockets, for both WebSocket libraries, with others untouched."""

import asyncio
import json
import os
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
import websockets
from websockets.asyncio.client import connect

from protocol.bus.commands import RegistryEntry
from tests.csms.harness import GatewayInMemory, gateway_in_memory, station_key, until

TEXT, CONTINUATION, CLOSE, PING, PONG = 1, 0, 8, 9, 10
LIMIT = 4096
HEARTBEAT = b'[2,"1","Heartbeat",{}]'
CALL_WITH_LONG_ANSWER = b'[2,"%s","Heartbeat",{}]' % (b"x" * 3000)  # the answer repeats the id
PATIENCE_S = 5.0  # the peer shares our loop, and the machine its cores
GROWTH_KIB = 20 * 1024


@pytest_asyncio.fixture(params=["picows", "websockets"])
async def csms(request: pytest.FixtureRequest) -> AsyncIterator[GatewayInMemory]:
    async with gateway_in_memory(CSMS_TRANSPORT=request.param, CSMS_MAX_FRAME_BYTES=str(LIMIT)) as gateway:
        gateway.registry.entries[station_key("GOOD")] = RegistryEntry()
        yield gateway


def frame(opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    head = frame_head(opcode, len(payload), fin=fin, rsv=rsv, masked=masked)
    return head + (b"\0\0\0\0" if masked else b"") + payload


def frame_head(opcode: int, size: int, *, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    mask = 0x80 if masked else 0
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    if size < 126:
        return bytes((first, mask | size))
    if size < 2**16:
        return bytes((first, mask | 126)) + struct.pack(">H", size)
    return bytes((first, mask | 127)) + struct.pack(">Q", size)


class RawStation:
    """A peer that writes WebSocket frames as it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    @asynccontextmanager
    async def connected(cls, csms: GatewayInMemory, *, behind_head: bytes = b"") -> AsyncIterator["RawStation"]:
        reader, writer = await asyncio.open_connection("127.0.0.1", csms.port)
        writer.write(
            b"GET /ocpp/CP001 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n" + behind_head
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in head
        try:
            yield cls(reader, writer)
        finally:
            writer.transport.abort()

    def write(self, opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0, masked: bool = True) -> None:
        self._writer.write(frame(opcode, payload, fin=fin, rsv=rsv, masked=masked))

    def write_head(self, opcode: int, size: int) -> None:
        self._writer.write(frame_head(opcode, size))

    async def drain(self) -> bool:
        """Whether everything could be written; False where the gateway has cut us off, or does not read."""
        try:
            async with asyncio.timeout(5):
                await self._writer.drain()
        except (ConnectionError, TimeoutError):
            return False
        return not self._writer.transport.is_closing()

    async def next_frame(self) -> tuple[int, bytes]:
        """Opcode and payload of the next frame; (CLOSE, b"") where the socket just ends."""
        try:
            async with asyncio.timeout(5):
                first, size = await self._reader.readexactly(2)
                if size == 126:
                    (size,) = struct.unpack(">H", await self._reader.readexactly(2))
                return first & 0x0F, await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return CLOSE, b""

    async def close_code(self) -> int | None:
        """The code with which the gateway closed; None where it cut the socket."""
        while True:
            opcode, payload = await self.next_frame()
            if opcode == CLOSE:
                return struct.unpack(">H", payload[:2])[0] if payload else None


@asynccontextmanager
async def good_station(csms: GatewayInMemory) -> AsyncIterator[list[float]]:
    """Another station that asks for the time all along; how long each answer took."""
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    async with connect(csms.url("GOOD"), subprotocols=[websockets.Subprotocol("ocpp1.6")]) as socket:

        async def ask() -> None:
            while True:
                began = loop.time()
                await socket.send(HEARTBEAT.decode())
                assert json.loads(await socket.recv())[0] == 3
                waits.append(loop.time() - began)
                await asyncio.sleep(0.01)

        asking = asyncio.create_task(ask())
        await until(lambda: len(waits) > 2)
        yield waits
        seen = len(waits)
        await until(lambda: len(waits) > seen + 2 or asking.done())
        assert not asking.done()
        asking.cancel()


def resident_kib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


async def test_frame_over_the_limit_is_refused_by_its_head(csms: GatewayInMemory) -> None:
    before_kib = resident_kib()
    async with good_station(csms) as waits, RawStation.connected(csms) as peer:
        peer.write_head(TEXT, 2**40)

        assert await peer.close_code() in (1009, None)

    assert max(waits) < PATIENCE_S
    assert resident_kib() - before_kib < GROWTH_KIB


async def test_fragments_without_end_are_cut_at_the_limit(csms: GatewayInMemory) -> None:
    async with good_station(csms) as waits, RawStation.connected(csms) as peer:
        peer.write(TEXT, b"[", fin=False)
        for _ in range(LIMIT // 64 + 2):
            peer.write(CONTINUATION, b" " * 64, fin=False)

        assert await peer.close_code() == 1009

    assert max(waits) < PATIENCE_S


async def test_message_in_fragments_with_a_ping_between_is_answered(csms: GatewayInMemory) -> None:
    async with RawStation.connected(csms) as peer:
        peer.write(TEXT, HEARTBEAT[:5], fin=False)
        peer.write(PING, b"x")
        for at in range(5, len(HEARTBEAT)):
            peer.write(CONTINUATION, HEARTBEAT[at : at + 1], fin=at == len(HEARTBEAT) - 1)

        assert await peer.next_frame() == (PONG, b"x")
        opcode, payload = await peer.next_frame()

    assert (opcode, payload[:7]) == (TEXT, b'[3,"1",')


async def test_ping_flood_is_read_and_answered_while_others_are_served(csms: GatewayInMemory) -> None:
    before_kib = resident_kib()
    async with good_station(csms) as waits, RawStation.connected(csms) as peer:
        for _ in range(50):
            for _ in range(200):
                peer.write(PING, b"x" * 100)
            await peer.drain()
            for _ in range(200):
                assert (await peer.next_frame())[0] == PONG

    assert max(waits) < PATIENCE_S
    assert resident_kib() - before_kib < GROWTH_KIB


@pytest.mark.parametrize(("opcode", "payload"), [(PING, b"x" * 100), (TEXT, CALL_WITH_LONG_ANSWER)])
async def test_peer_that_does_not_read_is_cut_off(csms: GatewayInMemory, opcode: int, payload: bytes) -> None:
    before_kib = resident_kib()
    async with good_station(csms) as waits, RawStation.connected(csms) as peer:
        is_open, written = True, 0
        while is_open and written < 4000:
            for _ in range(50):
                peer.write(opcode, payload)
            is_open = await peer.drain()
            written += 1

        assert not is_open

    assert max(waits) < PATIENCE_S
    assert resident_kib() - before_kib < 2 * GROWTH_KIB


@pytest.mark.parametrize("options", [{"rsv": 4}, {"rsv": 1}])
async def test_reserved_bit_without_an_extension_is_forgiven(csms: GatewayInMemory, options: dict[str, int]) -> None:
    async with good_station(csms), RawStation.connected(csms) as peer:
        peer.write(TEXT, HEARTBEAT, **options)
        opcode, payload = await peer.next_frame()

    assert (opcode, payload[:7]) == (TEXT, b'[3,"1",')


@pytest.mark.parametrize("rsv", [0, 4], ids=["as it should be", "with a reserved bit"])
async def test_frame_in_one_packet_with_the_head_is_answered(csms: GatewayInMemory, rsv: int) -> None:
    async with RawStation.connected(csms, behind_head=frame(TEXT, HEARTBEAT, rsv=rsv)) as peer:
        opcode, payload = await peer.next_frame()

    assert (opcode, payload[:7]) == (TEXT, b'[3,"1",')


async def test_broken_frame_in_one_packet_with_the_head_is_refused_behind_the_upgrade(
    csms: GatewayInMemory, caplog: pytest.LogCaptureFixture
) -> None:
    async with RawStation.connected(csms, behind_head=frame(TEXT, HEARTBEAT, masked=False)) as peer:
        assert await peer.close_code() == 1002

    assert "request failed" not in caplog.text


async def test_bytes_that_are_no_utf8_are_forgiven(csms: GatewayInMemory) -> None:
    async with RawStation.connected(csms) as peer:
        peer.write(TEXT, b'[2,"1","Authorize",{"idTag":"\xff\xfe04A1B2C3"}]')
        opcode, payload = await peer.next_frame()

    assert (opcode, payload[:7]) == (TEXT, b'[3,"1",')


async def test_silent_half_open_socket_is_pinged_and_then_given_up(csms: GatewayInMemory) -> None:
    async with good_station(csms), RawStation.connected(csms) as peer:
        peer.write(TEXT, HEARTBEAT)
        await peer.next_frame()
        session = csms.gateway.sessions.find(station_key())
        assert session is not None

        session.last_heard_at -= 100
        session.check_liveness(ping_after_s=60, dead_after_s=150)
        pinged = await peer.next_frame()
        session.last_heard_at -= 100
        session.check_liveness(ping_after_s=60, dead_after_s=150)

        assert pinged[0] == PING
        assert await peer.close_code() == 1001
    await until(lambda: csms.gateway.sessions.find(station_key()) is None)


@pytest.mark.parametrize("opcode", [PING, PONG])
async def test_station_that_only_pings_or_pongs_is_alive(csms: GatewayInMemory, opcode: int) -> None:
    async with RawStation.connected(csms) as peer:
        await until(lambda: csms.gateway.sessions.find(station_key()) is not None)
        session = csms.gateway.sessions.find(station_key())
        assert session is not None
        session.last_heard_at -= 100
        silent_since = session.last_heard_at

        peer.write(opcode, b"x")

        await until(lambda: session.last_heard_at > silent_since)
        assert opcode == PONG or await peer.next_frame() == (PONG, b"x")


async def test_half_sent_head_is_closed_in_time() -> None:
    async with gateway_in_memory(CSMS_HANDSHAKE_TIMEOUT_S="0.2") as csms:
        reader, writer = await asyncio.open_connection("127.0.0.1", csms.port)
        writer.write(b"GET /ocpp/CP001 HTTP/1.1\r\nHost:")
        async with asyncio.timeout(5):
            answer = await reader.read()
        writer.close()

    assert answer.startswith(b"HTTP/1.1 408")


async def test_flood_of_junk_costs_a_bounded_number_of_facts(csms: GatewayInMemory) -> None:
    async with good_station(csms) as waits, RawStation.connected(csms) as peer:
        for number in range(500):
            peer.write(TEXT, b'[2,"%d' % number)
            await peer.drain()
            assert (await peer.next_frame())[0] == TEXT

    assert csms.facts.count("quarantined") <= 20
    assert max(waits) < PATIENCE_S


async def test_twenty_reconnects_at_once_cost_the_others_nothing(csms: GatewayInMemory) -> None:
    async with good_station(csms) as waits:
        for _ in range(20):
            async with RawStation.connected(csms) as peer:
                peer.write(TEXT, HEARTBEAT)

    assert max(waits) < PATIENCE_S
