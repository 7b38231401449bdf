"""Sockets of stations that write what no library would: picows writes by the book, and beneath it its bytes change.

`WSProtocol` is not public API: the version is pinned, and tests/simulator/test_rewritten_socket.py holds it to what is
used here.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from typing import Any

from picows import WSListener
from picows.picows import WSProtocol  # type: ignore[attr-defined] # not in its type stubs
from picows.url import parse_url

Rewrite = Callable[[bytes], bytes]


async def connect_rewritten(
    listener_factory: Callable[[], WSListener],
    url: str,
    *,
    rewrites: Sequence[Rewrite],
    ssl_context: ssl.SSLContext | None,
    logger_name: "logging.LoggerAdapter[logging.Logger]",
    **options: Any,  # of all types
) -> tuple[Any, WSListener | None]:
    """As `ws_connect` of picows, with its options, but what is written goes through `rewrites`; follows no redirect."""
    place = parse_url(url)

    def make_protocol() -> _RewrittenProtocol:
        protocol = _RewrittenProtocol(
            place.netloc, place.resource_name, True, listener_factory, logger_name, True, **options
        )
        protocol.rewrites = rewrites
        return protocol

    _, protocol = await asyncio.get_running_loop().create_connection(
        make_protocol, place.host, place.port, ssl=(ssl_context or True) if place.is_secure else None
    )
    await protocol.wait_until_handshake_complete()
    return protocol.transport, protocol.listener


class _RewrittenProtocol(WSProtocol):  # type: ignore[misc] # a class of picows', of which mypy knows nothing
    rewrites: Sequence[Rewrite]

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(_RewrittenTransport(transport, self.rewrites))


class _RewrittenTransport(asyncio.Transport):
    """What picows uses of a transport; each `write` is the request, or one frame."""

    def __init__(self, inner: asyncio.Transport, rewrites: Sequence[Rewrite]) -> None:
        super().__init__()
        self._inner = inner
        self._rewrites = rewrites

    def write(self, data: bytes | bytearray | memoryview) -> None:
        written = bytes(data)
        for rewrite in self._rewrites:
            written = rewrite(written)
        self._inner.write(written)

    def get_write_buffer_size(self) -> int:
        # Never 0: picows goes past a transport that has nothing in its buffer, and writes to the socket itself.
        return self._inner.get_write_buffer_size() + 1

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # Any: asyncio's own
        return self._inner.get_extra_info(name, default)

    def close(self) -> None:
        self._inner.close()

    def abort(self) -> None:
        self._inner.abort()
