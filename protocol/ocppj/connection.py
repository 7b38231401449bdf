"""One OCPP-J connection, without I/O: the same for both ends, since the RPC layer is symmetric.

1. At most one CALL of ours is in flight; it ends by an answer or by time, and exactly one event tells its end
   (OCPP-J 1.6 §4.1.1, OCPP 2.x Part 4 §4.1.1).
2. Whatever text arrives, `receive` returns one event and raises nothing.
3. An answer without a waiting CALL is an event and is never answered.
4. A CALL that repeats the last one (id, action and payload) is not handled again and gets the same answer; a message
   id that returns with another action or payload is a new CALL.
5. A broken frame is answered only where it may have been a CALL, or the answer to ours in 2.1; 1.6 ignores unknown
   message types (OCPP-J 1.6 §4.1.3).
6. Only 2.1 has SEND and CALLRESULTERROR; asking an older version for them raises NotExpressible.
"""

from collections.abc import Callable, Sequence

from msgspec import Raw, Struct

from protocol.domain.version import OcppVersion
from protocol.errors import CallInFlight, MessageTypeNotSupported, NotExpressible, RpcError
from protocol.ocppj.codes import spell_code
from protocol.ocppj.events import (
    AnswerFault,
    CallTimedOut,
    DuplicateCall,
    Event,
    IncomingCall,
    IncomingError,
    IncomingResult,
    IncomingSend,
    ProtocolViolation,
    ResultRefused,
    UnexpectedAnswer,
)
from protocol.ocppj.frames import (
    UNREADABLE_MESSAGE_ID,
    BrokenFrame,
    Call,
    CallError,
    CallResult,
    CallResultError,
    Send,
    read_frame,
    write_frame,
)
from protocol.ocppj.repairs import REPAIRS, Deviation, Repair

DESCRIPTION_LENGTH = 255  # OCPP 2.x Part 4 §4.2.3

# A station repeats a CALL after its own time-out, which is well below a minute. Later the same id, action and payload
# are a new message from a station whose ids repeat: a Heartbeat, say, wants the time of now.
DUPLICATE_WINDOW_S = 60.0

# How many settled CALLs are remembered, to tell a late answer from an unknown one.
SETTLED_CALLS = 8

_NO_DETAILS = Raw(b"{}")

_CALL_RESULT = 3
_ANSWERS = (_CALL_RESULT, 4)
_UNANSWERED = (*_ANSWERS, 5, 6)  # every type but CALL


class PendingCall(Struct, frozen=True, gc=False):
    """Our CALL that waits for its answer until `deadline`, on the clock that `now` is read from."""

    message_id: str
    action: str
    deadline: float


class _SettledCall(Struct, frozen=True, gc=False):
    """A CALL of ours that has ended; one more answer to it is `next_answer`."""

    message_id: str
    action: str
    next_answer: AnswerFault


