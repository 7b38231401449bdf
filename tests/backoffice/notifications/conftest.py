"""The place in which notifications runs, among people that identity would know and receivers on real sockets."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio

from backoffice.notifications.app import SERVICE
from tests.backoffice.notifications.harness import Identity
from tests.backoffice.notifications.receivers import Endpoint, MailServer, endpoint, mail_server
from tests.factories.places import HttpPlace, open_place


@pytest.fixture
def identity() -> Identity:
    return Identity()


@pytest_asyncio.fixture
async def mails() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest_asyncio.fixture
async def hook() -> AsyncIterator[Endpoint]:
    async with endpoint() as opened:
        yield opened


@pytest.fixture
def settings() -> Mapping[str, str]:
    """What a test says otherwise."""
    return {}


@pytest_asyncio.fixture
async def place(
    database_url: str, nats_url: str, identity: Identity, mails: MailServer, settings: Mapping[str, str]
) -> AsyncIterator[HttpPlace]:
    environ = {
        "NOTIFICATIONS_SMTP_HOST": "127.0.0.1",
        "NOTIFICATIONS_SMTP_PORT": str(mails.port),
        "NOTIFICATIONS_SMTP_SECURITY": "none",
        "NOTIFICATIONS_MAIL_FROM": "Yard <yard@example.org>",
        "NOTIFICATIONS_ALLOW_PRIVATE_ADDRESSES": "true",
        "NOTIFICATIONS_SEND_TIMEOUT_S": "2",
        **settings,
    }
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as opened:
        playing = [asyncio.create_task(opened.bus.serve(answerer)) for answerer in identity.answerers()]
        yield opened
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)
