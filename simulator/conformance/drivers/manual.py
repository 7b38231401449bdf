"""A person operates the CSMS: it is printed what is to be done, and Enter says that it is."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from simulator.conformance.driver import CONTRACTS, Code, Command, Need, NewStation, Token
from simulator.conformance.terminal import Ask


class Manual:
    """One thing at a time; a station that is registered just so already is used again."""

    can: frozenset[Need] = frozenset(Need)
    is_parallel = False
    command_s: float | None = None

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._stations: dict[str, NewStation] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    async def add_station(self, station: NewStation) -> None:
        """The person has registered it."""
        if self._stations.get(station.station_id) == station:
            return
        how = f"with the Basic-auth password {station.password!r}" if station.password else "without a password"
        pending = ", not accepted yet: its boot is to be answered Pending" if station.is_pending else ""
        policy = ", vehicles may not give energy there" if station.takes_only else ""
        policy += ", what its terminal authorises is settled by the CSMS" if station.settles else ""
        secured = f", with security profile {station.security_profile} alone" if station.security_profile else ""
        await self._ask(
            f"Register station {station.station_id} (OCPP {station.version}, EVSEs: {station.evses})"
            f" {how}{secured}{pending}{policy}."
        )
        self._stations[station.station_id] = station

    async def add_token(self, token: Token) -> Token:
        """The person has added it."""
        group = f" in the group (parent) {token.group}" if token.group else ""
        if token.kind in CONTRACTS:
            token = replace(token, serial=f"{secrets.randbits(60):x}")
        serial = f" Its certificate has the serial number {token.serial}." if token.serial else ""
        await self._ask(f"Add the token {token.value}{group}, which is {token.kind}.{serial}")
        return token

    async def trust_contracts(self, root: str) -> None:
        """The person has added the root."""
        await self._ask(f"Trust contract certificates (Plug & Charge) under this root:\n{root}")

    async def until_online(self, station_id: str) -> None:
        """Nothing: a person sees when the station is there."""

    async def accept(self, station_id: str) -> None:
        """The person has accepted it."""
        await self._ask(f"Accept station {station_id}: its next boot is to be answered Accepted.")
        if station_id in self._stations:
            self._stations[station_id] = replace(self._stations[station_id], is_pending=False)

    async def start(self, station_id: str, limit: Mapping[str, Any]) -> None:
        """The person has started as a driver does."""
        await self._ask(f"Start by app at {station_id}, EVSE 1, with the limit {json.dumps(limit)}.")

    async def offer_codes(self, station_id: str) -> None:
        """The person has switched it on."""
        await self._ask(f"Let drivers pay at {station_id} by scanning a code.")

    async def scan(self, code: Code) -> None:
        """The person has opened the address."""
        await self._ask(f"Open {code.url} in a browser, and do not pay yet.")

    async def pay(self, code: Code) -> None:
        """The person has paid."""
        await self._ask(f"Pay at {code.url}.")

    async def command(self, command: Command) -> None:
        """The person has made the CSMS send it."""
        payload = json.dumps(command.payload)
        await self._ask(f"Make the CSMS send {command.action} to {command.station_id}, as in {payload}.")
