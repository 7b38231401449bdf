"""Reporting, running."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.backoffice.reporting.harness import Desk, open_desk


@pytest_asyncio.fixture
async def desk(database_url: str, nats_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url, nats_url) as opened:
        yield opened
