"""The place in which the reservations service runs, and the services around it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from backoffice.reservations.app import SERVICE
from tests.backoffice.reservations.harness import Others
from tests.factories.places import HttpPlace, open_place


@pytest.fixture
def others() -> Others:
    return Others()


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str, others: Others) -> AsyncIterator[HttpPlace]:
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url) as opened:
        playing = [asyncio.create_task(opened.bus.serve(answerer)) for answerer in others.answerers()]
        yield opened
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)
