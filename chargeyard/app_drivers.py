"""Drivers who start and stop by app: the fleet says that one is waiting, and REST does the rest."""

import asyncio
import uuid
from collections.abc import Sequence
from random import Random

import structlog

from chargeyard.rest import RestClient, RestRefused
from chargeyard.world import DemoDriver
from simulator.fleet import FleetEvent
from simulator.state import Happening

log = structlog.get_logger(__name__)

_CLAIM_S = 60.0
_POLL_S = 0.5


class AppDrivers:
    """Takes the fleet's events. Each waiting driver is a task; what REST refuses, they drive away from."""

    def __init__(
        self, rest_url: str, drivers: Sequence[DemoDriver], *, password: str, tasks: asyncio.TaskGroup, seed: int
    ) -> None:
        self._rest_url = rest_url
        self._drivers = drivers
        self._password = password
        self._tasks = tasks
        self._rng = Random(f"app drivers {seed}")  # noqa: S311 # to be repeated, no secret
        self._clients: dict[str, RestClient] = {}
        self._charging: dict[tuple[str, int], tuple[RestClient, str]] = {}

    def on_event(self, event: FleetEvent) -> None:
        """Somebody stands at a station with a phone."""
        place = (event.station.plan.station_id, event.notice.evse)
        if event.notice.happening is Happening.AWAITS_REMOTE_START:
            self._tasks.create_task(self._start(place, self._rng.choice(self._drivers)))
        elif event.notice.happening is Happening.AWAITS_REMOTE_STOP and place in self._charging:
            self._tasks.create_task(self._stop(place))

    async def close(self) -> None:
        """The phones are off."""
        for client in self._clients.values():
            await client.__aexit__(None, None, None)

    async def _start(self, place: tuple[str, int], driver: DemoDriver) -> None:
        station_id, evse = place
        try:
            client = await self._client_of(driver)
            body = {"station_id": station_id, "evse": evse}
            intent = await client.post("/sessions", body, key=str(uuid.uuid4()))
            self._charging[place] = (client, intent["id"])
        except RestRefused as error:
            log.info("app driver leaves", station_id=station_id, reason=str(error))

    async def _stop(self, place: tuple[str, int]) -> None:
        client, intent_id = self._charging.pop(place)
        try:
            async with asyncio.timeout(_CLAIM_S):
                session_id = await _session_of(client, intent_id)
            await client.post(f"/sessions/{session_id}/stop")
        except (RestRefused, TimeoutError) as error:
            log.info("app driver stops at the station", station_id=place[0], reason=str(error))

    async def _client_of(self, driver: DemoDriver) -> RestClient:
        client = self._clients.get(driver.email)
        if client is None:
            client = self._clients[driver.email] = RestClient(self._rest_url)
            await client.log_in(driver.email, self._password)
        return client


async def _session_of(client: RestClient, intent_id: str) -> str:
    """The session that claimed the intent, once one has."""
    while True:
        session_id: str | None = (await client.get(f"/sessions/intents/{intent_id}"))["session_id"]
        if session_id is not None:
            return session_id
        await asyncio.sleep(_POLL_S)
