"""A person operates the CSMS: it is printed what is to be done, and Enter says that it is."""

import json
from dataclasses import replace
from types import TracebackType
from typing import Self

from simulator.conformance.driver import Command, Need, NewStation, Token
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
        await self._ask(
            f"Register station {station.station_id} (OCPP {station.version}, EVSEs: {station.evses}) {how}{pending}."
        )
        self._stations[station.station_id] = station

    async def add_token(self, token: Token) -> Token:
        """The person has added it."""
        group = f" in the group (parent) {token.group}" if token.group else ""
        await self._ask(f"Add the token {token.value}{group}, which is {token.kind}.")
        return token

    async def until_online(self, station_id: str) -> None:
        """Nothing: a person sees when the station is there."""

    async def accept(self, station_id: str) -> None:
        """The person has accepted it."""
        await self._ask(f"Accept station {station_id}: its next boot is to be answered Accepted.")
        if station_id in self._stations:
            self._stations[station_id] = replace(self._stations[station_id], is_pending=False)

    async def command(self, command: Command) -> None:
        """The person has made the CSMS send it."""
        payload = json.dumps(command.payload)
        await self._ask(f"Make the CSMS send {command.action} to {command.station_id}, as in {payload}.")
