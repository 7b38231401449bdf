"""Stations, drivers and tariffs as a test needs them, made by REST; and how a test waits."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from chargeyard.platform import Platform
from chargeyard.rest import RestClient

ResultT = TypeVar("ResultT")

GOOD_CARD, DECLINED_CARD = "4242424242424242", "4000000000000002"
PASSWORD = "a-drivers-password"  # of drivers that live as long as a test
PRICE_PER_KWH = "0.50"


async def eventually(
    condition: Callable[[], Awaitable[ResultT]], *, within_s: float = 60.0, what: str = "the condition"
) -> ResultT:
    """The first truthy result; fails the test where none comes in time."""
    deadline = time.monotonic() + within_s
    while not (result := await condition()):
        assert time.monotonic() < deadline, f"{what} did not become true within {within_s} s; last seen {result!r}"
        await asyncio.sleep(0.05)
    return result


async def read_events(stream: Any) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The events of an open SSE stream: each its kind and its data."""
    fields: dict[str, str] = {}
    async for line in stream.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        elif "data" in fields:
            yield fields.get("event", "message"), json.loads(fields["data"])
            fields = {}


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver with a card to charge with."""

    client: RestClient
    token: str


class Network:
    """What belongs to one operator: everything that it makes is priced at PRICE_PER_KWH, without VAT."""

    def __init__(self, platform: Platform, operator: RestClient, *, tenant: str = "default") -> None:
        self.platform = platform
        self.operator = operator
        self._tenant = tenant
        self._clients = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self.operator.put(
            "/locations/yard",
            {"name": "Yard", "country": "DE", "timezone": "Europe/Berlin", "latitude": 52.5, "longitude": 13.4},
        )
        component = {"type": "ENERGY", "price": float(PRICE_PER_KWH), "step_size": 1}
        tariff = {"id": "yard", "currency": "EUR", "elements": [{"price_components": [component]}]}
        await self.operator.put("/tariffs/yard", tariff)
        await self.operator.put("/tariffs/yard/assignments", {"places": [{}]})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._clients.aclose()

    async def add_station(self, station_id: str, *, password: str | None = None) -> None:
        """A station with one EVSE; with a password it must use it."""
        await self.operator.put(
            f"/stations/{station_id}",
            {
                "location_id": "yard",
                "security_profiles": [1] if password else [0],
                "password": password,
                "evses": [{"evse": 1}],
            },
        )

    async def add_driver(self, *, card: str | None = GOOD_CARD) -> Driver:
        """A new driver with a token of their own and, unless None, a card that pays."""
        client = await self._clients.enter_async_context(RestClient(self.platform.rest_url, tenant=self._tenant))
        name = uuid.uuid4().hex[:10]
        await client.register(f"{name}@example.com", PASSWORD)
        token = f"T{name.upper()}"
        await client.post("/me/tokens", {"value": token, "type": "ISO14443"})
        if card is not None:
            await client.post("/billing/payment-methods", {"card_number": card})
        return Driver(client, token)

    async def receipt(self, session_id: str, *, within_s: float = 60.0) -> dict[str, Any]:
        """The session's receipt once its invoice is no longer due."""

        async def settled() -> dict[str, Any]:
            invoices = await self.operator.get("/billing/invoices", limit=500)
            states = {invoice["session_id"]: invoice["state"] for invoice in invoices["items"]}
            if states.get(session_id, "due") == "due":
                return {}
            receipt: dict[str, Any] = await self.operator.get(f"/billing/receipts/{session_id}")
            return receipt

        return await eventually(settled, within_s=within_s, what=f"the receipt of session {session_id}")

    async def session_of(self, station_id: str, *, state: str = "completed", within_s: float = 60.0) -> dict[str, Any]:
        """The station's newest session, once it is in this state."""

        async def found() -> dict[str, Any]:
            sessions = await self.operator.get("/sessions", limit=500)
            newest = next((one for one in sessions["items"] if one["station_id"] == station_id), None)
            return newest if newest is not None and newest["state"] == state else {}

        return await eventually(found, within_s=within_s, what=f"a session of {station_id} that is {state}")

    async def online(self, station_id: str) -> None:
        """Wait until the platform knows that the station is there, and that its EVSE is available."""

        async def is_online() -> bool:
            return bool((await self.operator.get(f"/stations/{station_id}"))["is_online"])

        await eventually(is_online, what=f"{station_id} online")
