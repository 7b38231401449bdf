"""A station of OCPP 2.1 that shows codes by which people pay without an account, and charges whoever has paid."""

import asyncio
import hashlib
import hmac
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import quote

from tests.conformance.v2x import ACCEPTED, Transaction
from tests.conformance.wire import Asked, WireStation, wire_station

CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHARGED_WH = 4_000
PATIENCE_S = 20.0


class GuestStation:
    """What it was told of its codes; it lives in a thread beside the browser."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.online = threading.Event()
        self.is_charging = threading.Event()
        self.may_end = threading.Event()
        self._variables: dict[str, str] = {}

    def address(self) -> str:
        """The address in the code that it shows now, without the server: the driver's app is there."""
        length, validity_s = int(self._variables["Length"]), int(self._variables["ValidityTime"])
        interval = int(time.time()) // validity_s
        secret = self._variables["SharedSecret"].encode()
        digest = hmac.new(secret, interval.to_bytes(8, "big"), hashlib.sha256).digest()
        start = digest[-1] & 15
        totp = "".join(CHARACTERS[digest[(start + place) % 32] % 62] for place in range(length))
        names = {"chargingStationId": quote(self.name), "evse": "1", "version": self._variables["TOTPVersion"]}
        address = self._variables["URLTemplate"]
        for name, value in (names | {"totp": totp}).items():
            address = address.replace(f"{{{name}}}", value)
        return address

    async def live(self, url: str) -> None:
        """It boots, takes its codes, hears of a payment, charges until it may end, and says so."""
        async with wire_station(f"{url}/{self.name}", version="2.1", is_judged=False) as station:
            product = {"model": "Guest", "vendorName": "Chargeyard"}
            await station.send("BootNotification", reason="PowerUp", chargingStation=product)
            await station.send(
                "StatusNotification",
                timestamp=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                connectorStatus="Available",
                evseId=1,
                connectorId=1,
            )
            self.online.set()
            self._take(await _next(station, "SetVariables"))
            await _answer_variables(self._asked)
            await (await _next(station, "NotifyWebPaymentStarted")).answer()
            start = await _next(station, "RequestStartTransaction")
            await start.answer(**ACCEPTED)
            await self._charge(station, start)

    def _take(self, asked: Asked) -> None:
        self._asked = asked
        self._variables = {one["variable"]["name"]: one["attributeValue"] for one in asked.payload["setVariableData"]}

    async def _charge(self, station: WireStation, start: Asked) -> None:
        transaction = Transaction(station)
        info = {"remoteStartId": start.payload["remoteStartId"]}
        await transaction.start("RemoteStart", info=info, idToken=start.payload["idToken"])
        await transaction.update("ChargingStateChanged", info={"chargingState": "Charging"})
        self.is_charging.set()
        await asyncio.to_thread(self.may_end.wait, PATIENCE_S * 3)
        await transaction.end(wh=CHARGED_WH)


async def _next(station: WireStation, action: str) -> Asked:
    """The next request of this kind; the platform may ask a station for other things meanwhile."""
    while True:
        asked = await asyncio.wait_for(station._asked.get(), PATIENCE_S * 4)
        if asked.action == action:
            return asked
        await asked.refuse("NotSupported")


async def _answer_variables(asked: Asked) -> None:
    results = [
        {"attributeStatus": "Accepted", "component": one["component"], "variable": one["variable"]}
        for one in asked.payload["setVariableData"]
    ]
    await asked.answer(setVariableResult=results)


@contextmanager
def guest_station(url: str, name: str) -> Iterator[GuestStation]:
    """It is online while the block runs; what went wrong with it is raised at the end."""
    station = GuestStation(name)
    with ThreadPoolExecutor(1) as threads:
        living = threads.submit(asyncio.run, station.live(url))
        assert station.online.wait(PATIENCE_S), "the station does not get online"
        try:
            yield station
        finally:
            station.may_end.set()
        living.result(PATIENCE_S)
