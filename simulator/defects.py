"""What of an EVSE can fail, and what its transaction ends by then (OCPP 1.6 §7.6; OCPP 2.0.1 §3 ReasonEnumType)."""

from collections.abc import Mapping
from enum import StrEnum


class Defect(StrEnum):
    """By the error code of 1.6; 2.x has no such codes."""

    CONNECTOR_LOCK_FAILURE = "ConnectorLockFailure"
    GROUND_FAILURE = "GroundFailure"
    HIGH_TEMPERATURE = "HighTemperature"
    INTERNAL_ERROR = "InternalError"
    OVER_CURRENT_FAILURE = "OverCurrentFailure"
    OVER_VOLTAGE = "OverVoltage"
    POWER_SWITCH_FAILURE = "PowerSwitchFailure"
    UNDER_VOLTAGE = "UnderVoltage"


_REASONS: Mapping[Defect, str] = {
    Defect.GROUND_FAILURE: "GroundFault",
    Defect.OVER_CURRENT_FAILURE: "OvercurrentFault",
    Defect.OVER_VOLTAGE: "PowerQuality",
    Defect.UNDER_VOLTAGE: "PowerQuality",
}


def stopped_reason_of(defect: Defect) -> str:
    """Why a transaction ends that the defect strikes, as a 2.x word; 1.6 calls all of them Other."""
    return _REASONS.get(defect, "Other")
