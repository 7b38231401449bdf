"""The whole platform as programs, once for a module, and Locust in its own environment."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

import dev
from chargeyard.demo import OPERATOR
from chargeyard.platform import Platform
from chargeyard.rest import RestClient


@pytest.fixture(scope="session")
def locust() -> Path:
    """The Python that has Locust, installed at most once."""
    try:
        dev.prepare_further_environment(dev.LOAD_VENV, dev.LOAD_LOCK_FILE)
    except dev.DevError as missing:
        pytest.skip(str(missing))
    return dev.LOAD_PYTHON


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    started = Platform(
        tmp_path_factory.mktemp("platform"),
        report=lambda line: print(line, file=sys.stderr),
        durable=False,
        environ={},
        backoffice_settings={"IDENTITY_FIRST_OPERATOR_EMAIL": OPERATOR},
    )
    async with started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def operator(platform: Platform) -> AsyncIterator[RestClient]:
    async with RestClient(platform.rest_url) as client:
        await client.log_in(OPERATOR, platform.secrets.operator_password, role="operator")
        yield client
