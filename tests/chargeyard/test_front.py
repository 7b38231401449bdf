"""What stands before programs that run apart passes on what it hears, byte for byte."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from chargeyard import probe
from chargeyard.front import _join, make_front
from chargeyard.paths import PATHS_OF_SERVICE
from chargeyard.platform import free_port

ROOT = Path(__file__).parents[2]


async def echo(request: Request) -> Response:
    body = await request.body()
    said = {"path": request.scope["raw_path"].decode(), "query": request.url.query, "body": body.decode()}
    said |= {"client": request.headers.get("x-forwarded-for"), "authorization": request.headers.get("authorization")}
    return JSONResponse(said, status_code=201, headers={"X-Seen": "yes"})


async def events(request: Request) -> Response:
    go_on: asyncio.Event = request.app.state.go_on

    async def told() -> AsyncIterator[str]:
        yield "data: first\n\n"
        await go_on.wait()
        yield "data: second\n\n"

    return StreamingResponse(told(), media_type="text/event-stream")


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[int]:
    """The port where `app` is served."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", proxy_headers=False))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 # it says so by nothing else
        await asyncio.sleep(0.01)
    yield port
    server.should_exit = True
    await task


@pytest.fixture
async def sessions() -> AsyncIterator[tuple[Starlette, int]]:
    """A service that runs, and its port."""
    app = Starlette(
        routes=[Route("/api/v1/sessions/events", events), Route("/{path:path}", echo, methods=["GET", "POST"])]
    )
    app.state.go_on = asyncio.Event()
    async with serving(app) as port:
        yield app, port


@pytest.fixture
async def front(sessions: tuple[Starlette, int]) -> AsyncIterator[str]:
    """The URL of what stands before it; every other service is away."""
    nobody = free_port()
    urls = dict.fromkeys(PATHS_OF_SERVICE, f"http://127.0.0.1:{nobody}")
    urls["sessions"] = f"http://127.0.0.1:{sessions[1]}"
    async with serving(make_front(urls)) as port:
        yield f"http://127.0.0.1:{port}"


async def test_request_and_answer_pass_as_they_are(front: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{front}/api/v1/sessions/a%2Fb?x=1&x=2",
            content="hello",
            headers={"Authorization": "Bearer T", "X-Forwarded-For": "203.0.113.9"},
        )

    assert answer.status_code == 201
    assert answer.headers["X-Seen"] == "yes"
    assert answer.json() == {
        "path": "/api/v1/sessions/a%2Fb",
        "query": "x=1&x=2",
        "body": "hello",
        "client": "127.0.0.1",
        "authorization": "Bearer T",
    }


async def test_event_is_passed_before_the_next_one_is_there(front: str, sessions: tuple[Starlette, int]) -> None:
    async with httpx.AsyncClient() as client, client.stream("GET", f"{front}/api/v1/sessions/events") as stream:
        lines = stream.aiter_lines()
        assert await asyncio.wait_for(anext(lines), 5) == "data: first"
        sessions[0].state.go_on.set()
        assert [line async for line in lines if line] == ["data: second"]


async def test_service_that_is_away_is_named(front: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{front}/api/v1/tariffs")

    assert answer.status_code == 502
    assert "tariffs is away" in answer.text


async def test_station_reaches_the_gateway_that_is_there() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"heard " + await reader.readexactly(5))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    gateway_port, port = free_port(), free_port()
    gateways = [("127.0.0.1", free_port()), ("127.0.0.1", gateway_port)]

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _join(reader, writer, gateways)

    gateway = await asyncio.start_server(answer, "127.0.0.1", gateway_port)
    async with gateway, await asyncio.start_server(take, "127.0.0.1", port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello")
        assert await asyncio.wait_for(reader.read(), 5) == b"heard hello"
        writer.close()
        await writer.wait_closed()


async def test_it_ends_at_once_while_a_station_is_connected() -> None:
    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    gateway_port, port, station_port = free_port(), free_port(), free_port()
    async with await asyncio.start_server(hold, "127.0.0.1", gateway_port):
        front = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "chargeyard.front", "--port", str(port), "--station-port", str(station_port)),
            f"--gateway=127.0.0.1:{gateway_port}",
            cwd=ROOT,
        )
        while probe.main([f"http://127.0.0.1:{port}/readyz"]) != 0:  # noqa: ASYNC110 # it is another process
            await asyncio.sleep(0.1)
        reader, writer = await asyncio.open_connection("127.0.0.1", station_port)
        writer.write(b"GET")

        front.terminate()

        assert await asyncio.wait_for(front.wait(), 20) == 0
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        await writer.wait_closed()
