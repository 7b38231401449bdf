"""What an EVSE does, in one word for both things that its station says of it."""

from enum import StrEnum
from typing import Self

from protocol.domain.status import ChargingState, ConnectorStatus


class EvseState(StrEnum):
    """What an EVSE does, in a word. CHARGING: energy flows; UNKNOWN: it never said."""

    AVAILABLE = "available"
    OCCUPIED = "occupied"
    CHARGING = "charging"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, status: str | None, charging_state: str | None) -> Self:
        """The state by both that the station said; a fault outweighs a charge."""
        if charging_state == ChargingState.CHARGING and status not in (
            ConnectorStatus.FAULTED,
            ConnectorStatus.UNAVAILABLE,
        ):
            return cls("charging")
        return cls(status.lower() if status is not None else "unknown")
