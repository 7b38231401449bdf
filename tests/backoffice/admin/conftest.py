"""Admin and the services that its tests need, on the embedded servers."""

from collections.abc import AsyncIterator

import pytest_asyncio

from backoffice.admin.app import SERVICE as ADMIN
from backoffice.identity.app import SERVICE as IDENTITY
from backoffice.tariffs.app import SERVICE as TARIFFS
from tests.factories.places import HttpPlace, open_place


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    environ = {"ADMIN_MEASURE_EVERY_S": "0.1", "ADMIN_ANSWER_TIMEOUT_S": "2"}
    async with open_place(
        [IDENTITY, TARIFFS, ADMIN], database_url=database_url, nats_url=nats_url, environ=environ
    ) as opened:
        yield opened
