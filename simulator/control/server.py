"""The control's HTTP server, beside the fleet on its loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from simulator.control.address import Address
from simulator.errors import InvalidPlan

_GOODBYE_S = 2


def listen(address: Address) -> socket.socket:
    """The listening socket. Raises InvalidPlan where the address cannot be had."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        raise InvalidPlan(
            f"the control cannot listen on {address.host} port {address.port}: {error.strerror}; give another --control"
        ) from error


@asynccontextmanager
async def serving(app: FastAPI, listening: socket.socket) -> AsyncIterator[None]:
    """The application is served on the socket, which is closed in the end."""
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=_GOODBYE_S
    )
    server = _Server(config)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True


class _Server(uvicorn.Server):
    """Signals are the fleet's affair."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
