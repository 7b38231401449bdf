"""OCPP 2.1 tariffs (OCPP 2.1 §2 TariffType), as a driver's own comes with a verdict.

Not carried: prices of reservations, texts for people, and conditions by kind of EVSE, by payment brand, and by the time
spent charging or idle.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import UNSET, UnsetType

from protocol.dialects.words import given, read_optional_timestamp, sent, spelled, write_optional_timestamp
from protocol.domain.tariff import CostBound, PriceConditions, Prices, Tariff, TariffPrice, TaxRate
from protocol.errors import PropertyConstraintViolation
from protocol.wire import v21

_MOST = 10**9


def read_tariff(tariff: v21.Tariff) -> Tariff:
    """Raises PropertyConstraintViolation for what is no number or date. Source: OCPP 2.1 §2 TariffType."""
    return Tariff(
        tariff_id=tariff.tariff_id,
        currency=tariff.currency,
        energy=_read_prices(given(tariff.energy), lambda price: price.price_kwh),
        charging_time=_read_prices(given(tariff.charging_time), lambda price: price.price_minute),
        idle_time=_read_prices(given(tariff.idle_time), lambda price: price.price_minute),
        fixed_fee=_read_prices(given(tariff.fixed_fee), lambda price: price.price_fixed),
        min_cost=_read_bound(given(tariff.min_cost)),
        max_cost=_read_bound(given(tariff.max_cost)),
        valid_from=read_optional_timestamp(tariff.valid_from, "$.tariff.validFrom"),
    )


def write_tariff(tariff: Tariff) -> v21.Tariff:
    """A JSON number has no cents of its own: this is where the exact prices end."""
    energy, fee = tariff.energy, tariff.fixed_fee
    return v21.Tariff(
        tariff_id=tariff.tariff_id,
        currency=tariff.currency,
        energy=UNSET
        if energy is None
        else v21.TariffEnergy(
            prices=tuple(
                v21.TariffEnergyPrice(price_kwh=float(one.price), conditions=_write_conditions(one.conditions))
                for one in energy.prices
            ),
            tax_rates=_write_taxes(energy),
        ),
        charging_time=_write_time(tariff.charging_time),
        idle_time=_write_time(tariff.idle_time),
        fixed_fee=UNSET
        if fee is None
        else v21.TariffFixed(
            prices=tuple(
                v21.TariffFixedPrice(price_fixed=float(one.price), conditions=_write_fixed_conditions(one.conditions))
                for one in fee.prices
            ),
            tax_rates=_write_taxes(fee),
        ),
        min_cost=_write_bound(tariff.min_cost),
        max_cost=_write_bound(tariff.max_cost),
        valid_from=write_optional_timestamp(tariff.valid_from),
    )


def _read_prices(priced: Any, price_of: Callable[[Any], float]) -> Prices | None:  # Any: three Structs of one shape
    if priced is None:
        return None
    return Prices(
        prices=tuple(
            TariffPrice(_read_number(price_of(one)), _read_conditions(given(one.conditions))) for one in priced.prices
        ),
        taxes=tuple(TaxRate(tax.type, _read_number(tax.tax)) for tax in given(priced.tax_rates) or ()),
    )


def _read_conditions(conditions: Any) -> PriceConditions | None:  # Any: those of a fee are fewer
    if conditions is None:
        return None
    return PriceConditions(
        starts_at=given(conditions.start_time_of_day),
        ends_at=given(conditions.end_time_of_day),
        days=given(conditions.day_of_week) or (),
        valid_from=_read_date(given(conditions.valid_from_date)),
        valid_to=_read_date(given(conditions.valid_to_date)),
        min_energy_wh=_read_optional(conditions, "min_energy"),
        max_energy_wh=_read_optional(conditions, "max_energy"),
        min_current_a=_read_optional(conditions, "min_current"),
        max_current_a=_read_optional(conditions, "max_current"),
        min_power_w=_read_optional(conditions, "min_power"),
        max_power_w=_read_optional(conditions, "max_power"),
        min_time_s=given(getattr(conditions, "min_time", UNSET)),
        max_time_s=given(getattr(conditions, "max_time", UNSET)),
    )


def _write_time(priced: Prices | None) -> v21.TariffTime | UnsetType:
    if priced is None:
        return UNSET
    return v21.TariffTime(
        prices=tuple(
            v21.TariffTimePrice(price_minute=float(one.price), conditions=_write_conditions(one.conditions))
            for one in priced.prices
        ),
        tax_rates=_write_taxes(priced),
    )


def _write_conditions(conditions: PriceConditions | None) -> v21.TariffConditions | UnsetType:
    if conditions is None:
        return UNSET
    return v21.TariffConditions(
        start_time_of_day=sent(conditions.starts_at),
        end_time_of_day=sent(conditions.ends_at),
        day_of_week=tuple(spelled(day) for day in conditions.days) or UNSET,
        valid_from_date=_write_date(conditions.valid_from),
        valid_to_date=_write_date(conditions.valid_to),
        min_energy=_write_number(conditions.min_energy_wh),
        max_energy=_write_number(conditions.max_energy_wh),
        min_current=_write_number(conditions.min_current_a),
        max_current=_write_number(conditions.max_current_a),
        min_power=_write_number(conditions.min_power_w),
        max_power=_write_number(conditions.max_power_w),
        min_time=sent(conditions.min_time_s),
        max_time=sent(conditions.max_time_s),
    )


def _write_fixed_conditions(conditions: PriceConditions | None) -> v21.TariffConditionsFixed | UnsetType:
    if conditions is None:
        return UNSET
    return v21.TariffConditionsFixed(
        start_time_of_day=sent(conditions.starts_at),
        end_time_of_day=sent(conditions.ends_at),
        day_of_week=tuple(spelled(day) for day in conditions.days) or UNSET,
        valid_from_date=_write_date(conditions.valid_from),
        valid_to_date=_write_date(conditions.valid_to),
    )


def _write_taxes(priced: Prices) -> tuple[v21.TaxRate, ...] | UnsetType:
    return tuple(v21.TaxRate(type=tax.name, tax=float(tax.percent)) for tax in priced.taxes) or UNSET


def _read_bound(price: v21.Price | None) -> CostBound | None:
    if price is None:
        return None
    return CostBound(_read_optional(price, "excl_tax"), _read_optional(price, "incl_tax"))


def _write_bound(bound: CostBound | None) -> v21.Price | UnsetType:
    if bound is None:
        return UNSET
    return v21.Price(excl_tax=_write_number(bound.excl_tax), incl_tax=_write_number(bound.incl_tax))


def _read_optional(holder: Any, name: str) -> Decimal | None:  # Any: whatever Struct may have the attribute
    number = given(getattr(holder, name, UNSET))
    return None if number is None else _read_number(number)


def _read_number(number: float) -> Decimal:
    if not abs(number) < _MOST:
        raise PropertyConstraintViolation(f"{number!r} is no price or bound", path="$.tariff")
    return Decimal(int(number)) if float(number).is_integer() else Decimal(repr(number))


def _write_number(number: Decimal | None) -> float | UnsetType:
    return UNSET if number is None else float(number)


def _read_date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise PropertyConstraintViolation(f"{text!r} is no date", path="$.tariff") from error


def _write_date(day: date | None) -> str | UnsetType:
    return UNSET if day is None else day.isoformat()
