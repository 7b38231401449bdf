"""What a swap station says of its batteries."""

from enum import StrEnum

import msgspec

from protocol.domain.identifiers import IdToken


class SwapStep(StrEnum):
    """OCPP 2.1 §3 BatterySwapEventEnumType."""

    BATTERY_IN = "BatteryIn"
    BATTERY_OUT = "BatteryOut"
    BATTERY_OUT_TIMEOUT = "BatteryOutTimeout"


class Battery(msgspec.Struct, frozen=True):
    """A battery in a slot, which is an EVSE. Charge and health in percent."""

    evse: int
    serial_number: str
    charge_percent: float
    health_percent: float
    produced_at: str | None = None
    vendor_info: str | None = None


class BatterySwap(msgspec.Struct, frozen=True):
    """Batteries went in or out, or were not taken in time. `request_id` ties the steps of one swap."""

    step: SwapStep
    request_id: int
    id_token: IdToken
    batteries: tuple[Battery, ...]
