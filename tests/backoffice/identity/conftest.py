"""Identity on the embedded servers."""

from collections.abc import AsyncIterator

import pytest_asyncio

from backoffice.identity.app import SERVICE
from tests.factories.places import HttpPlace, open_place

FIRST_OPERATOR = {"email": "operator@example.org", "password": "correct horse", "role": "operator"}


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    environ = {
        "IDENTITY_FIRST_OPERATOR_EMAIL": FIRST_OPERATOR["email"],
        "IDENTITY_FIRST_OPERATOR_PASSWORD": FIRST_OPERATOR["password"],
    }
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as opened:
        yield opened
