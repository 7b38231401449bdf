"""Our own CSMS, operated by REST: an operator who registers stations and commands, a driver who owns the tokens."""

import asyncio
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import httpx

from simulator.conformance.driver import CONTRACTS, Code, Command, Need, NewStation, Token, TokenKind
from simulator.conformance.drivers import v16, v21, v201
from simulator.conformance.verdicts import CannotJudge

_PREFIX = "/api/v1"
_TIMEOUT_S = 45.0  # a command waits for a station for 30 s
_ONLINE_S = 20.0
_POLL_S = 0.1
_TYPED = {"1.6": v16.TYPED, "2.0.1": v201.TYPED, "2.1": v21.TYPED}
_LOCATION = "conformance"
_PLACE = {"name": "Conformance", "country": "DE", "timezone": "UTC", "latitude": 0, "longitude": 0}
_TARIFF = {
    "id": "conformance",
    "currency": "EUR",
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.5, "step_size": 1}]}],
}
_CARD = "4242424242424242"
_LIMITS = {"maxCost": "max_cost", "maxEnergy": "max_energy_wh", "maxTime": "max_time_s"}
_CODES = {
    "url_template": "https://pay.example/qr?s={chargingStationId}&e={evse}&v={version}&t={totp}",
    "validity_s": 600,
    "length": 20,
    "quality": "Medium",
}
_TAKING = ["AC_single_phase", "AC_three_phase", "DC"]
# The sandbox tells a revoked contract certificate by how its serial number begins.
_SERIALS = {TokenKind.CONTRACT: "0a", TokenKind.REVOKED_CONTRACT: "dead01"}

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
        self._anybody = _client(url)
        self._opened: dict[Code, str] = {}
        self._login = {"email": operator, "password": password, "role": "operator"}

    async def __aenter__(self) -> Self:
        token = (await _ask(self._operator, "POST", "/auth/login", self._login))["access_token"]
        self._operator.headers["Authorization"] = f"Bearer {token}"
        await _register(self._driver)
        await _ask(self._driver, "POST", "/billing/payment-methods", {"card_number": _CARD})
        await _ask(self._operator, "PUT", f"/locations/{_LOCATION}", _PLACE)
        await _ask(self._operator, "PUT", f"/tariffs/{_TARIFF['id']}", _TARIFF)
        assignments = {"places": [{"location_id": _LOCATION}]}
        await _ask(self._operator, "PUT", f"/tariffs/{_TARIFF['id']}/assignments", assignments)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._operator.aclose()
        await self._driver.aclose()
        await self._anybody.aclose()

    async def add_station(self, station: NewStation) -> None:
        """The station is registered; its gateway hears of it a moment later."""
        body: dict[str, Json] = {
            "location_id": _LOCATION,
            "security_profiles": [station.allowed_profile],
            "password": station.password,
            "default_version": station.version,
            "registration": "Pending" if station.is_pending else "Accepted",
            "evses": [{"evse": number} for number in range(1, station.evses + 1)],
        }
        await _ask(self._operator, "PUT", f"/stations/{station.station_id}", body)
        if station.takes_only or station.settles:
            policy = {
                "energy_transfer": _TAKING if station.takes_only else None,
                "settles_payments": station.settles,
            }
            await _ask(self._operator, "PUT", f"/stations/{station.station_id}/policy", policy)

    async def add_token(self, token: Token) -> Token:
        """The token is the driver's; a master pass is the operator's."""
        if token.kind is TokenKind.MASTER_PASS:
            await _ask(self._operator, "POST", "/master-passes", {"value": token.value})
            return token
        if token.kind in (TokenKind.PREPAID, TokenKind.SPENT):
            await self._add_prepaid(token)
            return token
        if token.kind is TokenKind.OWN_TARIFF:
            await self._add_with_a_tariff(token)
            return token
        kind = "eMAID" if token.kind in CONTRACTS else "ISO14443"
        body: dict[str, Json] = {"value": token.value, "type": kind, "group": token.group}
        if token.kind is TokenKind.EXPIRED:
            body["expires_at"] = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        added = await _ask(self._driver, "POST", "/me/tokens", body)
        if token.kind is TokenKind.BLOCKED:
            await _ask(self._driver, "POST", f"/me/tokens/{added['token_id']}/block")
        return replace(token, serial=_SERIALS.get(token.kind, ""))

    async def _add_prepaid(self, token: Token) -> None:
        card = await _ask(self._operator, "POST", "/prepaid-cards", {"value": token.value})
        if token.kind is TokenKind.PREPAID:
            path = f"/billing/prepaid-accounts/{card['token_id']}/top-ups"
            await _ask(self._operator, "POST", path, {"amount": "10.00", "currency": "EUR"}, key=token.value)

    async def _add_with_a_tariff(self, token: Token) -> None:
        """The driver is a new one: their tariff holds for all of their tokens."""
        own = _TARIFF | {"id": f"conformance-{token.value}"}
        async with _client(str(self._driver.base_url)) as person:
            account = await _register(person)
            await _ask(person, "POST", "/me/tokens", {"value": token.value, "type": "ISO14443"})
        await _ask(self._operator, "PUT", f"/tariffs/{own['id']}", own)
        await _ask(self._operator, "PUT", f"/tariffs/{own['id']}/drivers", {"driver_ids": [account]})

    async def trust_contracts(self, root: str) -> None:
        """Nothing: the sandbox, which judges them, takes any chain that holds together."""

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

    async def start(self, station_id: str, limit: Mapping[str, Json]) -> None:
        """The driver starts by app."""
        (name,) = limit
        body = {"station_id": station_id, "evse": 1, "limit": {_LIMITS[name]: limit[name]}}
        await _ask(self._driver, "POST", "/sessions", body, forgives=_SENT, key=uuid.uuid4().hex)

    async def offer_codes(self, station_id: str) -> None:
        """The operator switches it on."""
        await _ask(self._operator, "PUT", f"/stations/{station_id}/web-payments", _CODES, forgives=_SENT)

    async def scan(self, code: Code) -> None:
        """Somebody without an account asks for a payment."""
        body = {"station_id": code.station_id, "evse": code.evse, "version": code.version, "totp": code.totp}
        opened = await _ask(self._anybody, "POST", "/billing/web-payments", body)
        self._opened[code] = opened["id"]

    async def pay(self, code: Code) -> None:
        """By card."""
        path = f"/billing/web-payments/default/{self._opened[code]}/card"
        await _ask(self._anybody, "POST", path, {"card_number": _CARD}, forgives=_SENT)

    async def command(self, command: Command) -> None:
        """Typed where there is such a command, else raw."""
        translate = _TYPED[command.version].get(command.action)
        typed = None if translate is None else translate(command.payload)
        name, body = (command.action, command.payload) if typed is None else typed
        body = {key: value for key, value in body.items() if value is not None}
        path = f"/stations/{command.station_id}/commands/{name}"
        await _ask(self._operator, "POST", path, body, forgives=_SENT)


async def _register(person: httpx.AsyncClient) -> str:
    """The account of a new driver, who is logged in from now on."""
    body = {"email": f"judge-{uuid.uuid4().hex[:12]}@example.com", "password": uuid.uuid4().hex}
    token = (await _ask(person, "POST", "/auth/register", body))["access_token"]
    person.headers["Authorization"] = f"Bearer {token}"
    return str((await _ask(person, "GET", "/me"))["account_id"])


def _client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=_TIMEOUT_S)


async def _ask(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    body: Mapping[str, Json] | None = None,
    *,
    forgives: frozenset[int] = frozenset(),
    key: str | None = None,
) -> Json:
    try:
        headers = None if key is None else {"Idempotency-Key": key}
        answer = await client.request(method, _PREFIX + path, json=body, headers=headers)
    except httpx.HTTPError as error:
        raise CannotJudge(f"{method} {path} was not answered: {error!r}") from error
    if answer.is_error and answer.status_code not in forgives:
        raise CannotJudge(f"{method} {path} was answered {answer.status_code}: {answer.text[:300]}")
    return answer.json() if answer.content else None
