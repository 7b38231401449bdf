"""The sample service on the embedded servers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest_asyncio

from tests.backoffice.kit.sample_service.app import SAMPLE_CATALOGUE, Sample
from tests.factories.places import HttpPlace, open_place

OpenSample = Callable[[Sample], AbstractAsyncContextManager[HttpPlace]]


@pytest_asyncio.fixture
async def sample() -> Sample:
    return Sample()


@pytest_asyncio.fixture
async def open_sample(database_url: str, nats_url: str) -> OpenSample:
    """Starts a sample service; one that was stopped starts again on the same data."""

    def opened(sample: Sample) -> AbstractAsyncContextManager[HttpPlace]:
        return open_place([sample.service()], database_url=database_url, nats_url=nats_url, catalogue=SAMPLE_CATALOGUE)

    return opened


@pytest_asyncio.fixture
async def place(sample: Sample, open_sample: OpenSample) -> AsyncIterator[HttpPlace]:
    async with open_sample(sample) as opened:
        yield opened
