"""A case for a station: a row of a table, and a script; and what every script needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from simulator.conformance.hands.hand import Hand, StationNeed
from simulator.conformance.rules import Asked, Json, Refused
from simulator.conformance.station.yard import Yard
from simulator.conformance.verdicts import Failed
from simulator.conformance.wire import Match, Wire

SILENCE_S = 3.0
"""How long nothing may follow where nothing is due."""


@dataclass(frozen=True, slots=True)
class StationBench:
    """One case's: the station that is there, and whoever stands at it with these tokens, of which one is refused.

    `follow_s`: how long the station may take to say what follows from something.
    """

    yard: Yard
    hand: Hand
    token: str
    bad_token: str
    follow_s: float

    async def wire(self) -> Wire:
        """The station's socket."""
        return await self.yard.station()

    async def command(self, wire: Wire, action: str, payload: Json, *words: str) -> Json:
        """The station's answer, whose status has to be one of these words, where there are some."""
        answer = await wire.call(action, **payload)
        if words and answer["status"] not in words:
            raise Failed(f"{action} was answered {answer['status']}; {' or '.join(words)} is due.")
        return answer

    async def follow(
        self, wire: Wire, action: str, payload: Json, *words: str, then: str, match: Match = lambda _payload: True
    ) -> Json:
        """The command is answered so, and then this message follows; returned is its payload."""
        expected = wire.expect(then, match, is_answered=True)
        await self.command(wire, action, payload, *words)
        return (await expected.within(self.follow_s)).payload

    async def refused(self, wire: Wire, action: str, payload: Json, *codes: str) -> None:
        """A CALL that is wrong is refused by a CALLERROR, with one of these codes."""
        answer = await wire.ask(action, payload, is_checked=False)
        if not isinstance(answer, Refused):
            raise Failed(f"{action} was answered; a CALLERROR {' or '.join(codes)} is due.")
        if answer.code not in codes:
            raise Failed(f"{action} was refused with {answer.code}; {' or '.join(codes)} is due.")

    async def said(self, wire: Wire, action: str, match: Match = lambda _payload: True) -> Json:
        """The first such message on this socket, whether it has come or not."""
        for asked in wire.heard:
            if asked.action == action and match(asked.payload):
                return asked.payload
        expected = wire.expect(action, match, is_answered=True)
        return (await expected.within(self.follow_s)).payload

    async def silence(self, wire: Wire, action: str, match: Match = lambda _payload: True) -> None:
        """No such message comes for a while."""
        before = len(wire.heard)
        await wire.quiet(SILENCE_S)
        late: list[Asked] = [one for one in wire.heard[before:] if one.action == action and match(one.payload)]
        if late:
            raise Failed(f"The station sent {action}, which is not due: {late[0].payload}")

    async def comes_back(self, wire: Wire, after: int) -> Wire:
        """The station is gone, and on a new socket."""
        wire.is_closing = True
        return await self.yard.newcomer(after)


@dataclass(frozen=True, slots=True)
class StationCase:
    """`id` follows the certification programme's where it has such a case; ours begin with CY."""

    id: str
    title: str
    script: Callable[[StationBench], Awaitable[None]]
    needs: frozenset[StationNeed] = frozenset()


StationBlock = tuple[str, tuple[StationCase, ...]]


def case(
    case_id: str, title: str, script: Callable[[StationBench], Awaitable[None]], /, *needs: StationNeed
) -> StationCase:
    """A row."""
    return StationCase(case_id, title, script, frozenset(needs))
