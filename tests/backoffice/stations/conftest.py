"""Stations on real servers."""

from collections.abc import AsyncIterator

import pytest_asyncio

from backoffice.stations.app import SERVICE
from tests.factories.places import HttpPlace, open_place


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    environ = {"STATIONS_COMMAND_TIMEOUT_S": "1"}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as opened:
        yield opened
