"""Tariffs on the embedded servers."""

from collections.abc import AsyncIterator

import pytest_asyncio

from backoffice.tariffs.app import SERVICE
from tests.factories.places import HttpPlace, open_place


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url) as opened:
        yield opened
