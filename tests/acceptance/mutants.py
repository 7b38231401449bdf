"""A proxy between stations and a CSMS that changes one thing of what the CSMS says: a mutant of its answers."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Request, Response

from tests.simulator.conformance.doubles import SUBPROTOCOLS

LATE_S = 5.5


@dataclass
class Conversation:
    """What a mutant knows of one socket: the action of each CALL of the station, and the ids answered so far."""

    actions: dict[str, str] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)


Frame = list[Any]
Said = list[tuple[float, str]]
"""What is sent instead of one frame of the CSMS: texts, each after so many seconds."""

Mutant = Callable[[Frame, Conversation], Said]


def only(*frames: Frame) -> Said:
    """These, at once."""
    return [(0.0, json.dumps(frame)) for frame in frames]


def result(change: Callable[[Frame, Conversation], Said], *actions: str) -> Mutant:
    """A mutant that changes the answers to these actions of the station, or to all."""

    def mutate(frame: Frame, conversation: Conversation) -> Said:
        if frame[0] != 3 or (actions and conversation.actions.get(frame[1]) not in actions):
            return only(frame)
        return change(frame, conversation)

    return mutate


def call(change: Callable[[Frame, Conversation], Said], *actions: str) -> Mutant:
    """A mutant that changes these CALLs of the CSMS."""

    def mutate(frame: Frame, conversation: Conversation) -> Said:
        return change(frame, conversation) if frame[0] == 2 and frame[2] in actions else only(frame)

    return mutate


def field_is(name: str, value: Any) -> Callable[[Frame, Conversation], Said]:
    """The last payload has this in place of what it had."""
    return lambda frame, _: only([*frame[:-1], frame[-1] | {name: value}])


def without(name: str) -> Callable[[Frame, Conversation], Said]:
    """The last payload lacks this."""
    return lambda frame, _: only([*frame[:-1], {key: value for key, value in frame[-1].items() if key != name}])


def within(name: str, change: Callable[[Frame, Conversation], Said]) -> Callable[[Frame, Conversation], Said]:
    """The change is one of what the last payload has under this name: of its first item, where it has several."""

    def deeper(frame: Frame, conversation: Conversation) -> Said:
        inner = frame[-1][name]
        ((_, text),) = change([inner[0] if isinstance(inner, list) else inner], conversation)
        (changed,) = json.loads(text)
        return only([*frame[:-1], frame[-1] | {name: [changed, *inner[1:]] if isinstance(inner, list) else changed}])

    return deeper


@asynccontextmanager
async def proxied(url: str, mutant: Mutant) -> AsyncIterator[str]:
    """The URL to use in place of the CSMS's own."""
    upstream: dict[ServerConnection, ClientConnection] = {}
    base = url.rpartition("/ocpp")[0]

    async def open_upstream(connection: ServerConnection, request: Request) -> Response | None:
        offered = [one for one in SUBPROTOCOLS if one in request.headers.get("Sec-WebSocket-Protocol", "")]
        headers = {name: request.headers[name] for name in ("Authorization",) if name in request.headers}
        try:
            upstream[connection] = await connect(
                base + request.path, subprotocols=offered or None, additional_headers=headers, proxy=None
            )
        except InvalidStatus as refused:
            return connection.respond(refused.response.status_code, "")
        return None

    async def serve_one(connection: ServerConnection) -> None:
        csms, conversation = upstream.pop(connection), Conversation()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_to_csms(connection, csms, conversation))
            tasks.create_task(_to_station(connection, csms, conversation, mutant, tasks))

    async with serve(
        serve_one, "127.0.0.1", 0, subprotocols=SUBPROTOCOLS, process_request=open_upstream, close_timeout=1
    ) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ocpp"


async def _to_csms(station: ServerConnection, csms: ClientConnection, conversation: Conversation) -> None:
    async for text in station:
        with suppress(ValueError, LookupError, TypeError):
            frame = json.loads(text)
            if frame[0] == 2:
                conversation.actions[frame[1]] = frame[2]
        with suppress(ConnectionClosed):
            await csms.send(text)
    await csms.close()


async def _to_station(
    station: ServerConnection,
    csms: ClientConnection,
    conversation: Conversation,
    mutant: Mutant,
    tasks: asyncio.TaskGroup,
) -> None:
    async for text in csms:
        frame = json.loads(text)
        for after_s, said in mutant(frame, conversation):
            if after_s:
                tasks.create_task(_later(station, said, after_s))
                continue
            with suppress(ConnectionClosed):
                await station.send(said)
        if frame[0] == 3:
            conversation.answered.append(frame[1])
    await station.close()


async def _later(station: ServerConnection, text: str, after_s: float) -> None:
    await asyncio.sleep(after_s)
    with suppress(ConnectionClosed):
        await station.send(text)
