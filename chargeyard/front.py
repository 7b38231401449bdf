"""What stands before programs that run apart on one machine: one address for REST, by path, and one for stations.

In a cluster a gateway of its own does this (`k8s/chart`). Nothing is looked into: a request goes as it came to the
service that owns its path, answers pass as they come, and a station's bytes to the next of the gateways, TLS and all.
"""

import argparse
import asyncio
import itertools
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from chargeyard.paths import PATHS_OF_SERVICE, service_of_path

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# RFC 9110 §7.6.1: of one hop only.
_OF_ONE_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
_FORWARDED = {b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port"}
_TIMEOUTS = httpx.Timeout(60.0, read=None)  # a stream of events may be silent for long
_CHUNK_BYTES = 64 * 1024
_END_WITHIN_S = 5
_CONNECT_WITHIN_S = 2

_EPILOG = """example:
  python -m chargeyard.front --port 8000 --service 'http://{service}:8000' --station-port 9000 \\
      --gateway gateway-1:9000 --gateway gateway-2:9000
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m chargeyard.front",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="REST (%(default)s)")
    parser.add_argument("--station-port", type=int, default=9000, help="stations (%(default)s)")
    parser.add_argument(
        "--service",
        default="http://{service}:8000",
        metavar="URL",
        help="where services are, with {service} for the name (%(default)s)",
    )
    parser.add_argument(
        "--at", action="append", default=[], metavar="SERVICE=URL", help="where one is, if it is elsewhere; repeatable"
    )
    parser.add_argument("--gateway", action="append", required=True, metavar="HOST:PORT", help="a gateway; repeatable")
    options = parser.parse_args(argv)
    urls = {service: options.service.format(service=service) for service in PATHS_OF_SERVICE}
    urls |= dict(one.split("=", 1) for one in options.at)
    gateways = [(host, int(port)) for host, _, port in (one.rpartition(":") for one in options.gateway)]
    config = uvicorn.Config(
        make_front(urls),
        host=options.host,
        port=options.port,
        log_level="warning",
        proxy_headers=False,
        timeout_graceful_shutdown=_END_WITHIN_S,
    )
    asyncio.run(_serve(_Server(config), gateways, host=options.host, station_port=options.station_port))
    return 0


def make_front(urls: Mapping[str, str]) -> Starlette:
    """The application that sends every request to the service of its path, each at its URL in `urls`."""

    @asynccontextmanager
    async def with_client(app: Starlette) -> AsyncIterator[None]:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
        async with httpx.AsyncClient(timeout=_TIMEOUTS, limits=limits) as client:
            app.state.client = client
            yield

    async def pass_on(request: Request) -> Response:
        service = service_of_path(request.url.path)
        try:
            answer = await request.app.state.client.send(_asked(request, urls[service]), stream=True)
        except httpx.TransportError as error:
            return PlainTextResponse(f"{service} is away ({type(error).__name__})\n", status_code=502)
        passed = StreamingResponse(_body_of(answer), status_code=answer.status_code)
        passed.raw_headers = _of_all_hops(answer.headers.raw)
        return passed

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            Route("/livez", alive),
            Route("/readyz", alive),
            Route("/{path:path}", pass_on, methods=_METHODS),
        ],
        lifespan=with_client,
    )


def _asked(request: Request, url: str) -> httpx.Request:
    # The path as it came: an escaped slash in it stays one.
    target = request.scope["raw_path"].decode() + (f"?{request.url.query}" if request.url.query else "")
    has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
    # What a client says of where it comes from counts for nothing.
    headers = [(name, value) for name, value in _of_all_hops(request.headers.raw) if name not in _FORWARDED]
    if request.client:
        headers.append((b"x-forwarded-for", request.client.host.encode()))
    return httpx.Request(request.method, url + target, headers=headers, content=request.stream() if has_body else None)


def _of_all_hops(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in headers if name.lower() not in _OF_ONE_HOP]


async def _body_of(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


async def _serve(server: uvicorn.Server, gateways: Sequence[tuple[str, int]], *, host: str, station_port: int) -> None:
    turns = itertools.count()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(turns) % len(gateways)
        await _join(reader, writer, [*gateways[first:], *gateways[:first]])

    stations = await asyncio.start_server(take, host, station_port)
    try:
        await server.serve()
    finally:
        # Whoever is connected is not waited for: a station stays for months.
        stations.close()


class _Server(uvicorn.Server):
    """uvicorn that ends with 0 when it is asked to, and not by the signal itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self.handle_exit, number, None)
        yield


async def _join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gateways: Sequence[tuple[str, int]]
) -> None:
    """A station and the first of the gateways that takes it hear each other until one of them has gone."""
    for host, port in gateways:
        with suppress(OSError):
            async with asyncio.timeout(_CONNECT_WITHIN_S):
                its_reader, its_writer = await asyncio.open_connection(host, port)
            break
    else:
        writer.close()
        return
    try:
        ways = [asyncio.ensure_future(_copy(*way)) for way in ((reader, its_writer), (its_reader, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
    finally:
        writer.close()
        its_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()


if __name__ == "__main__":
    sys.exit(main())
