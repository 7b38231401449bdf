"""The place in which profiles runs with identity, and a stand-in of every other service that it asks."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from backoffice.identity.app import SERVICE as IDENTITY
from backoffice.profiles.app import SERVICE as PROFILES
from tests.backoffice.profiles.harness import Others
from tests.factories.places import HttpPlace, open_place


@pytest.fixture
def others() -> Others:
    return Others()


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str, others: Others) -> AsyncIterator[HttpPlace]:
    services = [IDENTITY, PROFILES]
    async with open_place(services, database_url=database_url, nats_url=nats_url) as opened:
        playing = [asyncio.create_task(opened.bus.serve(answerer)) for answerer in others.answerers()]
        yield opened
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)
