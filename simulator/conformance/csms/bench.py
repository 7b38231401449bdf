"""What a case for a CSMS needs: stations on sockets, tokens, and commands of its operator.

Every case has stations and tokens of its own, so that no case depends on another.
"""

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from protocol.domain.routes import Direction
from protocol.domain.version import OcppVersion
from simulator.conformance.checks import require_part
from simulator.conformance.driver import Command, Driver, NewStation, Token, TokenKind
from simulator.conformance.log import WireLog
from simulator.conformance.rules import Asked, Json, Rules
from simulator.conformance.transport import Handshake, client_socket
from simulator.conformance.verdicts import CannotJudge, Failed
from simulator.conformance.wire import Match, Refusal, Reply, Wire

_KNOWN_S = 10.0
_RETRY_S = 0.1
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Target:
    """The CSMS under test; a station's id is added to `url`. `station_id`: the only one there is.

    `tls`: how a `wss://` one is trusted; without it, by the roots of the machine.
    """

    url: str
    version: OcppVersion
    station_id: str | None = None
    station_password: str | None = None
    patience_s: float = 10.0
    quiet_s: float = 0.2
    tls: ssl.SSLContext | None = None


CHOSEN_BY_CSMS = frozenset(
    (
        *("requestId", "remoteStartId", "listVersion", "versionNumber"),
        *("csChargingProfiles.chargingProfileId", "chargingProfile.chargingProfileId"),
        *("chargingProfile.id", "chargingSchedule.id"),
        *("startSchedule", "validFrom", "validTo", "retrieveDate", "retrieveDateTime"),
    )
)
"""What an order names and the CSMS may have its own of: numbers of its requests, and times."""

Boot = Callable[[Wire], Awaitable[None]]


