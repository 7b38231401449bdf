"""One station's socket from upgrade to close: pumps one OcppConnection.

Invariants:
1. CALLs are answered one after the other, in the order they came, and so are SENDs dealt with; answers to our own
   CALLs never wait behind them.
2. What waits is bounded: a station that sends more than `queued_calls` ahead is not read from until some are answered,
   and one that sends faster than its share is read more slowly (`inflow`).
3. A fact that does not become durable in time gets no answer at all: the socket is closed with 1013, for a station
   that knows it is offline keeps its messages without spending its attempts.
4. Our own CALLs (`own_calls`) fail when the socket closes.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec
import structlog

from csms.errors import (
    AnswerUnreadable,
    BusUnavailable,
    CommandRefused,
    PublishFailed,
)
from csms.inflow import Inflow
from csms.message_log import ANSWERED, REPEATED, UNANSWERED, UNREADABLE, UNSOLICITED, MessageLog
from csms.own_calls import OwnCalls
from csms.quarantine import Quarantine
from csms.station import Station
from csms.telemetry import PROTOCOL_VIOLATIONS, TAKEOVERS, UNANSWERED_CALLS
from protocol.bus.frames import FrameDirection
from protocol.errors import ActionNotImplemented, InternalError, PayloadViolation, RpcError
from protocol.ocppj.connection import OcppConnection
from protocol.ocppj.events import (
    DuplicateCall,
    IncomingCall,
    IncomingError,
    IncomingResult,
    IncomingSend,
    ProtocolViolation,
    ResultRefused,
    UnexpectedAnswer,
)
from protocol.ocppj.repairs import Deviation

log = structlog.get_logger(__name__)

CLOSE_GOING_AWAY = 1001
CLOSE_POLICY = 1008
CLOSE_INTERNAL_ERROR = 1011
CLOSE_SERVICE_RESTART = 1012
CLOSE_TRY_AGAIN_LATER = 1013


class StationSocket(Protocol):
    """What a session needs of a WebSocket, whichever library speaks it."""

    def send_text(self, text: bytes) -> None:
        """Queue one text message."""

    def send_ping(self) -> None:
        """Ask for a sign of life."""

    def close(self, code: int, reason: str) -> None:
        """Start the closing handshake; the socket is cut if it does not end in time."""

    def pause_reading(self) -> None:
        """Let the station wait."""

    def resume_reading(self) -> None:
        """Read on."""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What a CALL is answered: the frame's text, what was forgiven, and the error where it is a CALLERROR.

    A SEND is answered nothing: then the text is empty.
    """

    text: bytes
    deviations: Sequence[Deviation] = ()
    refusal: RpcError | None = None


_NO_ANSWER = Answer(b"")
_KEPT_IN_QUARANTINE = (PayloadViolation, ActionNotImplemented)


class ReceivedFrame(msgspec.Struct, frozen=True, gc=False):
    """A CALL, or a SEND, that waits for its turn, with its text and the time at which it came."""

    call: IncomingCall | IncomingSend
    text: bytes
    at: float


Answerer = Callable[["StationSession", IncomingCall | IncomingSend], Awaitable[Answer]]


