"""A transaction's states, driven by a station and watched by the CSMS.

Invariants:
1. ENDED is terminal: a transaction id that begins again is another transaction (OCPP 2.0.1 E01.FR.08).
2. The cable may come before the token or after it; energy flows only when both are there.
3. Either side may pause and resume; only the EV resumes what the EV paused.
"""

from collections.abc import Mapping
from enum import StrEnum

from protocol.domain.state_table import StateTable
from protocol.domain.status import ChargingState


class TransactionState(StrEnum):
    """The charging states of 2.x (OCPP 2.0.1 §3 ChargingStateEnumType), and the end."""

    IDLE = "Idle"
    EV_CONNECTED = "EVConnected"
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    ENDED = "Ended"


class Trigger(StrEnum):
    """What moves a transaction on."""

    PLUG = "cable plugged in"
    UNPLUG = "cable removed"
    OFFER = "EVSE offers energy"
    WITHHOLD = "EVSE withholds energy"
    DRAW = "EV draws"
    PAUSE = "EV stops drawing"
    END = "station ends the transaction"


TRANSITIONS: Mapping[TransactionState, Mapping[Trigger, TransactionState]] = {
    TransactionState.IDLE: {
        Trigger.PLUG: TransactionState.EV_CONNECTED,
        Trigger.END: TransactionState.ENDED,
    },
    TransactionState.EV_CONNECTED: {
        Trigger.DRAW: TransactionState.CHARGING,
        Trigger.OFFER: TransactionState.SUSPENDED_EV,
        Trigger.WITHHOLD: TransactionState.SUSPENDED_EVSE,
        Trigger.UNPLUG: TransactionState.IDLE,
        Trigger.END: TransactionState.ENDED,
    },
    TransactionState.CHARGING: {
        Trigger.PAUSE: TransactionState.SUSPENDED_EV,
        Trigger.WITHHOLD: TransactionState.SUSPENDED_EVSE,
        Trigger.UNPLUG: TransactionState.IDLE,
        Trigger.END: TransactionState.ENDED,
    },
    TransactionState.SUSPENDED_EV: {
        Trigger.DRAW: TransactionState.CHARGING,
        Trigger.WITHHOLD: TransactionState.SUSPENDED_EVSE,
        Trigger.UNPLUG: TransactionState.IDLE,
        Trigger.END: TransactionState.ENDED,
    },
    TransactionState.SUSPENDED_EVSE: {
        Trigger.DRAW: TransactionState.CHARGING,
        Trigger.OFFER: TransactionState.SUSPENDED_EV,
        Trigger.UNPLUG: TransactionState.IDLE,
        Trigger.END: TransactionState.ENDED,
    },
    TransactionState.ENDED: {},
}

TRANSACTION: StateTable[TransactionState, Trigger] = StateTable("transaction", TRANSITIONS)


def charging_state_of(state: TransactionState) -> ChargingState:
    """What a station says of the state; at the end it says IDLE."""
    return ChargingState.IDLE if state is TransactionState.ENDED else ChargingState(state)
