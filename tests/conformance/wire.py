"""A station that a test plays by hand: frames in and out, as the wire has them, judged by the published schemas.

It shares no code with the platform. Every request and every answer that the CSMS sends is held against the JSON schema
that the `ocpp` package ships, and a message that nobody expected fails the test.
"""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import jsonschema
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

ResultT = TypeVar("ResultT")

_SCHEMAS = {
    "1.6": ("v16", "", "Response"),
    "2.0.1": ("v201", "Request", "Response"),
    "2.1": ("v21", "Request", "Response"),
}
_SENDS = frozenset(("NotifyPeriodicEventStream",))  # their schemas are named after the action alone
PATIENCE_S = 10.0


def now(*, ago: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@cache
def schema_of(version: str, action: str, *, is_request: bool) -> Any:
    folder, request, response = _SCHEMAS[version]
    suffix = "" if action in _SENDS else request if is_request else response
    name = f"{action}{suffix}.json"
    return json.loads((files("ocpp") / folder / "schemas" / name).read_text("utf-8-sig"))


def judge(version: str, action: str, payload: Any, *, is_request: bool) -> None:
    """Fails where the payload breaks the published schema."""
    jsonschema.validate(payload, schema_of(version, action, is_request=is_request))


class Asked:
    """A request of the CSMS that waits for the station's answer."""

    def __init__(self, socket: ClientConnection, version: str, message_id: str, action: str, payload: Any) -> None:
        self.action = action
        self.payload = payload
        self._socket = socket
        self._version = version
        self._message_id = message_id

    async def answer(self, **payload: Any) -> None:
        judge(self._version, self.action, payload, is_request=False)
        await self._socket.send(json.dumps([3, self._message_id, payload]))

    async def refuse(self, code: str, description: str = "") -> None:
        await self._socket.send(json.dumps([4, self._message_id, code, description, {}]))


class WireStation:
    """One connected station."""

    def __init__(self, socket: ClientConnection, version: str) -> None:
        self.version = version
        self.socket = socket
        self._asked: asyncio.Queue[Asked] = asyncio.Queue()
        self._answers: dict[str, asyncio.Future[Any]] = {}
        self._actions: dict[str, str] = {}
        self._sent = 0

    async def read(self) -> None:
        """Until the socket closes."""
        async for text in self.socket:
            kind, message_id, *rest = json.loads(text)
            if kind == 2:
                action, payload = rest
                judge(self.version, action, payload, is_request=True)
                self._asked.put_nowait(Asked(self.socket, self.version, message_id, action, payload))
                continue
            answered = self._answers.pop(message_id)
            if kind == 3:
                judge(self.version, self._actions[message_id], rest[0], is_request=False)
                answered.set_result(rest[0])
            else:
                answered.set_exception(CallRefused(rest[0], rest[1]))

    async def send(self, action: str, /, **payload: Any) -> Any:
        """The payload of the CALLRESULT. Raises CallRefused for a CALLERROR."""
        judge(self.version, action, payload, is_request=True)
        self._sent += 1
        message_id = f"m{self._sent}"
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[message_id] = answered
        self._actions[message_id] = action
        await self.socket.send(json.dumps([2, message_id, action, payload]))
        return await asyncio.wait_for(answered, PATIENCE_S)

    async def tell(self, action: str, **payload: Any) -> None:
        """A SEND of 2.1, which gets no answer."""
        judge(self.version, action, payload, is_request=True)
        self._sent += 1
        await self.socket.send(json.dumps([6, f"m{self._sent}", action, payload]))

    async def asked(self, action: str) -> Asked:
        """The next request of the CSMS, which has to be this one."""
        asked = await asyncio.wait_for(self._asked.get(), PATIENCE_S)
        assert asked.action == action, f"the CSMS sent {asked.action} where {action} was due: {asked.payload}"
        return asked

    async def answer(self, action: str, /, **payload: Any) -> Any:
        """Answer the next request, which has to be this one; return what it asked."""
        asked = await self.asked(action)
        await asked.answer(**payload)
        return asked.payload

    @property
    def unexpected(self) -> list[str]:
        """What the CSMS sent and nobody asked for."""
        return [asked.action for asked in self._asked._queue]  # type: ignore[attr-defined]


class CallRefused(Exception):
    """A CALLERROR."""

    def __init__(self, code: str, description: str) -> None:
        self.code = code
        super().__init__(f"{code}: {description}")


@asynccontextmanager
async def wire_station(
    url: str,
    *,
    version: str = "1.6",
    user: str | None = None,
    password: str | None = None,
    tls: ssl.SSLContext | None = None,
    is_judged: bool = True,
) -> AsyncIterator[WireStation]:
    """A station on its socket. At the end nothing may be left that nobody expected, unless `is_judged` is False."""
    headers = {}
    if password is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    options: dict[str, Any] = {} if tls is None else {"ssl": tls}
    async with connect(
        url, subprotocols=[Subprotocol(f"ocpp{version}")], additional_headers=headers, **options
    ) as socket:
        station = WireStation(socket, version)
        reading = asyncio.create_task(station.read())
        try:
            yield station
        finally:
            reading.cancel()
            outcome = (await asyncio.gather(reading, return_exceptions=True))[0]
        assert not isinstance(outcome, AssertionError | jsonschema.ValidationError | KeyError), outcome
        assert not is_judged or not station.unexpected, f"nobody expected {station.unexpected}"


async def both(asking: Awaitable[ResultT], answering: Awaitable[Any]) -> tuple[ResultT, Any]:
    """A command and the station's part in it, at the same time."""
    return await asyncio.gather(asking, answering)
