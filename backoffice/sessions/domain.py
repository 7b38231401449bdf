"""The states of an intent and of a session.

Invariants:
1. An intent leads to one transaction at most; one that nobody claims gives its hold back.
2. A session is completed once, when its start, its end, its verdict and its tariff are all known, in whatever order.
3. A transaction whose token was refused is recorded and never billed.
"""

from enum import StrEnum

from protocol.domain.state_table import StateTable
from protocol.domain.status import ChargingState


class IntentState(StrEnum):
    """Where a start by app is."""

    REQUESTED = "requested"
    PAYMENT_HELD = "payment_held"
    COMMANDED = "commanded"
    STARTED = "started"
    FAILED = "failed"
    EXPIRED = "expired"


class IntentTrigger(StrEnum):
    """What moves it."""

    HELD = "payment held"
    SENT = "station accepted, or may have"
    CLAIMED = "a transaction began with it"
    REFUSED = "payment or station refused"
    LATE = "nobody came"


INTENT: StateTable[IntentState, IntentTrigger] = StateTable(
    "charge intent",
    {
        IntentState.REQUESTED: {
            IntentTrigger.HELD: IntentState.PAYMENT_HELD,
            IntentTrigger.REFUSED: IntentState.FAILED,
            IntentTrigger.LATE: IntentState.EXPIRED,
        },
        # The transaction's fact may be faster than the answer to the command.
        IntentState.PAYMENT_HELD: {
            IntentTrigger.SENT: IntentState.COMMANDED,
            IntentTrigger.CLAIMED: IntentState.STARTED,
            IntentTrigger.REFUSED: IntentState.FAILED,
            IntentTrigger.LATE: IntentState.EXPIRED,
        },
        IntentState.COMMANDED: {
            IntentTrigger.CLAIMED: IntentState.STARTED,
            IntentTrigger.LATE: IntentState.EXPIRED,
        },
        IntentState.STARTED: {},
        IntentState.FAILED: {},
        IntentState.EXPIRED: {},
    },
)


class SessionState(StrEnum):
    """Where a session is. ENDING: the station has ended it, and something of its record is still asked for."""

    AWAITING_START = "awaiting_start"
    CHARGING = "charging"
    SUSPENDED = "suspended"
    ENDING = "ending"
    COMPLETED = "completed"
    UNAUTHORISED = "unauthorised"


class SessionTrigger(StrEnum):
    """What moves it."""

    STARTED = "transaction started"
    STARTED_AND_ENDED = "start of a transaction whose end came first"
    PAUSED = "energy stopped flowing"
    RESUMED = "energy flows"
    ENDED = "transaction ended"
    SETTLED = "everything is known"
    REFUSED = "token refused"
    AUTHORISED = "a token was accepted after all"
    AUTHORISED_AND_ENDED = "a token was accepted after the end"


SESSION: StateTable[SessionState, SessionTrigger] = StateTable(
    "session",
    {
        SessionState.AWAITING_START: {
            SessionTrigger.STARTED: SessionState.CHARGING,
            SessionTrigger.STARTED_AND_ENDED: SessionState.ENDING,
            SessionTrigger.REFUSED: SessionState.UNAUTHORISED,
        },
        SessionState.CHARGING: {
            SessionTrigger.PAUSED: SessionState.SUSPENDED,
            SessionTrigger.ENDED: SessionState.ENDING,
            SessionTrigger.REFUSED: SessionState.UNAUTHORISED,
        },
        SessionState.SUSPENDED: {
            SessionTrigger.RESUMED: SessionState.CHARGING,
            SessionTrigger.ENDED: SessionState.ENDING,
            SessionTrigger.REFUSED: SessionState.UNAUTHORISED,
        },
        SessionState.ENDING: {
            SessionTrigger.SETTLED: SessionState.COMPLETED,
            SessionTrigger.REFUSED: SessionState.UNAUTHORISED,
        },
        SessionState.COMPLETED: {},
        # Another token, or a verdict that came late, may be a good one.
        SessionState.UNAUTHORISED: {
            SessionTrigger.AUTHORISED: SessionState.CHARGING,
            SessionTrigger.AUTHORISED_AND_ENDED: SessionState.ENDING,
        },
    },
)

RUNNING = (SessionState.CHARGING, SessionState.SUSPENDED)
"""States in which energy may flow."""

_PAUSED = (ChargingState.SUSPENDED_EV, ChargingState.SUSPENDED_EVSE, ChargingState.IDLE)


def is_paused(charging_state: ChargingState) -> bool:
    """Whether no energy flows, so that the time is parking."""
    return charging_state in _PAUSED


def trigger_of(state: SessionState, *, is_paused: bool) -> SessionTrigger | None:
    """What moves a running session where energy flows, or does not; None where it is there already."""
    if state is SessionState.CHARGING and is_paused:
        return SessionTrigger.PAUSED
    if state is SessionState.SUSPENDED and not is_paused:
        return SessionTrigger.RESUMED
    return None
