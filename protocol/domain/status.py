"""What a connector and a transaction on it are doing, in OCPP 2.x words."""

from enum import StrEnum


class ConnectorStatus(StrEnum):
    """OCPP 2.0.1 §3 ConnectorStatusEnumType."""

    AVAILABLE = "Available"
    OCCUPIED = "Occupied"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


class ChargingState(StrEnum):
    """OCPP 2.0.1 §3 ChargingStateEnumType."""

    IDLE = "Idle"
    EV_CONNECTED = "EVConnected"
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"


class RegistrationStatus(StrEnum):
    """Whether a station may work with this CSMS (OCPP 1.6 §7.42; 2.0.1 §3 RegistrationStatusEnumType)."""

    ACCEPTED = "Accepted"
    PENDING = "Pending"
    REJECTED = "Rejected"
