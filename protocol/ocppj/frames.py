"""The frames of OCPP-J, from text to frozen types and back (OCPP-J 1.6 §4.2, OCPP 2.x Part 4 §4.2).

1. A payload stays the text that was sent: its own Struct reads it, once.
2. A frame that the strict reader accepts is read in one pass and never repaired.
3. What a repair did is told beside the frame, by the name of its rule.
4. An action, an error's code and its description hold no NUL. A message id may, since the answer must repeat it, and a
   payload, whose raw text names its facts: whoever decodes it drops them (`protocol.tolerance.decoding`).
5. A frame that stays unreadable raises BrokenFrame and nothing else, with what could be made out of it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import DecodeError, Raw, Struct, structs
from msgspec.json import Decoder, Encoder

from protocol.domain.version import OcppVersion
from protocol.errors import FormatViolation, MessageTypeNotSupported, OcppError, RpcError, RpcFrameworkError
from protocol.ocppj.repairs import ESCAPED_NUL, REPAIRS, Deviation, Repair, drop_nul, has_nul, split_array

MESSAGE_ID_LENGTH = 36  # OCPP-J 1.6 §4.2.1, OCPP 2.x Part 4 §4.1.4: room for a UUID
UNREADABLE_MESSAGE_ID = "-1"  # OCPP 2.x Part 4 §4.2.3


class Call(Struct, tag=2, array_like=True, frozen=True, forbid_unknown_fields=True, gc=False):
    """CALL: a request."""

    message_id: str
    action: str
    payload: Raw


class CallResult(Struct, tag=3, array_like=True, frozen=True, forbid_unknown_fields=True, gc=False):
    """CALLRESULT: the answer to a CALL."""

    message_id: str
    payload: Raw


class CallError(Struct, tag=4, array_like=True, frozen=True, forbid_unknown_fields=True, gc=False):
    """CALLERROR: why a CALL has no answer."""

    message_id: str
    code: str
    description: str
    details: Raw


class CallResultError(Struct, tag=5, array_like=True, frozen=True, forbid_unknown_fields=True, gc=False):
    """CALLRESULTERROR: why an answer was not understood (OCPP 2.1 Part 4 §4.2.4)."""

    message_id: str
    code: str
    description: str
    details: Raw


class Send(Struct, tag=6, array_like=True, frozen=True, forbid_unknown_fields=True, gc=False):
    """SEND: a message that gets no answer (OCPP 2.1 Part 4 §4.2.5)."""

    message_id: str
    action: str
    payload: Raw


Frame = Call | CallResult | CallError | CallResultError | Send

_FRAMES: Mapping[OcppVersion, Any] = {
    OcppVersion.V16: Call | CallResult | CallError,
    OcppVersion.V201: Call | CallResult | CallError,
    OcppVersion.V21: Frame,
}
_DECODERS: Mapping[OcppVersion, Decoder[Any]] = {version: Decoder(frames) for version, frames in _FRAMES.items()}
_MESSAGE_TYPES = {OcppVersion.V16: (2, 3, 4), OcppVersion.V201: (2, 3, 4), OcppVersion.V21: (2, 3, 4, 5, 6)}
_MESSAGE_ID = Decoder(str)
_ENCODER = Encoder()

_UNREADABLE = (DecodeError, UnicodeError, RecursionError)

# The message type and, where it can be made out, the message id of a text that need not be JSON.
_HEAD = re.compile(rb'\s*+\[\s*+(-?\d{1,9})(?:\s*+,\s*+("(?:[^"\\]|\\.)*+"|-?\d++))?')


class BrokenFrame(OcppError):
    """A text that is no frame of this version: `error` is what its sender should hear, if anything.

    `message_type` and `message_id` are None where they cannot be made out.
    """

    def __init__(self, error: RpcError, *, message_type: int | None, message_id: str | None) -> None:
        self.error = error
        self.message_type = message_type
        self.message_id = message_id
        super().__init__(str(error))


def read_frame(
    text: str | bytes, version: OcppVersion, repairs: Sequence[Repair] = REPAIRS
) -> tuple[Frame, tuple[Deviation, ...]]:
    """Read one frame, and name the deviations that had to be forgiven by these repairs.

    A message id of no or too many characters is kept, since the answer must repeat it. Raises BrokenFrame.
    """
    try:
        frame: Frame = _DECODERS[version].decode(text)
        deviations: tuple[Deviation, ...] = ()
    except _UNREADABLE as error:
        frame, deviations = _repair(text, version, repairs, str(error))
    if has_nul(text) if isinstance(text, bytes) else ESCAPED_NUL.decode() in text:
        frame, deviations = _without_nul(frame, deviations)
    if 0 < len(frame.message_id) <= MESSAGE_ID_LENGTH:
        return frame, deviations
    length = Deviation("keep_message_id_of_odd_length", f"{len(frame.message_id)} characters")
    return frame, (*deviations, length)


def write_frame(frame: Frame) -> bytes:
    """Return the text of one frame."""
    return _ENCODER.encode(frame)


def _repair(
    text: str | bytes, version: OcppVersion, repairs: Sequence[Repair], reason: str
) -> tuple[Frame, tuple[Deviation, ...]]:
    repaired = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    deviations: list[Deviation] = []
    for repair in repairs:
        better = repair(repaired)
        if better is None:
            continue
        repaired = better
        deviations.append(Deviation(repair.__name__, reason))
        try:
            return _DECODERS[version].decode(repaired), tuple(deviations)
        except _UNREADABLE as error:
            reason = str(error)
    raise _diagnose(repaired, version, reason)


def _without_nul(frame: Frame, deviations: tuple[Deviation, ...]) -> tuple[Frame, tuple[Deviation, ...]]:
    words = {name: getattr(frame, name, "") for name in ("action", "code", "description")}
    clean = {name: word.replace("\0", "") for name, word in words.items() if "\0" in word}
    if not clean:
        return frame, deviations
    return structs.replace(frame, **clean), (*deviations, Deviation(drop_nul.__name__, ", ".join(clean)))


def _diagnose(text: bytes, version: OcppVersion, reason: str) -> BrokenFrame:
    head = _HEAD.match(text)
    if head is None:
        return BrokenFrame(RpcFrameworkError(reason), message_type=None, message_id=None)
    message_type, message_id = int(head[1]), _read_message_id(head[2])
    error: RpcError = RpcFrameworkError(reason)
    if message_type not in _MESSAGE_TYPES[version]:
        error = MessageTypeNotSupported(message_type, version=version)
    elif message_id is not None and not split_array(text):
        error = FormatViolation(reason)
    return BrokenFrame(error, message_type=message_type, message_id=message_id)


def _read_message_id(text: bytes | None) -> str | None:
    if text is None:
        return None
    try:
        return _MESSAGE_ID.decode(text if text.startswith(b'"') else b'"' + text + b'"')
    except _UNREADABLE:
        return None
