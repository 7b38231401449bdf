"""What any peer must keep on a socket, whatever a case is about; decided without I/O, frame by frame.

Invariants:
1. Nothing is forgiven: a frame is read without repairs, and its payload by the version's own Struct, which knows no
   field too many (OCPP-J 1.6 §4.2, OCPP 2.0.1 Part 4 §4.2).
2. An answer belongs to the one CALL that waits; a second answer, one to nothing, and one that comes late are faults.
3. A peer sends no CALL while its last one waits for an answer (OCPP-J 1.6 §4.1.1), and uses no message id twice
   (OCPP-J 1.6 §4.2.1).
4. A time is RFC 3339 with its zone (OCPP 1.6 §3.14, OCPP 2.0.1 Part 2 §2.1.4).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from protocol.domain.routes import Direction
from protocol.domain.version import OcppVersion
from protocol.errors import PayloadViolation
from protocol.ocppj.codes import CODES
from protocol.ocppj.frames import BrokenFrame, Call, CallError, CallResult, read_frame
from protocol.versions import ROUTES
from protocol.wire import codec, v16, v21, v201
from simulator.conformance.verdicts import Failed

Json = Any  # Any: JSON, as the wire has it

WIRE: Mapping[OcppVersion, Mapping[str, tuple[type[Any], type[Any]]]] = {
    OcppVersion.V16: v16.ACTIONS,
    OcppVersion.V201: v201.ACTIONS,
    OcppVersion.V21: v21.ACTIONS,
}
SENDS: Mapping[OcppVersion, Mapping[str, type[Any]]] = {
    OcppVersion.V16: {},
    OcppVersion.V201: {},
    OcppVersion.V21: v21.SENDS,
}
"""What is said without an answer, by a SEND (OCPP 2.1 Part 4 §4.2.4)."""
DESCRIPTION_LENGTH = 255

_TIMES = frozenset(
    (
        "currentTime", "timestamp", "expiryDate", "expiryDateTime", "cacheExpiryDateTime", "validFrom", "validTo",
        "startSchedule", "scheduleStart", "retrieveDate", "retrieveDateTime", "installDateTime", "startTime",
        "stopTime", "generatedAt", "oldestTimestamp", "latestTimestamp", "dynUpdateTime",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A CALL of the peer, which waits for our answer."""

    message_id: str
    action: str
    payload: Json


@dataclass(frozen=True, slots=True)
class Answered:
    """The peer's CALLRESULT to our CALL of this action."""

    message_id: str
    action: str
    payload: Json


@dataclass(frozen=True, slots=True)
class Refused:
    """The peer's CALLERROR to our CALL of this action."""

    message_id: str
    action: str
    code: str
    description: str


