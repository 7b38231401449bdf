"""A proxy before the gateway that keeps back the answers to one action of the stations."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

_CALL = 2
_DIALECTS = [Subprotocol("ocpp1.6"), Subprotocol("ocpp2.0.1")]


@contextlib.asynccontextmanager
async def keeping_back(action: str, *, delay_s: float, station_url: str) -> AsyncIterator[str]:
    """The URL that stations are to call instead of `station_url`."""

    async def relay(station: ServerConnection) -> None:
        assert station.request is not None
        name = station.request.path.rsplit("/", 1)[1]
        authorization = {"Authorization": station.request.headers["Authorization"]}
        assert station.subprotocol is not None
        url = f"{station_url}/{name}"
        async with connect(url, additional_headers=authorization, subprotocols=[station.subprotocol]) as gateway:
            kept_back: set[str] = set()
            with contextlib.suppress(ConnectionClosed, ExceptionGroup):
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(_up(station, gateway, action, kept_back))
                    tasks.create_task(_down(gateway, station, delay_s, kept_back))

    async with serve(relay, "127.0.0.1", 0, subprotocols=_DIALECTS) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/ocpp"


async def _up(station: ServerConnection, gateway: ClientConnection, action: str, kept_back: set[str]) -> None:
    async for text in station:
        frame = json.loads(text)
        if frame[0] == _CALL and frame[2] == action:
            kept_back.add(frame[1])
        await gateway.send(text)
    await gateway.close()


async def _down(gateway: ClientConnection, station: ServerConnection, delay_s: float, kept_back: set[str]) -> None:
    async for text in gateway:
        if json.loads(text)[1] in kept_back:
            await asyncio.sleep(delay_s)
        await station.send(text)
    await station.close()
