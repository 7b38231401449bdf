"""Our own CSMS, operated by REST: an operator who registers stations and commands, a driver who owns the tokens."""

import asyncio
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import httpx

from simulator.conformance.driver import Command, Need, NewStation, Token, TokenKind
from simulator.conformance.drivers import v16, v201
from simulator.conformance.verdicts import CannotJudge

_PREFIX = "/api/v1"
_TIMEOUT_S = 45.0  # a command waits for a station for 30 s
_ONLINE_S = 20.0
_POLL_S = 0.1
_TYPED = {"1.6": v16.TYPED, "2.0.1": v201.TYPED}
_LOCATION = "conformance"

# What the station's own answer, or its silence, makes of a command: it was sent, and that is all that is asked.
_SENT = frozenset((httpx.codes.BAD_GATEWAY, httpx.codes.GATEWAY_TIMEOUT))

Json = Any  # Any: JSON


class Rest:
    """Logged in inside `async with`; every token that it adds belongs to one new driver."""

    can: frozenset[Need] = frozenset(Need)
    is_parallel = True
    command_s: float | None = 10.0

    def __init__(self, url: str, *, operator: str, password: str) -> None:
        self._operator = _client(url)
        self._driver = _client(url)
        self._login = {"email": operator, "password": password, "role": "operator"}

    async def __aenter__(self) -> Self:
        token = (await _ask(self._operator, "POST", "/auth/login", self._login))["access_token"]
        self._operator.headers["Authorization"] = f"Bearer {token}"
        person = {"email": f"judge-{uuid.uuid4().hex[:12]}@example.com", "password": uuid.uuid4().hex}
        token = (await _ask(self._driver, "POST", "/auth/register", person))["access_token"]
        self._driver.headers["Authorization"] = f"Bearer {token}"
        place = {"name": "Conformance", "country": "DE", "timezone": "UTC", "latitude": 0, "longitude": 0}
        await _ask(self._operator, "PUT", f"/locations/{_LOCATION}", place)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._operator.aclose()
        await self._driver.aclose()

    async def add_station(self, station: NewStation) -> None:
        """The station is registered; its gateway hears of it a moment later."""
        body: dict[str, Json] = {
            "location_id": _LOCATION,
            "security_profiles": [1] if station.password else [0],
            "password": station.password,
            "default_version": station.version,
            "registration": "Pending" if station.is_pending else "Accepted",
            "evses": [{"evse": number} for number in range(1, station.evses + 1)],
        }
        await _ask(self._operator, "PUT", f"/stations/{station.station_id}", body)

    async def add_token(self, token: Token) -> Token:
        """The token is the driver's."""
        body: dict[str, Json] = {"value": token.value, "type": "ISO14443", "group": token.group}
        if token.kind is TokenKind.EXPIRED:
            body["expires_at"] = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        added = await _ask(self._driver, "POST", "/me/tokens", body)
        if token.kind is TokenKind.BLOCKED:
            await _ask(self._driver, "POST", f"/me/tokens/{added['token_id']}/block")
        return token

    async def until_online(self, station_id: str) -> None:
        """REST shows the station online."""
        deadline = time.monotonic() + _ONLINE_S
        while not (await _ask(self._operator, "GET", f"/stations/{station_id}"))["is_online"]:
            if time.monotonic() > deadline:
                raise CannotJudge(f"{station_id} is connected, and not online after {_ONLINE_S:g} s")
            await asyncio.sleep(_POLL_S)

    async def accept(self, station_id: str) -> None:
        """The station's next boot is accepted."""
        await _ask(self._operator, "POST", f"/onboarding/stations/{station_id}/accept")

    async def command(self, command: Command) -> None:
        """Typed where there is such a command, else raw."""
        translate = _TYPED[command.version].get(command.action)
        typed = None if translate is None else translate(command.payload)
        name, body = (command.action, command.payload) if typed is None else typed
        body = {key: value for key, value in body.items() if value is not None}
        path = f"/stations/{command.station_id}/commands/{name}"
        await _ask(self._operator, "POST", path, body, forgives=_SENT)


def _client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=_TIMEOUT_S)


async def _ask(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    body: Mapping[str, Json] | None = None,
    *,
    forgives: frozenset[int] = frozenset(),
) -> Json:
    try:
        answer = await client.request(method, _PREFIX + path, json=body)
    except httpx.HTTPError as error:
        raise CannotJudge(f"{method} {path} was not answered: {error!r}") from error
    if answer.is_error and answer.status_code not in forgives:
        raise CannotJudge(f"{method} {path} was answered {answer.status_code}: {answer.text[:300]}")
    return answer.json() if answer.content else None