class Rules:
    """One socket with the peer under test: `listens_to` is who may send what it sends."""

    def __init__(self, version: OcppVersion, *, listens_to: Direction, patience_s: float) -> None:
        self.version = version
        self._listens_to = listens_to
        self.patience_s = patience_s
        self._asked: tuple[str, str, float] | None = None  # our CALL: id, action, when
        self._settled: dict[str, str] = {}
        self._waiting: Asked | None = None  # theirs
        self._their_ids: set[str] = set()

    def ask(self, message_id: str, action: str, now: float) -> None:
        """Our CALL is on its way."""
        self._asked = (message_id, action, now)

    def give_up(self) -> None:
        """Nobody waits for the answer any longer; one that still comes is late."""
        if self._asked is not None:
            self._settled[self._asked[0]] = f"comes after {self.patience_s:g} s"
            self._asked = None

    def answer(self, message_id: str) -> None:
        """Their CALL has been answered by us."""
        if self._waiting is not None and self._waiting.message_id == message_id:
            self._waiting = None

    def hear(self, text: str, now: float) -> Asked | Answered | Refused:
        """What the peer said. Raises Failed where it breaks a rule."""
        try:
            frame, deviations = read_frame(text, self.version, repairs=())
        except BrokenFrame as broken:
            raise Failed(f"a text that is no frame of OCPP {self.version}: {str(broken).removesuffix('.')}") from broken
        if deviations:
            raise Failed(f"a frame that needs forgiving: {deviations[0].rule}: {deviations[0].detail}")
        match frame:
            case Call():
                return self._hear_call(frame)
            case CallResult():
                action = self._settle(frame.message_id, now)
                if action in WIRE[self.version]:  # a case may ask for what no version has
                    self._check(action, frame.payload, is_request=False)
                return Answered(frame.message_id, action, json.loads(bytes(frame.payload)) or {})
            case CallError():
                action = self._settle(frame.message_id, now)
                self._check_error(frame, action)
                return Refused(frame.message_id, action, frame.code, frame.description)
        raise Failed(f"a message of a type that OCPP {self.version} does not have")

    def check_ours(self, action: str, payload: Json, *, is_request: bool) -> None:
        """What we are about to say keeps the schema, too. Raises PayloadViolation, KeyError: the script is wrong."""
        codec.decode(json.dumps(payload).encode(), WIRE[self.version][action][0 if is_request else 1])

    def check_send(self, action: str, payload: Json) -> None:
        """The same of what gets no answer."""
        codec.decode(json.dumps(payload).encode(), SENDS[self.version][action])

    def _hear_call(self, frame: Call) -> Asked:
        what = f"{frame.action} (message id {frame.message_id!r})"
        if frame.action not in WIRE[self.version]:
            raise Failed(f"a CALL of {what}, which OCPP {self.version} does not have")
        route = ROUTES[self.version].get(frame.action)
        if route is not None and route.direction not in (self._listens_to, Direction.FROM_BOTH):
            raise Failed(f"a CALL of {what}, which only the other side sends")
        if frame.message_id in self._their_ids:
            raise Failed(f"a CALL of {what}, whose message id was used before")
        if self._waiting is not None:
            raise Failed(f"a CALL of {what} while its {self._waiting.action} waits for an answer")
        self._their_ids.add(frame.message_id)
        self._check(frame.action, frame.payload, is_request=True)
        self._waiting = Asked(frame.message_id, frame.action, json.loads(bytes(frame.payload)) or {})
        return self._waiting

    def _settle(self, message_id: str, now: float) -> str:
        if self._asked is None or self._asked[0] != message_id:
            why = self._settled.get(message_id)
            waited = "" if self._asked is None else f", while {self._asked[1]} ({self._asked[0]!r}) waits"
            raise Failed(f"an answer to {message_id!r}, which " + (why or f"is the id of no CALL{waited}"))
        _, action, asked_at = self._asked
        self._asked = None
        self._settled[message_id] = f"is a second answer to {action}"
        if now - asked_at > self.patience_s:
            raise Failed(f"an answer to {action} after {now - asked_at:.1f} s, of which {self.patience_s:g} are enough")
        return action

    def _check(self, action: str, payload: bytes, *, is_request: bool) -> None:
        kind = "CALL" if is_request else "CALLRESULT"
        try:
            codec.decode(payload, WIRE[self.version][action][0 if is_request else 1])
        except PayloadViolation as error:
            flaw = str(error).removesuffix(".")
            raise Failed(f"a {kind} of {action} that breaks its schema: {flaw}") from error
        for path, text in _times_in(json.loads(bytes(payload))):
            if not _is_time(text):
                raise Failed(f"a {kind} of {action} whose {path} is no time with a zone: {text!r}")

    def _check_error(self, frame: CallError, action: str) -> None:
        if frame.code not in CODES[self.version].values():
            raise Failed(f"a CALLERROR of {action} with a code that OCPP {self.version} does not have: {frame.code!r}")
        if len(frame.description) > DESCRIPTION_LENGTH:
            raise Failed(f"a CALLERROR of {action} with a description of {len(frame.description)} characters")
        if not bytes(frame.details).lstrip().startswith(b"{"):
            raise Failed(f"a CALLERROR of {action} with details that are no object")


def _times_in(value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _TIMES:
                yield name, inner
            elif name != "customData":
                yield from _times_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _times_in(inner)


def _is_time(text: Json) -> bool:
    try:
        return isinstance(text, str) and "T" in text and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
