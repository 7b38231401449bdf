"""How a station of the load test behaves, in words that both versions share; v16.py and v201.py say it on the wire.

Written from the specifications and not with `protocol/`: what the platform's own code gets wrong must not be hidden by
the same code on the other side.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

POWER_W = 11_000.0
VENDOR, MODEL = "Chargeyard", "Load test"

Payload = dict[str, Any]
"""A message's payload: JSON."""

Message = tuple[str, Payload]
"""An action and its payload."""


def measured_as(action: str, payload: Payload) -> str:
    """The name that a call is measured by. The end of a 2.x transaction has its own: its answer says what it cost, and
    waits for the bill (OCPP 2.0.1 I03)."""
    return f"{action} ended" if payload.get("eventType") == "Ended" else action


class Condition(StrEnum):
    """What a station says of its connector."""

    AVAILABLE = "available"
    PREPARING = "preparing"
    CHARGING = "charging"
    FINISHING = "finishing"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"


@dataclass(slots=True)
class Charge:
    """A transaction, from the card or the app to its end. The meter counts on from `meter_start_wh`.

    `is_begun`: the CSMS has answered its begin. `ended_at` is set once it is to end, and is said until answered.
    """

    token: str
    token_type: str
    began_at: datetime
    ends_after_s: float
    meter_start_wh: int
    remote_start_id: int | None = None
    transaction_id: str = ""
    is_begun: bool = False
    seq_no: int = 0
    ended_at: datetime | None = None
    reason: str = "Local"

    def meter_wh(self, now: datetime) -> int:
        """What the meter shows: it runs at a constant power."""
        return self.meter_start_wh + round(POWER_W * (now - self.began_at).total_seconds() / 3600)


class Wish(StrEnum):
    """What the CSMS wants a station to do after it has answered."""

    START = "start"
    STOP = "stop"
    REBOOT = "reboot"
    SAY = "say"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Order:
    """Something to be done: which of the fields are meant says `wish`."""

    wish: Wish
    token: str = ""
    token_type: str = ""
    remote_start_id: int | None = None
    transaction_id: str = ""
    condition: Condition | None = None
    triggered: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered to a CALL: a payload, or a CALLERROR's code and text; and what follows from it."""

    payload: Payload = field(default_factory=dict)
    error: tuple[str, str] | None = None
    order: Order | None = None

    @classmethod
    def status(cls, status: str, order: Order | None = None) -> "Answer":
        """The commonest one."""
        return cls({"status": status}, order=order)


class Dialect(Protocol):
    """A station's side of one OCPP version."""

    name: str
    subprotocol: str

    def boot(self) -> Message: ...
    def heartbeat(self) -> Message: ...
    def condition(self, condition: Condition, now: datetime) -> Message: ...
    def authorize(self, token: str) -> Message: ...
    def is_authorized(self, answer: Payload) -> bool: ...
    def begin(self, charge: Charge) -> Message: ...
    def take_begun(self, charge: Charge, answer: Payload) -> bool: ...
    def reading(self, charge: Charge, now: datetime) -> Message: ...
    def end(self, charge: Charge) -> Message: ...
    def answer(self, action: str, payload: Payload, charge: Charge | None) -> Answer: ...


def timestamp(at: datetime) -> str:
    """As both versions write it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def refuse(action: str, *, of_version: frozenset[str]) -> Answer:
    """NotSupported for an action of the version that this station lacks, NotImplemented for none of the version's."""
    if action in of_version:
        return Answer(error=("NotSupported", f"This station does not support {action}."))
    return Answer(error=("NotImplemented", f"There is no action {action}."))