class OcppConnection:
    """The RPC state of one connection; `new_message_id` returns an id that this connection has not used yet.

    `repairs` are tried on frames that the strict reader refuses. It `remembers` so many of our CALLs that have ended:
    one more answer to another is UNKNOWN.
    """

    __slots__ = (
        "_last_call",
        "_last_call_at",
        "_last_reply",
        "_new_message_id",
        "_pending",
        "_remembers",
        "_repairs",
        "_settled",
        "version",
    )

    def __init__(
        self,
        version: OcppVersion,
        *,
        new_message_id: Callable[[], str],
        repairs: Sequence[Repair] = REPAIRS,
        remembers: int = SETTLED_CALLS,
    ) -> None:
        self.version = version
        self._new_message_id = new_message_id
        self._remembers = remembers
        self._repairs = repairs
        self._pending: PendingCall | None = None
        self._settled: tuple[_SettledCall, ...] = ()
        self._last_call: IncomingCall | None = None
        self._last_call_at = 0.0
        self._last_reply: bytes | None = None

    @property
    def pending(self) -> PendingCall | None:
        """Our CALL in flight; None where `call` may be used."""
        return self._pending

    def receive(self, text: str | bytes, now: float) -> Event:
        """Read one frame and tell what it is. Never raises: what cannot be read is a ProtocolViolation."""
        try:
            frame, deviations = read_frame(text, self.version, self._repairs)
        except BrokenFrame as broken:
            return self._receive_broken(broken)
        match frame:
            case Call():
                return self._receive_call(frame, deviations, now)
            case CallResult():
                return self._receive_result(frame, deviations)
            case CallError():
                return self._receive_error(frame, deviations)
            case CallResultError():
                return ResultRefused(frame.message_id, frame.code, frame.description, frame.details, deviations)
            case Send():
                return IncomingSend(frame.message_id, frame.action, frame.payload, deviations)

    def call(self, action: str, payload: bytes, *, now: float, timeout_s: float) -> tuple[str, bytes]:
        """Return the message id and the text of a new CALL. Raises CallInFlight while another one waits."""
        if self._pending is not None:
            raise CallInFlight(requested=action, pending=self._pending.action, message_id=self._pending.message_id)
        message_id = self._new_message_id()
        self._pending = PendingCall(message_id, action, now + timeout_s)
        return message_id, write_frame(Call(message_id, action, Raw(payload)))

    def reply(self, call: IncomingCall, payload: bytes) -> bytes:
        """Return the text of the CALLRESULT that answers a request."""
        return self._remember_reply(call, write_frame(CallResult(call.message_id, Raw(payload))))

    def reply_error(self, call: IncomingCall, error: RpcError) -> bytes:
        """Return the text of the CALLERROR that refuses a request, in this version's spelling."""
        return self._remember_reply(call, self._write_error(CallError, call.message_id, error))

    def refuse_result(self, result: IncomingResult, error: RpcError) -> bytes:
        """Return the text of the CALLRESULTERROR that refuses an answer. Raises NotExpressible before 2.1."""
        self._require_21("CALLRESULTERROR")
        return self._write_error(CallResultError, result.message_id, error)

    def send(self, action: str, payload: bytes) -> bytes:
        """Return the text of a SEND, which gets no answer. Raises NotExpressible before 2.1."""
        self._require_21("SEND")
        return write_frame(Send(self._new_message_id(), action, Raw(payload)))

    def expire(self, now: float) -> CallTimedOut | None:
        """Give up our CALL once its deadline has come; None while it may still be answered."""
        pending = self._pending
        if pending is None or now < pending.deadline:
            return None
        self._settle(pending, AnswerFault.LATE)
        return CallTimedOut(pending.message_id, pending.action)

    def _receive_call(self, frame: Call, deviations: tuple[Deviation, ...], now: float) -> Event:
        last = self._last_call
        if last is not None and last.message_id == frame.message_id and self._is_repeated(frame, last, now):
            return DuplicateCall(frame.message_id, frame.action, self._last_reply)
        call = IncomingCall(frame.message_id, frame.action, frame.payload, deviations)
        self._last_call = call
        self._last_call_at = now
        self._last_reply = None
        return call

    def _is_repeated(self, frame: Call, last: IncomingCall, now: float) -> bool:
        return (
            last.action == frame.action
            and bytes(last.payload) == bytes(frame.payload)
            and now - self._last_call_at <= DUPLICATE_WINDOW_S
        )

    def _receive_result(self, frame: CallResult, deviations: tuple[Deviation, ...]) -> Event:
        pending = self._pending
        if pending is None or pending.message_id != frame.message_id:
            return self._find_fault(frame.message_id, frame.payload)
        self._settle(pending, AnswerFault.DUPLICATE)
        return IncomingResult(frame.message_id, pending.action, frame.payload, deviations)

    def _receive_error(self, frame: CallError, deviations: tuple[Deviation, ...]) -> Event:
        pending = self._pending
        if pending is None or pending.message_id != frame.message_id:
            return self._find_fault(frame.message_id, None)
        self._settle(pending, AnswerFault.DUPLICATE)
        return IncomingError(frame.message_id, pending.action, frame.code, frame.description, frame.details, deviations)

    def _receive_broken(self, broken: BrokenFrame) -> ProtocolViolation:
        error, message_id, pending = broken.error, broken.message_id, self._pending
        if broken.message_type in _ANSWERS and pending is not None and pending.message_id == message_id:
            self._settle(pending, AnswerFault.DUPLICATE)
            return ProtocolViolation(error, message_id, self._refuse_broken(broken), pending.action)
        is_unknown_type = isinstance(error, MessageTypeNotSupported)
        if self.version is OcppVersion.V16 if is_unknown_type else broken.message_type in _UNANSWERED:
            return ProtocolViolation(error, message_id, None)
        reply = self._write_error(CallError, UNREADABLE_MESSAGE_ID if message_id is None else message_id, error)
        return ProtocolViolation(error, message_id, reply)

    def _refuse_broken(self, answer: BrokenFrame) -> bytes | None:
        if self.version is not OcppVersion.V21 or answer.message_type != _CALL_RESULT or answer.message_id is None:
            return None
        return self._write_error(CallResultError, answer.message_id, answer.error)

    def _find_fault(self, message_id: str, payload: Raw | None) -> UnexpectedAnswer:
        settled = next((one for one in self._settled if one.message_id == message_id), None)
        if settled is None:
            return UnexpectedAnswer(message_id, AnswerFault.UNKNOWN, None, payload)
        again = _SettledCall(message_id, settled.action, AnswerFault.DUPLICATE)
        self._settled = tuple(again if one is settled else one for one in self._settled)
        return UnexpectedAnswer(message_id, settled.next_answer, settled.action, payload)

    def _settle(self, pending: PendingCall, next_answer: AnswerFault) -> None:
        self._pending = None
        if self._remembers:
            settled = _SettledCall(pending.message_id, pending.action, next_answer)
            self._settled = (*self._settled, settled)[-self._remembers :]

    def _remember_reply(self, call: IncomingCall, reply: bytes) -> bytes:
        if call is self._last_call:
            self._last_reply = reply
        return reply

    def _write_error(self, kind: type[CallError | CallResultError], message_id: str, error: RpcError) -> bytes:
        code, description = spell_code(error, self.version), str(error)[:DESCRIPTION_LENGTH]
        return write_frame(kind(message_id, code, description, _NO_DETAILS))

    def _require_21(self, what: str) -> None:
        if self.version is not OcppVersion.V21:
            raise NotExpressible(self.version, what)
