"""The platform as programs, once for a module, with an operator who commands and a station that a test plays."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from websockets.exceptions import InvalidStatus

from tests.acceptance.conftest import (
    keeps_traces as keeps_traces,
    more_settings as more_settings,
    network as network,
    operator as operator,
    platform as platform,
    shape as shape,
)
from tests.acceptance.network import Network, eventually
from tests.conformance.wire import WireStation, both, now, wire_station

_BOOT_16 = {"chargePointVendor": "Wire", "chargePointModel": "Bench"}
_BOOT_2 = {"chargingStation": {"vendorName": "Wire", "model": "Bench"}, "reason": "PowerUp"}


class Bench:
    """What a case needs: a network by REST, and stations of one OCPP version by wire."""

    def __init__(self, network: Network, *, version: str) -> None:
        self.network = network
        self.operator = network.operator
        self.version = version

    @asynccontextmanager
    async def station(self, name: str, *, password: str | None = None) -> AsyncIterator[WireStation]:
        """A new station, registered, booted and available."""
        await self.network.add_station(name, password=password)
        await self.until_known(name, password)
        async with wire_station(self.url(name), version=self.version, user=name, password=password) as station:
            await self.boot(station)
            await self.network.online(name)
            yield station

    @asynccontextmanager
    async def connect(self, name: str, *, password: str | None = None) -> AsyncIterator[WireStation]:
        """A station that is registered, on a new socket, before it has said a word."""
        async with wire_station(self.url(name), version=self.version, user=name, password=password) as station:
            yield station

    async def boot(self, station: WireStation) -> None:
        """The station boots and its one connector is available."""
        if self.version == "1.6":
            await station.send("BootNotification", **_BOOT_16)
            await station.send("StatusNotification", connectorId=1, errorCode="NoError", status="Available")
            return
        await station.send("BootNotification", **_BOOT_2)
        await station.send("StatusNotification", timestamp=now(), connectorStatus="Available", evseId=1, connectorId=1)

    async def until_known(self, name: str, password: str | None) -> None:
        """The gateway hears of a new station a moment after REST has."""

        async def is_known() -> bool:
            try:
                async with wire_station(self.url(name), version=self.version, user=name, password=password):
                    return True
            except InvalidStatus as refused:
                return refused.response.status_code != 404

        await eventually(is_known)

    def url(self, name: str) -> str:
        return f"{self.network.platform.station_url}/{name}"

    async def command(self, name: str, action: str, payload: dict[str, Any] | None = None) -> Any:
        """The station's answer to a raw command."""
        return await self.operator.post(f"/stations/{name}/commands/{action}", payload or {})

    async def exchange(
        self, station: WireStation, name: str, action: str, payload: dict[str, Any], answer: dict[str, Any]
    ) -> Any:
        """A raw command and its answer: returns what the station was asked; the operator heard `answer`."""
        heard, asked = await both(self.command(name, action, payload), station.answer(action, **answer))
        assert heard == answer
        return asked


OpenStation = Callable[..., AbstractAsyncContextManager[WireStation]]


@pytest.fixture(scope="module")
def version() -> str:
    """The version of the stations; the folders of the others say their own."""
    return "1.6"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(network: Network, version: str) -> Bench:
    return Bench(network, version=version)