class StationSession:
    """The gateway's end of one socket. The transport calls `on_text`, `on_alive` and `on_closed`; `run` is its task."""

    def __init__(
        self,
        station: Station,
        connection: OcppConnection,
        socket: StationSocket,
        *,
        answer: Answerer,
        opened_at: datetime,
        clock: Callable[[], float],
        frame_log: MessageLog,
        quarantine: Quarantine,
        queued_calls: int,
        queued_commands: int,
        frames_per_s: int,
    ) -> None:
        self.station = station
        self.connection = connection
        self.opened_at = opened_at
        self.last_heard_at = clock()
        self.own_calls = OwnCalls(
            station, connection, socket.send_text, clock=clock, frame_log=frame_log, at_most=queued_commands
        )
        self._socket = socket
        self._answer = answer
        self._clock = clock
        self._frame_log = frame_log
        self._quarantine = quarantine
        self._queued_calls = queued_calls
        self._calls: deque[ReceivedFrame] = deque()
        self._work_came: asyncio.Future[None] | None = None  # there while the pump waits
        self._inflow = Inflow(socket, frames_per_s=frames_per_s, now=self.last_heard_at)
        self._closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def epoch(self) -> int:
        """The presence epoch of this socket; 0 while it is being claimed."""
        return self.station.epoch

    @property
    def is_closed(self) -> bool:
        """Whether the socket is gone."""
        return self._closed.done()

    async def run(self, on_open: Callable[[], Awaitable[None]]) -> str:
        """Answer CALLs until the socket closes; return why it closed. `on_open` has ended before the first answer."""
        pump = asyncio.ensure_future(self._pump(on_open))
        try:
            await asyncio.wait((pump, self._closed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            pump.cancel()
            await asyncio.wait((pump,))
        if not pump.cancelled() and (error := pump.exception()) is not None:
            raise error
        return self._closed.result() if self._closed.done() else "closed by the gateway"

    def on_text(self, text: bytes) -> None:
        """One text message came. Never raises, never waits."""
        now = self._clock()
        self.last_heard_at = now
        self._inflow.took(len(text), now)
        event = self.connection.receive(text, now)
        match event:
            case IncomingCall() | IncomingSend():
                self._enqueue(ReceivedFrame(event, text, self._frame_log.now()))
            case IncomingResult():
                self._note_in(text, ANSWERED, event)
                self.own_calls.settle(event)
            case IncomingError():
                self._note_in(text, event.code, event)
                self.own_calls.fail(CommandRefused(event.code, event.description))
            case DuplicateCall():
                self._repeat(text, event)
            case ProtocolViolation():
                self._on_violation(text, event)
            case UnexpectedAnswer():
                self._frame_log.note(
                    self.station,
                    FrameDirection.IN,
                    text,
                    verdict=UNSOLICITED,
                    action=event.action or "",
                    message_id=event.message_id,
                )
            case _:
                self._note_in(text, UNSOLICITED, event)

    def on_alive(self) -> None:
        """A ping or a pong came: any inbound frame proves life."""
        self.last_heard_at = self._clock()

    def on_closed(self, reason: str) -> None:
        """The socket is gone; whoever waits for the station hears so."""
        if not self._closed.done():
            self._closed.set_result(reason)
            self._wake()
        self.own_calls.close()

    def close(self, code: int, reason: str) -> None:
        """Close the socket from our side."""
        self._socket.close(code, reason)

    def supersede(self) -> None:
        """A newer socket of the station is there: this one ends at once."""
        TAKEOVERS.inc()
        log.info("socket superseded", station_id=self.station.key.station, tenant=self.station.key.tenant)
        self.close(CLOSE_POLICY, "a newer connection of this station is open")
        self.on_closed("superseded")

    def check_liveness(self, *, ping_after_s: float, dead_after_s: float) -> None:
        """Ping a silent station, and give up one that stays silent. A station that never pongs but speaks is alive."""
        silent_s = self._clock() - self.last_heard_at
        if silent_s > dead_after_s:
            self.close(CLOSE_GOING_AWAY, "nothing heard for too long")
            self.on_closed("silent")
        elif silent_s > ping_after_s:
            self._socket.send_ping()

    async def _pump(self, on_open: Callable[[], Awaitable[None]]) -> None:
        await on_open()
        # Not for ever: asyncio.wait_for, of which NATS's client is made, can swallow the cancellation that ends this.
        while not self._closed.done():
            while self._calls:
                received = self._calls.popleft()
                if len(self._calls) < self._queued_calls // 2:
                    self._inflow.crowd(is_crowded=False)
                if not await self._answer_one(received):
                    return
            if not self._closed.done():
                self._work_came = asyncio.get_running_loop().create_future()
                await self._work_came

    async def _answer_one(self, received: ReceivedFrame) -> bool:
        """Whether the station can be answered on."""
        call = received.call
        try:
            answer = await self._answer(self, call)
        except (PublishFailed, BusUnavailable) as error:
            log.warning(
                "station not answered", station_id=self.station.key.station, action=call.action, reason=str(error)
            )
            UNANSWERED_CALLS.inc(1 + len(self._calls))
            self.close(CLOSE_TRY_AGAIN_LATER, "the platform cannot store messages now")
            self.on_closed("not durable")
            self._note_call(received, UNANSWERED)
            return False
        except Exception:
            log.exception("call failed", station_id=self.station.key.station, action=call.action)
            answer = Answer(
                self.connection.reply_error(call, InternalError()) if isinstance(call, IncomingCall) else b""
            )
        if answer.text:
            self._socket.send_text(answer.text)
        self._note_call(received, ANSWERED, answer)
        if isinstance(answer.refusal, _KEPT_IN_QUARANTINE):
            self._quarantine.keep(
                received.text, answer.refusal, datetime.now(UTC), action=call.action, message_id=call.message_id
            )
        return True

    def _note_call(self, received: ReceivedFrame, verdict: str, answer: Answer = _NO_ANSWER) -> None:
        call = received.call
        self._frame_log.note(
            self.station,
            FrameDirection.IN,
            received.text,
            verdict=verdict,
            at=received.at,
            action=call.action,
            message_id=call.message_id,
            deviations=answer.deviations or (),
            reply=answer.text,
        )

    def _note_in(self, text: bytes, verdict: str, event: IncomingResult | IncomingError | ResultRefused) -> None:
        self.station.deviations.record(event.deviations, datetime.now(UTC))
        action = "" if isinstance(event, ResultRefused) else event.action
        self._frame_log.note(
            self.station,
            FrameDirection.IN,
            text,
            verdict=verdict,
            action=action,
            message_id=event.message_id,
            deviations=event.deviations,
        )

    def _repeat(self, text: bytes, duplicate: DuplicateCall) -> None:
        """The last CALL again gets the same answer; where it has none yet, the one that is on its way is enough."""
        if duplicate.reply is not None:
            self._socket.send_text(duplicate.reply)
        self._frame_log.note(
            self.station,
            FrameDirection.IN,
            text,
            verdict=REPEATED,
            action=duplicate.action,
            message_id=duplicate.message_id,
            reply=duplicate.reply or b"",
        )

    def _enqueue(self, received: ReceivedFrame) -> None:
        self._calls.append(received)
        self._wake()
        if len(self._calls) >= self._queued_calls:
            self._inflow.crowd(is_crowded=True)

    def _wake(self) -> None:
        if self._work_came is not None and not self._work_came.done():
            self._work_came.set_result(None)

    def _on_violation(self, text: bytes, violation: ProtocolViolation) -> None:
        PROTOCOL_VIOLATIONS.labels(self.station.version).inc()
        log.info("unreadable frame", station_id=self.station.key.station, reason=str(violation.error))
        if violation.reply is not None:
            self._socket.send_text(violation.reply)
        if violation.failed_call is not None:
            self.own_calls.fail(AnswerUnreadable(str(violation.error)))
        self._frame_log.note(
            self.station,
            FrameDirection.IN,
            text,
            verdict=UNREADABLE,
            action=violation.failed_call or "",
            message_id=violation.message_id or "",
            reply=violation.reply or b"",
        )
        self._quarantine.keep(text, violation.error, datetime.now(UTC), message_id=violation.message_id or "")
