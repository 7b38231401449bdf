"""A small FTP server (RFC 959, RFC 2428) on loopback, in a thread: one user, one folder, passive transfers."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

USER, PASSWORD = "station", "p@ss word"
FOLDER = "logs of stations"
DRIP_S = 0.01


class FtpServer:
    """`files` are there, by name.

    `answers` says by their verbs what commands get instead of being done; that of "" is its greeting. `prelude` is said
    before a transfer and `verdict` behind it; where that is "" it hangs up instead. While `drip` is set, that comes
    again and again in place of the greeting; b"" is silence.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, str] = {}
        self.prelude = "150 go on"
        self.verdict = "226 it is done"
        self.drip: bytes | None = None
        self.has_begun = threading.Event()
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []
        self._is_ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_over: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["FtpServer"]:
        server = cls()
        server._thread.start()
        server._is_ready.wait()
        try:
            yield server
        finally:
            assert server._loop is not None
            assert server._is_over is not None
            server._loop.call_soon_threadsafe(server._is_over.set)
            server._thread.join()

    async def _serve(self) -> None:
        self._loop, self._is_over = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(self._talk, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._is_ready.set()
            await self._is_over.wait()
            self.drip = None
            for writer in self.writers:
                writer.close()
            await asyncio.gather(*(writer.wait_closed() for writer in self.writers), return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        self.has_begun.set()
        conversation = _Conversation(self, writer)
        with suppress(ConnectionError):
            while self.drip is not None:
                writer.write(self.drip)
                await writer.drain()
                await asyncio.sleep(DRIP_S)
        writer.write(f"{self.answers.get('', '220 ready')}\r\n".encode())
        while line := await reader.readline():
            verb, _, argument = line.decode().rstrip("\r\n").partition(" ")
            if verb == "QUIT":
                writer.write(f"{self.answers.get('QUIT', '221 goodbye')}\r\n".encode())
                break
            answer = await conversation.answer(verb, argument)
            if not answer:
                break
            writer.write(f"{answer}\r\n".encode())
        await conversation.close_door()
        writer.close()


class _Conversation:
    """One connection of control, and the door that its next transfer comes through."""

    def __init__(self, server: FtpServer, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._writer = writer
        self._user = ""
        self._is_let_in = False
        self._door: asyncio.Server | None = None
        self._came: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] | None = None

    async def answer(self, verb: str, argument: str) -> str:
        if verb in self._server.answers:
            return self._server.answers[verb]
        if verb == "USER":
            self._user = argument
            return "331 password, please"
        if verb == "PASS":
            self._is_let_in = (self._user, argument) == (USER, PASSWORD)
            return "230 welcome" if self._is_let_in else "530 not logged in"
        if not self._is_let_in:
            return "530 not logged in"
        match verb:
            case "TYPE":
                return "200 as you like"
            case "CWD":
                return "250 there" if argument == FOLDER else "550 no such folder"
            case "PASV" | "EPSV":
                return await self._open_door(verb)
            case "STOR":
                return await self._store(argument)
            case "RETR":
                return await self._hand_out(argument) if argument in self._server.files else "550 no such file"
        return "502 not implemented"

    async def close_door(self) -> None:
        if self._door is not None:
            self._door.close()
            await self._door.wait_closed()

    async def _open_door(self, verb: str) -> str:
        came = self._came = asyncio.get_running_loop().create_future()

        def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._server.writers.append(writer)
            came.set_result((reader, writer))

        self._door = await asyncio.start_server(enter, "127.0.0.1", 0)
        port = self._door.sockets[0].getsockname()[1]
        if verb == "EPSV":
            return f"229 entering extended passive mode (|||{port}|)"
        return f"227 entering passive mode (127,0,0,1,{port // 256},{port % 256})"

    async def _store(self, name: str) -> str:
        reader, writer = await self._transfer()
        self._server.files[name] = await reader.read()
        writer.close()
        return self._server.verdict

    async def _hand_out(self, name: str) -> str:
        _, writer = await self._transfer()
        writer.write(self._server.files[name])
        await writer.drain()
        writer.close()
        return self._server.verdict

    async def _transfer(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        assert self._came is not None
        self._writer.write(f"{self._server.prelude}\r\n".encode())
        streams = await self._came
        await self.close_door()
        return streams
