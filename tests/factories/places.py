"""Services that run on the embedded servers, with an HTTP client at hand."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from backoffice.contracts import CATALOGUE
from backoffice.kit.service import Service
from backoffice.kit.testing import Place, running
from protocol.bus.catalogue import Catalogue


@dataclass(slots=True)
class HttpPlace(Place):
    http: httpx.AsyncClient


@asynccontextmanager
async def open_place(
    services: Sequence[Service],
    *,
    database_url: str,
    nats_url: str,
    catalogue: Catalogue = CATALOGUE,
    environ: Mapping[str, str] | None = None,
) -> AsyncIterator[HttpPlace]:
    """The services run, and `place.http` speaks to them, until the context ends."""
    async with (
        running(services, catalogue=catalogue, database_url=database_url, nats_url=nats_url, environ=environ) as place,
        httpx.AsyncClient(base_url=place.url, timeout=30) as http,
    ):
        yield HttpPlace(bus=place.bus, catalogue=place.catalogue, url=place.url, clock=place.clock, http=http)