class Bench:
    """One case's."""

    def __init__(self, target: Target, driver: Driver, log: WireLog, *, case_id: str, boot: Boot) -> None:
        self.target = target
        self.driver = driver
        self.log = log
        self._boot = boot
        self._prefix = f"{case_id.replace('_', '')[:16]}-{secrets.token_hex(3)}".upper()
        self._made = 0

    @asynccontextmanager
    async def station(self, *, evses: int = 1, password: str | None = None) -> AsyncIterator[Wire]:
        """A new station that has booted, with its connectors available; the CSMS knows that it is there."""
        name = await self.new_station(evses=evses, password=password)
        async with self.connected(name, password=password) as wire:
            await self._boot(wire)
            await self.driver.until_online(name)
            yield wire

    async def new_station(self, *, evses: int = 1, password: str | None = None, is_pending: bool = False) -> str:
        """The id of a station that the CSMS knows, and that has not connected yet."""
        name = self.target.station_id or self._new_name("")
        given = password or self.target.station_password
        station = NewStation(name, self.target.version.value, evses, given, is_pending)
        await self.driver.add_station(station)
        return name

    @asynccontextmanager
    async def connected(self, name: str, *, password: str | None = None) -> AsyncIterator[Wire]:
        """The station on a new socket, before its first word. At the end nothing may be wrong with what was heard."""
        async with self._open(name, self._password(password)) as (handshake, wire):
            if wire is None:
                raise Failed(f"The CSMS refused the handshake of {name} with HTTP {handshake.status}.")
            if handshake.subprotocol != self.target.version.subprotocol:
                raise Failed(f"The CSMS chose the subprotocol {handshake.subprotocol}, not the one that was offered.")
            async with asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(wire.read())
                try:
                    yield wire
                    if not wire.is_closing:
                        await wire.quiet(self.target.quiet_s)
                    wire.check()
                finally:
                    wire.is_closing = True
                    reading.cancel()

    async def handshake(
        self, name: str, *, subprotocols: tuple[str, ...] | None = None, user: str | None = None, password: str | None
    ) -> Handshake:
        """What the CSMS makes of an upgrade; the socket, where there is one, is closed at once."""
        offered = (self.target.version.subprotocol,) if subprotocols is None else subprotocols
        url = f"{self.target.url.rstrip('/')}/{name}"
        async with client_socket(
            url, subprotocols=offered, user=user or name, password=password, tls=self.target.tls
        ) as (answer, _):
            self.log.note(
                f"upgrade offering {', '.join(offered) or 'nothing'} as {user or name}: HTTP {answer.status}"
                + (f", {answer.subprotocol}" if answer.subprotocol else ""),
                station=name,
            )
            return answer

    async def token(self, kind: TokenKind = TokenKind.GOOD, *, group: str | None = None) -> str:
        """The value of a new token that the CSMS knows as this."""
        token = Token(self._new_name("T")[-20:], kind, group)
        return (await self.driver.add_token(token)).value

    def unknown_token(self) -> str:
        """A value that nobody has registered."""
        return f"NOBODY{secrets.token_hex(5).upper()}"

    async def order(
        self,
        wire: Wire,
        action: str,
        payload: Mapping[str, Json] | None = None,
        *,
        answer: Reply,
        match: Match | None = None,
    ) -> Json:
        """The operator has the CSMS send this; returned is what it sent, which was answered with `answer`.

        Without `match` it has to say at least what `payload` does, but for what a CSMS chooses itself. Raises Failed
        where no such CALL comes.
        """
        wanted = dict(payload or {})
        expected = wire.expect(action, match or (lambda _asked: True))
        command = Command(wire.name, self.target.version.value, action, wanted)
        telling = asyncio.ensure_future(self.driver.command(command))
        try:
            asked = await self._arrival(expected.arrived, telling, expected.within, action)
            await wire.reply(asked, answer)
            with suppress(CannotJudge):  # what the CSMS tells its operator of the answer is not ours to judge
                await telling
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        if match is None:
            require_part(wanted, asked.payload, f"The {action} that the CSMS sent", free=CHOSEN_BY_CSMS)
        return asked.payload

    async def _arrival(
        self,
        arrived: asyncio.Future[Asked],
        telling: asyncio.Future[None],
        within: Callable[[float], Awaitable[Asked]],
        action: str,
    ) -> Asked:
        """The CALL; CannotJudge where it did not come and the driver could not tell the CSMS to send it."""
        await asyncio.wait((arrived, telling), timeout=self.driver.command_s, return_when=asyncio.FIRST_COMPLETED)
        if telling.done() and not arrived.done() and telling.exception() is not None:
            telling.result()
        return await within(self.target.patience_s if telling.done() else 0.0)

    @asynccontextmanager
    async def _open(self, name: str, password: str | None) -> AsyncIterator[tuple[Handshake, Wire | None]]:
        """A CSMS may hear of a station a moment after its operator has registered it: 404 is tried again."""
        url = f"{self.target.url.rstrip('/')}/{name}"
        deadline = self.log.clock() + _KNOWN_S
        while True:
            async with client_socket(
                url,
                subprotocols=(self.target.version.subprotocol,),
                user=name,
                password=password,
                tls=self.target.tls,
            ) as (handshake, socket):
                if socket is None and handshake.status == _NOT_FOUND and self.log.clock() < deadline:
                    await asyncio.sleep(_RETRY_S)
                    continue
                self.log.note(f"upgrade: HTTP {handshake.status} {handshake.subprotocol or ''}".rstrip(), station=name)
                if socket is None:
                    yield handshake, None
                    return
                rules = Rules(self.target.version, listens_to=Direction.FROM_CSMS, patience_s=self.target.patience_s)
                yield (
                    handshake,
                    Wire(socket, rules, self.log, listens_to=Direction.FROM_CSMS, respond=_decline, name=name),
                )
                return

    def _password(self, password: str | None) -> str | None:
        return password or self.target.station_password

    def _new_name(self, kind: str) -> str:
        self._made += 1
        return f"{self._prefix}{kind}{self._made}"


def _decline(action: str, _payload: Json) -> Reply:
    """What a case is not about its station does not support: every CSMS must be able to live with that."""
    return Refusal("NotSupported", f"{action} is not part of this case")
