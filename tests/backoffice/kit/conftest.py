"""The sample service on the embedded servers."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.backoffice.kit.sample_service.app import SAMPLE_CATALOGUE, Sample
from tests.factories.places import HttpPlace, open_place


@pytest_asyncio.fixture
async def sample() -> Sample:
    return Sample()


@pytest_asyncio.fixture
async def place(sample: Sample, database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    async with open_place(
        [sample.service()], database_url=database_url, nats_url=nats_url, catalogue=SAMPLE_CATALOGUE
    ) as opened:
        yield opened
