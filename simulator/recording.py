"""A network that remembers what its stations said and heard, for whoever wants to read it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec

from simulator.handshake import Handshake
from simulator.plan import StationPlan
from simulator.running import Caller, Socket
from simulator.transport import PicowsNetwork

KEPT_FRAMES = 10_000
_CALL = 2
_CALL_FIELDS = 4


class Direction(StrEnum):
    """Who wrote it."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Frame:
    """One OCPP-J message as it went over the socket, at `at` by this machine's clock."""

    direction: Direction
    at: datetime
    text: str

    @property
    def fields(self) -> Sequence[Any]:  # Any: JSON
        """The message's array. Raises msgspec.DecodeError where it is none."""
        fields: list[Any] = msgspec.json.decode(self.text, type=list)
        return fields

    @property
    def call(self) -> tuple[str, dict[str, Any]] | None:  # Any: JSON
        """Action and payload of a CALL; None for every other message."""
        fields = self.fields
        return (fields[2], fields[3]) if len(fields) == _CALL_FIELDS and fields[0] == _CALL else None


class RecordingNetwork:
    """Real sockets; `frames` are the last 10,000."""

    def __init__(self) -> None:
        self.frames: deque[Frame] = deque(maxlen=KEPT_FRAMES)
        self._network = PicowsNetwork()

    @asynccontextmanager
    async def using(self, tasks: asyncio.TaskGroup) -> AsyncIterator[None]:
        """Handshakes are tasks of this group."""
        async with self._network.using(tasks):
            yield

    def connect(self, caller: Caller) -> None:
        """A socket for the caller, whose frames are remembered."""
        self._network.connect(_Overheard(caller, self))

    def note(self, direction: Direction, text: bytes) -> None:
        """One more."""
        self.frames.append(Frame(direction, datetime.now(UTC), text.decode(errors="replace")))


class _Overheard:
    """Between a station and its socket, once for each."""

    def __init__(self, caller: Caller, network: RecordingNetwork) -> None:
        self._caller = caller
        self._network = network
        self._socket: Socket | None = None

    @property
    def plan(self) -> StationPlan:
        return self._caller.plan

    @property
    def handshake(self) -> Handshake:
        return self._caller.handshake

    @property
    def withholds(self) -> bool:
        return self._socket is not None and self._socket.withholds

    def on_open(self, socket: Socket) -> None:
        self._socket = socket
        self._caller.on_open(self)

    def on_connect_failed(self, reason: str) -> None:
        self._caller.on_connect_failed(reason)

    def on_text(self, text: bytes) -> None:
        self._network.note(Direction.RECEIVED, text)
        self._caller.on_text(text)

    def on_closed(self, _socket: Socket, reason: str) -> None:
        self._caller.on_closed(self, reason)

    def send(self, text: bytes) -> None:
        assert self._socket is not None  # only who was opened writes
        self._network.note(Direction.SENT, text)
        self._socket.send(text)

    def close(self, code: int) -> None:
        if self._socket is not None:
            self._socket.close(code)

    def abort(self) -> None:
        if self._socket is not None:
            self._socket.abort()
