"""One side of an OCPP socket that a script plays: frames in and out, each logged, each held against the rules.

Whatever breaks a rule fails the case at the next wait, also when the script is busy with something else.
A CALL that no script waits for is answered by the responder: peers ask for things that a case is not about.
"""

import asyncio
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from protocol.domain.routes import Direction
from protocol.errors import PayloadViolation
from simulator.conformance.log import Heading, WireLog
from simulator.conformance.rules import Answered, Asked, Json, Refused, Rules
from simulator.conformance.verdicts import CannotJudge, Failed

ResultT = TypeVar("ResultT")
Match = Callable[[Json], bool]


class Socket(Protocol):
    """Text messages, until `receive` returns None: the other side has closed; `close_reason` then says how."""

    close_reason: str

    async def send(self, text: str) -> None: ...

    async def receive(self) -> str | bytes | None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is a CALLERROR."""

    code: str
    description: str = ""


Reply = Mapping[str, Json] | Refusal
Responder = Callable[[str, Json], Reply]


@dataclass(slots=True, eq=False)
class _Waiter:
    action: str
    match: Match
    is_answered: bool
    arrived: asyncio.Future[Asked] = field(repr=False)


class Wire:
    """A script's end of one socket; `respond` answers what nobody waits for. `read` must run beside the script."""

    def __init__(
        self, socket: Socket, rules: Rules, log: WireLog, *, listens_to: Direction, respond: Responder, name: str = ""
    ) -> None:
        self.name = name
        self.rules = rules
        self.heard: list[Asked] = []
        self.is_closing = False
        self._socket = socket
        self.log = log
        self._respond = respond
        is_csms_judged = listens_to is Direction.FROM_CSMS
        self._out, self._in = (Heading.TO_CSMS, Heading.TO_STATION)[:: 1 if is_csms_judged else -1]
        self._peer = "CSMS" if is_csms_judged else "station"
        self._numbers = itertools.count(1)
        self._waiters: list[_Waiter] = []
        self._answer: asyncio.Future[Answered | Refused] | None = None
        self._fault: Failed | None = None
        self._wrong = asyncio.Event()
        self._closed = asyncio.Event()

    async def read(self) -> None:
        """Until the socket is closed, or the first rule is broken."""
        while (text := await self._socket.receive()) is not None:
            if isinstance(text, bytes):
                self._fail(Failed(f"The {self._peer} sent a binary message."))
                continue
            self.log.write(self._in, text, station=self.name)
            try:
                await self._take(self.rules.hear(text, self.log.clock()))
            except Failed as fault:
                self._fail(Failed(f"The {self._peer} sent {fault}."))
        self.log.note(f"closed: {self._socket.close_reason}", station=self.name)
        self._closed.set()
        if not self.is_closing:
            self._fail(Failed(f"The {self._peer} closed the socket: {self._socket.close_reason}."))

    async def call(self, action: str, /, **payload: Json) -> Json:
        """The payload of the CALLRESULT. Raises Failed for a CALLERROR, and for silence."""
        answer = await self.ask(action, payload)
        if isinstance(answer, Refused):
            raise Failed(f"{action} was refused: {answer.code} {answer.description}".rstrip() + ".")
        return answer.payload

    async def call_refused(self, action: str, /, *codes: str, **payload: Json) -> str:
        """The code of the CALLERROR, which has to be one of these."""
        answer = await self.ask(action, payload)
        if isinstance(answer, Answered):
            raise Failed(
                f"{action} was answered {json.dumps(answer.payload)}; a CALLERROR {' or '.join(codes)} is due."
            )
        if answer.code not in codes:
            raise Failed(f"{action} was refused with {answer.code}; {' or '.join(codes)} is due.")
        return answer.code

    async def ask(self, action: str, payload: Mapping[str, Json], *, is_checked: bool = True) -> Answered | Refused:
        """The answer to one CALL of ours; `is_checked` False where the payload or the action is to be wrong."""
        self.check()
        if is_checked:
            self._check_ours(action, payload, is_request=True)
        message_id = f"{self.name or 'judge'}-{next(self._numbers)}"[-36:]
        self._answer = asyncio.get_running_loop().create_future()
        self.rules.ask(message_id, action, self.log.clock())
        await self._say([2, message_id, action, payload])
        limit_s = self.rules.patience_s
        try:
            return await self._wait(self._answer, limit_s, f"{action} was not answered within {limit_s:g} s.")
        finally:
            self.rules.give_up()
            self._answer = None

    async def send(self, action: str, /, **payload: Json) -> None:
        """One SEND of ours, which gets no answer."""
        self.check()
        try:
            self.rules.check_send(action, payload)
        except (PayloadViolation, KeyError) as error:
            raise CannotJudge(f"the case would itself break the schema of {action}: {error!r}") from error
        await self._say([6, f"{self.name or 'judge'}-{next(self._numbers)}"[-36:], action, payload])

    async def say(self, text: str) -> None:
        """Any text at all, as it is."""
        self.log.write(self._out, text, station=self.name)
        await self._socket.send(text)

    def expect(self, action: str, match: Match = lambda _payload: True, *, is_answered: bool = False) -> "Expected":
        """What is due from now on: the next CALL of this action that matches; `is_answered`: by the responder."""
        self.check()
        waiter = _Waiter(action, match, is_answered, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        return Expected(self, waiter)

    async def reply(self, asked: Asked, answer: Reply) -> None:
        """Our answer to a CALL of theirs."""
        self.rules.answer(asked.message_id)
        if isinstance(answer, Refusal):
            await self._say([4, asked.message_id, answer.code, answer.description, {}])
            return
        self._check_ours(asked.action, answer, is_request=False)
        await self._say([3, asked.message_id, answer])

    async def quiet(self, for_s: float) -> None:
        """Let time pass, in which nothing may go wrong."""
        await self._wait(asyncio.get_running_loop().create_future(), for_s, "")

    async def closed(self, within_s: float) -> None:
        """The other side closes, as it should."""
        self.is_closing = True
        try:
            await asyncio.wait_for(self._closed.wait(), within_s)
        except TimeoutError:
            raise Failed(f"The {self._peer} did not close the socket within {within_s:g} s.") from None

    async def close(self) -> None:
        """We close."""
        self.is_closing = True
        await self._socket.close()

    def forgive(self) -> None:
        """Another case begins: what was wrong in the last one is none of its business."""
        self._fault = None
        self._wrong.clear()
        for waiter in self._waiters:
            waiter.arrived.cancel()
        self._waiters.clear()

    @property
    def is_closed(self) -> bool:
        """Whether the other side is gone."""
        return self._closed.is_set()

    def check(self) -> None:
        """Raises Failed where a rule was broken."""
        if self._fault is not None:
            raise self._fault

    async def wait_for(self, waiter: _Waiter, within_s: float) -> Asked:
        """What the waiter waits for. Raises Failed where it does not come."""
        try:
            return await self._wait(
                waiter.arrived, within_s, f"The {self._peer} sent no {waiter.action} that fits within {within_s:g} s."
            )
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    async def _take(self, heard: Asked | Answered | Refused) -> None:
        if isinstance(heard, Answered | Refused):
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(heard)
            return
        self.heard.append(heard)
        for waiter in self._waiters:
            if waiter.action == heard.action and not waiter.arrived.done() and waiter.match(heard.payload):
                self._waiters.remove(waiter)
                waiter.arrived.set_result(heard)
                if waiter.is_answered:
                    break
                return
        await self.reply(heard, self._respond(heard.action, heard.payload))

    async def _wait(self, wanted: asyncio.Future[ResultT], within_s: float, complaint: str) -> ResultT:
        """The result; an empty complaint means that none is due."""
        wrong = asyncio.ensure_future(self._wrong.wait())
        try:
            await asyncio.wait((wanted, wrong), timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            wrong.cancel()
        self.check()
        if wanted.done():
            return wanted.result()
        wanted.cancel()
        if complaint:
            raise Failed(complaint)
        return None  # type: ignore[return-value] # nobody reads it: `quiet` waits for nothing

    def _fail(self, fault: Failed) -> None:
        if self._fault is None:
            self._fault = fault
            self.log.note(f"fault: {fault}", station=self.name)
            self._wrong.set()

    async def _say(self, frame: list[Json]) -> None:
        await self.say(json.dumps(frame, separators=(",", ":")))

    def _check_ours(self, action: str, payload: Mapping[str, Json], *, is_request: bool) -> None:
        try:
            self.rules.check_ours(action, payload, is_request=is_request)
        except (PayloadViolation, KeyError) as error:
            raise CannotJudge(f"the case would itself break the schema of {action}: {error!r}") from error


class Expected:
    """A CALL that is due."""

    def __init__(self, wire: Wire, waiter: _Waiter) -> None:
        self._wire = wire
        self._waiter = waiter

    @property
    def arrived(self) -> asyncio.Future[Asked]:
        """Done once it is there."""
        return self._waiter.arrived

    async def within(self, within_s: float) -> Asked:
        """The CALL, which the caller answers. Raises Failed where it does not come in time."""
        return await self._wire.wait_for(self._waiter, within_s)
