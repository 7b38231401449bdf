"""What a connection tells its owner about one frame, or about time that passed.

Payloads are the text that was sent: `protocol.wire.codec.decode` reads them as the Struct of their action.
"""

from enum import Enum

from msgspec import Raw, Struct

from protocol.errors import RpcError
from protocol.ocppj.repairs import Deviation


class AnswerFault(Enum):
    """Why an answer belongs to no CALL that waits for one."""

    UNKNOWN = "unknown"
    LATE = "late"
    DUPLICATE = "duplicate"


class IncomingCall(Struct, frozen=True, gc=False):
    """A request, to be answered by `reply` or `reply_error`."""

    message_id: str
    action: str
    payload: Raw
    deviations: tuple[Deviation, ...] = ()


class DuplicateCall(Struct, frozen=True, gc=False):
    """The last request again, not to be handled; `reply` is what it was answered, None while it has no answer yet."""

    message_id: str
    action: str
    reply: bytes | None


class IncomingSend(Struct, frozen=True, gc=False):
    """A message that gets no answer (OCPP 2.1)."""

    message_id: str
    action: str
    payload: Raw
    deviations: tuple[Deviation, ...] = ()


class IncomingResult(Struct, frozen=True, gc=False):
    """The answer to our CALL of this action, which is settled by it."""

    message_id: str
    action: str
    payload: Raw
    deviations: tuple[Deviation, ...] = ()


class IncomingError(Struct, frozen=True, gc=False):
    """Our CALL of this action was refused; `code` is as spelled on the wire, `details` a JSON text."""

    message_id: str
    action: str
    code: str
    description: str
    details: Raw
    deviations: tuple[Deviation, ...] = ()


class ResultRefused(Struct, frozen=True, gc=False):
    """The other side did not understand an answer of ours (OCPP 2.1 CALLRESULTERROR); nothing is to be sent."""

    message_id: str
    code: str
    description: str
    details: Raw
    deviations: tuple[Deviation, ...] = ()


class UnexpectedAnswer(Struct, frozen=True, gc=False):
    """An answer that no CALL waits for; `action` is known unless the fault is UNKNOWN.

    `payload` is None where the answer was a CALLERROR.
    """

    message_id: str
    fault: AnswerFault
    action: str | None
    payload: Raw | None


class ProtocolViolation(Struct, frozen=True, gc=False):
    """A frame that cannot be handled; `reply` is what is to be sent back, None where the frame gets no answer.

    `failed_call` is the action of our CALL, where the frame was its unreadable answer: that CALL is settled.
    """

    error: RpcError
    message_id: str | None
    reply: bytes | None
    failed_call: str | None = None


class CallTimedOut(Struct, frozen=True, gc=False):
    """Our CALL got no answer in time: its outcome is unknown."""

    message_id: str
    action: str


Event = (
    IncomingCall
    | DuplicateCall
    | IncomingSend
    | IncomingResult
    | IncomingError
    | ResultRefused
    | UnexpectedAnswer
    | ProtocolViolation
)
