"""A tariff as a station shows it and reckons with it (OCPP 2.1 I07, I08): prices without taxes, by dimension.

Of the prices of a dimension the first whose conditions hold is the price.
"""

from datetime import date, datetime
from decimal import Decimal

import msgspec


class PriceConditions(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a price holds: local time of day as HH:MM, days as Monday, Wh, A, W and seconds since the start."""

    starts_at: str | None = None
    ends_at: str | None = None
    days: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    min_energy_wh: Decimal | None = None
    max_energy_wh: Decimal | None = None
    min_current_a: Decimal | None = None
    max_current_a: Decimal | None = None
    min_power_w: Decimal | None = None
    max_power_w: Decimal | None = None
    min_time_s: int | None = None
    max_time_s: int | None = None


class TariffPrice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A price per kWh, minute or session, by its dimension. No conditions: it always holds."""

    price: Decimal
    conditions: PriceConditions | None = None


class TaxRate(msgspec.Struct, frozen=True):
    """A tax on every price of a dimension."""

    name: str
    percent: Decimal


class Prices(msgspec.Struct, frozen=True, omit_defaults=True):
    """The prices of one dimension."""

    prices: tuple[TariffPrice, ...]
    taxes: tuple[TaxRate, ...] = ()


class CostBound(msgspec.Struct, frozen=True, omit_defaults=True):
    """The least or the most that a session costs."""

    excl_tax: Decimal | None = None
    incl_tax: Decimal | None = None


class Tariff(msgspec.Struct, frozen=True, omit_defaults=True):
    """Energy is priced per kWh, time per minute, and the fee per session; None: it costs nothing."""

    tariff_id: str
    currency: str
    energy: Prices | None = None
    charging_time: Prices | None = None
    idle_time: Prices | None = None
    fixed_fee: Prices | None = None
    min_cost: CostBound | None = None
    max_cost: CostBound | None = None
    valid_from: datetime | None = None
