"""Meter readings in one set of units: Wh, varh, W, var, VA, A, V, Hz, %, Celsius.

Invariants:
1. A prefix (k) and a power of ten (2.x multiplier) are gone: `value` is in the base unit.
2. `value` is decimal text, as exact as the wire said it; whoever calculates makes a Decimal of it.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

ENERGY_IMPORT_REGISTER = "Energy.Active.Import.Register"
POWER_IMPORT = "Power.Active.Import"
STATE_OF_CHARGE = "SoC"


class ReadingContext(StrEnum):
    """Why a reading was taken (OCPP 2.0.1 §3 ReadingContextEnumType)."""

    INTERRUPTION_BEGIN = "Interruption.Begin"
    INTERRUPTION_END = "Interruption.End"
    OTHER = "Other"
    SAMPLE_CLOCK = "Sample.Clock"
    SAMPLE_PERIODIC = "Sample.Periodic"
    TRANSACTION_BEGIN = "Transaction.Begin"
    TRANSACTION_END = "Transaction.End"
    TRIGGER = "Trigger"


class MeterReading(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One measured value. Measurand, phase, location and unit are the wire's words; unit is a base unit."""

    value: str
    unit: str = "Wh"
    measurand: str = ENERGY_IMPORT_REGISTER
    context: str = ReadingContext.SAMPLE_PERIODIC
    phase: str | None = None
    location: str = "Outlet"


class MeterValue(msgspec.Struct, frozen=True):
    """The readings of one instant. `measured_at` is the station's clock in UTC."""

    measured_at: datetime
    readings: tuple[MeterReading, ...]


def import_register_wh(meter_value: MeterValue) -> str | None:
    """The total import register in Wh, or the sum of its three phases; None where that is not there either."""
    phases: dict[str, str] = {}
    for reading in meter_value.readings:
        if reading.measurand != ENERGY_IMPORT_REGISTER:
            continue
        if reading.phase is None:
            return reading.value
        phases[reading.phase.removesuffix("-N")] = reading.value
    return _sum_phases(phases)


def _sum_phases(phases: dict[str, str]) -> str | None:
    values = [phases.get(phase) for phase in ("L1", "L2", "L3")]
    said = [Decimal(value) for value in values if value is not None]
    return format(sum(said, Decimal(0)), "f") if len(said) == len(values) else None
