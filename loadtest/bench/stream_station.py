"""One station on asyncio's streams, plain or over TLS: connect, say something, wait for the answer."""

import asyncio
import ssl
from typing import Self

from loadtest.bench.meter import MeterFailed, expect_result, masked, upgrade_request

_STALL_S = 20.0


class StreamStation:
    """An open WebSocket of OCPP 1.6 with one CALL in flight at most."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, port: int, path: str, *, tls: ssl.SSLContext | None = None) -> Self:
        """The upgrade is done. Raises MeterFailed where it is refused."""
        async with asyncio.timeout(_STALL_S):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=tls, server_hostname="localhost" if tls else None
            )
            writer.write(upgrade_request(path, "ocpp1.6"))
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError as error:
                writer.close()
                raise MeterFailed("the upgrade was not answered") from error
        if not head.startswith(b"HTTP/1.1 101"):
            writer.close()
            raise MeterFailed(f"the upgrade was answered {head[:80]!r}")
        return cls(reader, writer)

    async def call(self, text: bytes) -> None:
        """Say it, and wait for its CALLRESULT. Raises MeterFailed."""
        self._writer.write(masked(text))
        async with asyncio.timeout(_STALL_S):
            expect_result(await self._read_message())

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    async def _read_message(self) -> bytes:
        while True:
            first, size = await self._reader.readexactly(2)
            if size == 126:
                size = int.from_bytes(await self._reader.readexactly(2))
            payload = await self._reader.readexactly(size)
            if first == 0x81:
                return payload
            if first == 0x88:
                raise MeterFailed("the server closed a connection")
