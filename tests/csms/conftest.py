"""The gateway over real sockets, for both WebSocket libraries, with its ports in memory."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.csms.harness import GatewayInMemory, gateway_in_memory


@pytest_asyncio.fixture(params=["picows", "websockets"])
async def csms(request: pytest.FixtureRequest) -> AsyncIterator[GatewayInMemory]:
    async with gateway_in_memory(CSMS_TRANSPORT=request.param) as gateway:
        yield gateway
