"""A socket in memory, an operator who does nothing, and servers that are no CSMS, for tests of the judge."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from simulator.conformance.csms.target import Target
from simulator.conformance.csms.trials import trials_of
from simulator.conformance.driver import Code, Command, Need, NewStation, Token
from simulator.conformance.judging import judge_all
from simulator.conformance.verdicts import Result

SUBPROTOCOLS = [Subprotocol("ocpp1.6"), Subprotocol("ocpp2.0.1"), Subprotocol("ocpp2.1")]


class MemorySocket:
    """What the judge said is in `said`; the test says what it hears."""

    def __init__(self) -> None:
        self.close_reason = "over"
        self.said: list[list[Any]] = []
        self.is_closed = False
        self._incoming: asyncio.Queue[str | bytes | None] = asyncio.Queue()

    async def send(self, text: str) -> None:
        self.said.append(json.loads(text))

    async def receive(self) -> str | bytes | None:
        return await self._incoming.get()

    async def close(self) -> None:
        self.is_closed = True

    def hear(self, frame: Any) -> None:
        """A frame arrives; a text as it is, None where the other side closes."""
        self._incoming.put_nowait(frame if isinstance(frame, str | bytes | None) else json.dumps(frame))


class Idle:
    """An operator who says yes and does nothing: no command of it ever leaves the CSMS."""

    can: frozenset[Need] = frozenset(Need)
    is_parallel = True
    command_s: float | None = 0.2

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    async def add_station(self, station: NewStation) -> None:
        pass

    async def add_token(self, token: Token) -> Token:
        return token

    async def trust_contracts(self, root: str) -> None:
        pass

    async def until_online(self, station_id: str) -> None:
        pass

    async def accept(self, station_id: str) -> None:
        pass

    async def start(self, station_id: str, limit: Mapping[str, Any]) -> None:
        await asyncio.Event().wait()

    async def offer_codes(self, station_id: str) -> None:
        await asyncio.Event().wait()

    async def scan(self, code: Code) -> None:
        await asyncio.Event().wait()

    async def pay(self, code: Code) -> None:
        await asyncio.Event().wait()

    async def command(self, command: Command) -> None:
        await asyncio.Event().wait()


@asynccontextmanager
async def served(
    talk: Callable[[ServerConnection], Awaitable[None]], *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """The URL of a WebSocket server that talks so to whoever comes, over TLS with a context of a server."""

    async def quietly(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await talk(connection)

    async with serve(quietly, "127.0.0.1", 0, subprotocols=SUBPROTOCOLS, close_timeout=1, ssl=tls) as server:
        yield f"{'ws' if tls is None else 'wss'}://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ocpp"


async def judged(target: Target, driver: Any, *cases: str, jobs: int = 12) -> dict[str, Result]:
    """The results by case, of these cases or of all."""
    trials = [one for one in trials_of(target, driver) if not cases or one.case_id in cases]
    assert not cases or {one.case_id for one in trials} == set(cases)
    results = await judge_all(trials, jobs=jobs, limit_s=60, on_result=lambda _result: None)
    return {one.case_id: one for one in results}
