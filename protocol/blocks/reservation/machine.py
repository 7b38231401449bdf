"""The life of a reservation, as the CSMS follows it.

Invariants:
1. A reservation ends once; the same id is reserved again as a new one, or replaced while it is held (H01.FR.02).
2. What a station reports stands, whatever was thought before.
"""

from enum import StrEnum

from protocol.domain.state_table import StateTable


class ReservationState(StrEnum):
    """Where a reservation is. USED: a transaction began with it."""

    HELD = "held"
    USED = "used"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REMOVED = "removed"
    NO_TRANSACTION = "no_transaction"


class ReservationTrigger(StrEnum):
    """What moves it."""

    RESERVED = "station accepted it"
    BEGUN = "a transaction began with it"
    CANCELLED = "station accepted to cancel it"
    TIME_UP = "nobody came in time"
    DROPPED = "station could not keep it"
    LEFT = "it was used, and no transaction came of it"


_HELD_AGAIN = {ReservationTrigger.RESERVED: ReservationState.HELD}

RESERVATION: StateTable[ReservationState, ReservationTrigger] = StateTable(
    "reservation",
    {
        ReservationState.HELD: {
            ReservationTrigger.RESERVED: ReservationState.HELD,
            ReservationTrigger.BEGUN: ReservationState.USED,
            ReservationTrigger.CANCELLED: ReservationState.CANCELLED,
            ReservationTrigger.TIME_UP: ReservationState.EXPIRED,
            ReservationTrigger.DROPPED: ReservationState.REMOVED,
            ReservationTrigger.LEFT: ReservationState.NO_TRANSACTION,
        },
        ReservationState.USED: _HELD_AGAIN,
        ReservationState.CANCELLED: _HELD_AGAIN,
        ReservationState.EXPIRED: _HELD_AGAIN,
        ReservationState.REMOVED: _HELD_AGAIN,
        ReservationState.NO_TRANSACTION: _HELD_AGAIN,
    },
)
