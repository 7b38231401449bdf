"""Stations of other authors that a test plays in the words of the wire, whichever client speaks them.

Each is judged by its own author's copy of the OCPP schemas: what the platform says wrongly is refused by the client.
"""

import asyncio
import base64
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Self

from ocpp import v16, v21, v201
from ocpp.charge_point import ChargePoint, camel_to_snake_case, snake_to_camel_case
from ocpp.exceptions import OCPPError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

PATIENCE_S = 10.0


class ClientRefused(Exception):
    """The client's connection or call came to nothing: the sentence is the client's own."""


class Client(ABC):
    """A station with one connector that speaks one version. Payloads are as the wire has them."""

    def __init__(self, endpoint: str, name: str, password: str, *, version: str = "1.6") -> None:
        self.version = version
        self.endpoint = endpoint
        self.name = name
        self.password = password
        self.complaints: list[str] = []
        self._asked: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    @abstractmethod
    async def connect(self) -> str:
        """The subprotocol that was agreed. Raises ClientRefused."""

    @abstractmethod
    async def drop(self) -> None:
        """The socket is gone, without a farewell. `connect` makes another."""

    @abstractmethod
    async def call(self, action: str, **payload: Any) -> Any:
        """The payload of the CALLRESULT. Raises ClientRefused."""

    @abstractmethod
    async def answer(self, action: str, **payload: Any) -> None:
        """From now on this is said when the CSMS asks; what was never given an answer the client refuses by itself."""

    @abstractmethod
    async def close(self) -> None:
        """Nothing of the client is left."""

    async def asked(self, action: str) -> Any:
        """The payload of the next request of the CSMS, which has to be this one."""
        asked, payload = await asyncio.wait_for(self._asked.get(), PATIENCE_S)
        assert asked == action, f"the CSMS sent {asked} where {action} was due: {payload}"
        return payload

    @property
    def is_asked_nothing(self) -> bool:
        """Whether every request of the CSMS was expected."""
        return self._asked.empty()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()


MakeClient = Callable[..., Client]

_WORDS = {"1.6": v16, "2.0.1": v201, "2.1": v21}


class OcppPackage(Client):
    """The Python package `ocpp` on `websockets`."""

    def __init__(self, endpoint: str, name: str, password: str, *, version: str = "1.6") -> None:
        super().__init__(endpoint, name, password, version=version)
        self._words: Any = _WORDS[version]  # Any: a module of the package
        self._answers: dict[str, Any] = {}
        self._socket: ClientConnection | None = None
        self._station: ChargePoint | None = None
        self._reading: asyncio.Task[None] | None = None

    async def connect(self) -> str:
        token = base64.b64encode(f"{self.name}:{self.password}".encode()).decode()
        try:
            self._socket = await connect(
                f"{self.endpoint}/{self.name}",
                subprotocols=[Subprotocol(f"ocpp{self.version}")],
                additional_headers={"Authorization": f"Basic {token}"},
            )
        except InvalidStatus as refused:
            raise ClientRefused(str(refused)) from refused
        station: ChargePoint = self._words.ChargePoint(self.name, self._socket)
        self._station = station
        for action in self._answers:
            self._route(action)
        self._reading = asyncio.create_task(self._station.start())
        return str(self._socket.subprotocol)

    async def drop(self) -> None:
        assert self._socket is not None
        self._socket.transport.abort()
        await self.close()

    async def call(self, action: str, **payload: Any) -> Any:
        assert self._station is not None
        request = getattr(self._words.call, action)(**camel_to_snake_case(payload))
        try:
            answer = await self._station.call(request, suppress=False)
        except OCPPError as error:
            self.complaints.append(repr(error))
            raise ClientRefused(f"{error.code}: {error}") from error
        return snake_to_camel_case({name: value for name, value in vars(answer).items() if value is not None})

    async def answer(self, action: str, **payload: Any) -> None:
        self._answers[action] = getattr(self._words.call_result, action)(**camel_to_snake_case(payload))
        if self._station is not None:
            self._route(action)

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    def _route(self, action: str) -> None:
        def on_call(**fields: Any) -> Any:
            self._asked.put_nowait((action, snake_to_camel_case(fields)))
            return self._answers[action]

        assert self._station is not None
        self._station.route_map[action] = {"_on_action": on_call, "_skip_schema_validation": False}
