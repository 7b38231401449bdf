"""What a case for a CSMS needs: stations on sockets, tokens, and commands of its operator.

Every case has stations and tokens of its own, so that no case depends on another.
"""

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from protocol.domain.routes import Direction
from simulator.conformance.certificates import trusting
from simulator.conformance.checks import require_part
from simulator.conformance.csms.target import CHOSEN_BY_CSMS, Target
from simulator.conformance.driver import CONTRACTS, Command, Driver, NewStation, Token, TokenKind
from simulator.conformance.log import WireLog
from simulator.conformance.rules import Asked, Json, Rules
from simulator.conformance.transport import Handshake, client_socket
from simulator.conformance.verdicts import CannotJudge, Failed
from simulator.conformance.wire import Expected, Match, Refusal, Reply, Wire

_KNOWN_S = 10.0
_RETRY_S = 0.1
_SWITCHING = 101
_NOT_KNOWN_YET = frozenset((404,))
_NOT_SECURED_YET = frozenset((401, 403, 404))

Boot = Callable[[Wire], Awaitable[None]]


class Bench:
    """One case's."""

    def __init__(self, target: Target, driver: Driver, log: WireLog, *, case_id: str, boot: Boot) -> None:
        self.target = target
        self.driver = driver
        self.log = log
        self.boot = boot
        self._prefix = f"{case_id.replace('_', '')[:16]}-{secrets.token_hex(3)}".upper()
        self._made = 0

    @asynccontextmanager
    async def station(self, *, evses: int = 1, password: str | None = None) -> AsyncIterator[Wire]:
        """A new station that has booted, with its connectors available; the CSMS knows that it is there."""
        name = await self.new_station(evses=evses, password=password)
        async with self.connected(name, password=password) as wire:
            await self.boot(wire)
            await self.driver.until_online(name)
            yield wire

    async def new_station(
        self,
        *,
        evses: int = 1,
        password: str | None = None,
        is_pending: bool = False,
        profile: int | None = None,
        name: str | None = None,
        takes_only: bool = False,
        settles: bool = False,
    ) -> str:
        """The id of a station that the CSMS knows, and that has not connected yet.

        With a `name` that it knows already, what is said of the station holds from now on.
        """
        name = name or self.target.station_id or self._new_name("")
        given = password or self.target.station_password
        station = NewStation(name, self.target.version.value, evses, given, is_pending, profile, takes_only, settles)
        await self.driver.add_station(station)
        return name

    @asynccontextmanager
    async def connected(
        self, name: str, *, password: str | None = None, tls: ssl.SSLContext | None = None
    ) -> AsyncIterator[Wire]:
        """The station on a new socket, before its first word. At the end nothing may be wrong with what was heard.

        With `tls` it comes by `secured_url`. Raises CutOff where TLS fails.
        """
        async with self._open(name, self._password(password), tls) as (handshake, wire):
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
        self,
        name: str,
        *,
        subprotocols: tuple[str, ...] | None = None,
        user: str | None = None,
        password: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> Handshake:
        """What the CSMS makes of an upgrade; the socket, where there is one, is closed at once.

        With `tls` by `secured_url`. Raises CutOff where TLS fails.
        """
        offered = (self.target.version.subprotocol,) if subprotocols is None else subprotocols
        async with client_socket(
            self._url(name, tls), subprotocols=offered, user=user or name, password=password, tls=tls or self._trust()
        ) as (answer, _):
            self.log.note(
                f"upgrade offering {', '.join(offered) or 'nothing'} as {user or name}: HTTP {answer.status}"
                + (f", {answer.subprotocol}" if answer.subprotocol else ""),
                station=name,
            )
            return answer

    async def until_refused(self, name: str, *, password: str | None = None) -> Handshake:
        """How the CSMS refuses the station, which may take it a moment. Raises Failed where it lets it in."""
        deadline = self.log.clock() + self.target.patience_s
        while (answer := await self.handshake(name, password=password)).status == _SWITCHING:
            if self.log.clock() > deadline:
                raise Failed(f"{name} is let in as before; it is to be refused.")
            await asyncio.sleep(_RETRY_S)
        return answer

    async def token(self, kind: TokenKind = TokenKind.GOOD, *, group: str | None = None) -> str:
        """The value of a new token that the CSMS knows as this."""
        return (await self.new_token(kind, group=group)).value

    async def new_token(self, kind: TokenKind, *, group: str | None = None) -> Token:
        """A new token that the CSMS knows as this. Of a contract it is an eMAID: country, provider, nine characters."""
        value = f"DEYRDC{secrets.token_hex(4).upper()}" if kind in CONTRACTS else self._new_name("T")[-20:]
        return await self.driver.add_token(Token(value, kind, group))

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
        async with _telling(self.command(wire, action, wanted)) as telling:
            expected = wire.expect(action, match or (lambda _asked: True))
            asked = await self._arrival(expected, telling)
            await wire.reply(asked, answer)
        if match is None:
            require_part(wanted, asked.payload, f"The {action} that the CSMS sent", free=CHOSEN_BY_CSMS)
        return asked.payload

    async def order_in_pieces(
        self,
        wire: Wire,
        action: str,
        payload: Mapping[str, Json],
        *,
        items: str,
        answer: Callable[[Json], Reply],
    ) -> list[Json]:
        """The same, where the CSMS may send several of this action: until there are as many `items` as in `payload`.

        Returned is what it sent, piece by piece; together they have to be `payload`'s items, in their order.
        """
        pieces: list[Json] = []
        async with _telling(self.command(wire, action, payload)) as telling:
            expected = wire.expect(action)
            while True:
                asked = await self._arrival(expected, telling)
                pieces.append(asked.payload)
                is_whole = sum(len(piece[items]) for piece in pieces) >= len(payload[items])
                if not is_whole:
                    expected = wire.expect(action)
                await wire.reply(asked, answer(asked.payload))
                if is_whole:
                    break
        found = {items: [one for piece in pieces for one in piece[items]]}
        require_part({items: payload[items]}, found, f"What the CSMS sent as {action}")
        return pieces

    async def in_vain(self, wire: Wire, told: Coroutine[Any, Any, None]) -> None:
        """The driver does this, for which the CSMS need not send anything."""
        with suppress(CannotJudge, TimeoutError):
            await asyncio.wait_for(told, self.driver.command_s)
        await wire.quiet(self.target.quiet_s)

    async def follows(
        self, wire: Wire, action: str, told: Coroutine[Any, Any, None], *, answer: Callable[[Json], Reply]
    ) -> Json:
        """The driver does this, and the CSMS sends a CALL of this action; returned is what it said."""
        async with _telling(told) as telling:
            expected = wire.expect(action)
            asked = await self._arrival(expected, telling)
            await wire.reply(asked, answer(asked.payload))
        return asked.payload

    async def command(self, wire: Wire, action: str, payload: Mapping[str, Json]) -> None:
        """The operator has the CSMS send this."""
        await self.driver.command(Command(wire.name, self.target.version.value, action, payload))

    async def _arrival(self, expected: Expected, telling: asyncio.Future[None]) -> Asked:
        """The CALL; CannotJudge where it did not come and the driver could not tell the CSMS to send it."""
        arrived = expected.arrived
        await asyncio.wait((arrived, telling), timeout=self.driver.command_s, return_when=asyncio.FIRST_COMPLETED)
        if telling.done() and not arrived.done() and telling.exception() is not None:
            telling.result()
        return await expected.within(self.target.patience_s if telling.done() else 0.0)

    @asynccontextmanager
    async def _open(
        self, name: str, password: str | None, tls: ssl.SSLContext | None
    ) -> AsyncIterator[tuple[Handshake, Wire | None]]:
        """A CSMS may hear of a station, or of its new security profile, a moment after its operator has said so."""
        deadline = self.log.clock() + _KNOWN_S
        not_yet = _NOT_KNOWN_YET if tls is None else _NOT_SECURED_YET
        while True:
            async with client_socket(
                self._url(name, tls),
                subprotocols=(self.target.version.subprotocol,),
                user=name,
                password=password,
                tls=tls or self._trust(),
            ) as (handshake, socket):
                if socket is None and handshake.status in not_yet and self.log.clock() < deadline:
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

    def _url(self, name: str, tls: ssl.SSLContext | None) -> str:
        base = self.target.url if tls is None else self.target.secured_url or self.target.url
        return f"{base.rstrip('/')}/{name}"

    def _trust(self) -> ssl.SSLContext | None:
        return trusting(self.target.roots) if self.target.url.startswith("wss://") else None

    def _password(self, password: str | None) -> str | None:
        return password or self.target.station_password

    def _new_name(self, kind: str) -> str:
        self._made += 1
        return f"{self._prefix}{kind}{self._made}"


@asynccontextmanager
async def _telling(told: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Future[None]]:
    """The operator tells the CSMS, and what it tells him of the answer is not ours to judge.

    Nothing is told before the first wait inside: there is time to say what is expected.
    """
    telling = asyncio.ensure_future(told)
    try:
        yield telling
        with suppress(CannotJudge):
            await telling
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


def _decline(action: str, _payload: Json) -> Reply:
    """What a case is not about its station does not support: every CSMS must be able to live with that."""
    return Refusal("NotSupported", f"{action} is not part of this case")
