"""What pricing costs: µs for a CDR, by tariffs from the plainest to one with everything, on one core."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from backoffice.pricing.calculation import price
from backoffice.pricing.periods import ChargingPeriod, Span
from backoffice.pricing.reservation import price_reservation, reserved_period
from backoffice.pricing.tariff import Tariff, read_tariff

CDRS = 2_000
_BEGIN = datetime(2026, 5, 4, 15, tzinfo=UTC)
_BERLIN = ZoneInfo("Europe/Berlin")
_QUARTER = timedelta(minutes=15)
_PERIODS = 8


def _component(kind: str, amount: float, *, step: int = 1) -> Mapping[str, Any]:  # Any: OCPI JSON
    return {"type": kind, "price": amount, "step_size": step, "vat": 19}


def _tariff(*elements: Mapping[str, Any], **fields: Any) -> Tariff:  # Any: OCPI JSON
    return read_tariff(json.dumps({"id": "T", "currency": "EUR", "elements": elements, **fields}).encode())


_ENERGY = {"price_components": [_component("ENERGY", 0.45)]}
_TARIFFS = {
    "energy alone": _tariff(_ENERGY),
    "start fee, energy and parking": _tariff(
        {"price_components": [_component("FLAT", 1), _component("ENERGY", 0.45), _component("PARKING_TIME", 6)]}
    ),
    "day and night, steps, power and limits": _tariff(
        {
            "price_components": [_component("ENERGY", 0.3, step=500)],
            "restrictions": {"start_time": "22:00", "end_time": "06:00"},
        },
        {"price_components": [_component("ENERGY", 0.6, step=500)], "restrictions": {"min_power": 50}},
        {"price_components": [_component("ENERGY", 0.5, step=500), _component("PARKING_TIME", 6, step=300)]},
        {"price_components": [_component("TIME", 3)], "restrictions": {"min_duration": 3600}},
        min_price={"excl_vat": 1},
        max_price={"excl_vat": 80},
    ),
}
_RESERVED = _tariff(
    {"price_components": [_component("FLAT", 10)], "restrictions": {"reservation": "RESERVATION_EXPIRES"}},
    {"price_components": [_component("TIME", 6, step=60)], "restrictions": {"reservation": "RESERVATION"}},
    _ENERGY,
)


def _session() -> list[ChargingPeriod]:
    """Two hours in quarters, the last of them parked."""
    power_w = Decimal(40_000)
    charging = [
        ChargingPeriod(
            started_at=_BEGIN + number * _QUARTER,
            ended_at=_BEGIN + (number + 1) * _QUARTER,
            energy_wh=Decimal(10_000),
            charging_s=Decimal(900),
            power_w=Span(power_w, power_w),
        )
        for number in range(_PERIODS - 1)
    ]
    end = charging[-1].ended_at
    return [*charging, ChargingPeriod(started_at=end, ended_at=end + _QUARTER, parking_s=Decimal(900))]


def measure(*, cdrs: int = CDRS) -> dict[str, float]:
    """CPU µs to price a CDR of eight periods, by tariff, and a reservation that expired."""
    session, reserved = _session(), [reserved_period(_BEGIN, _BEGIN + _QUARTER)]
    costs = {}
    for name, tariff in _TARIFFS.items():
        begun = time.process_time()
        for _ in range(cdrs):
            price(tariff, session, timezone=_BERLIN)
        costs[f"us_per_cdr: {name}"] = _us(time.process_time() - begun, cdrs)
    begun = time.process_time()
    for _ in range(cdrs):
        price_reservation(_RESERVED, reserved, has_expired=True, timezone=_BERLIN)
    costs["us_per_reservation"] = _us(time.process_time() - begun, cdrs)
    return costs


def _us(seconds: float, count: int) -> float:
    return round(seconds / count * 1e6, 1)
