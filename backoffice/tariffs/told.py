"""A tariff of ours as a station is told it (OCPP 2.1 I08), or not at all.

Invariants:
1. What is told comes to the same as what is billed: where the station's words do not suffice nothing is told.
2. Steps (OCPI 2.2.1 §11.4.2) greater than a second or a Wh, different VAT within a dimension, and fees that depend on
   anything but the calendar have no words there. Prices of reservations are no part of charging.
"""

from collections.abc import Sequence
from decimal import Decimal

from backoffice.pricing.tariff import Dimension, PriceComponent, PriceLimit, Restrictions, Tariff
from protocol.domain import tariff as told

_KILO = 1_000
_MINUTES = 60
_VAT = "VAT"
_Priced = tuple[PriceComponent, Restrictions | None]


def tariff_for_station(tariff: Tariff) -> told.Tariff | None:
    """The tariff in the words of stations; None where they do not suffice."""
    found: dict[Dimension, list[_Priced]] = {}
    for element in tariff.elements:
        if element.restrictions is not None and element.restrictions.reservation is not None:
            continue
        for component in element.price_components:
            found.setdefault(component.type, []).append((component, element.restrictions))
    if not all(_is_told(dimension, priced) for dimension, priced in found.items()):
        return None
    return told.Tariff(
        tariff_id=tariff.id,
        currency=tariff.currency,
        energy=_prices(found.get(Dimension.ENERGY)),
        charging_time=_prices(found.get(Dimension.TIME), per=_MINUTES),
        idle_time=_prices(found.get(Dimension.PARKING_TIME), per=_MINUTES),
        fixed_fee=_prices(found.get(Dimension.FLAT)),
        min_cost=_bound(tariff.min_price),
        max_cost=_bound(tariff.max_price),
        valid_from=tariff.valid_from,
    )


def _is_told(dimension: Dimension, priced: Sequence[_Priced]) -> bool:
    if len({component.vat for component, _ in priced}) > 1:
        return False
    if dimension is Dimension.FLAT:
        return all(_is_calendar(restrictions) for _, restrictions in priced)
    return all(component.step_size <= 1 for component, _ in priced)


def _is_calendar(restrictions: Restrictions | None) -> bool:
    if restrictions is None:
        return True
    bounds = ("kwh", "current", "power", "duration")
    return all(getattr(restrictions, f"{end}_{bound}") is None for end in ("min", "max") for bound in bounds)


def _prices(priced: Sequence[_Priced] | None, *, per: int = 1) -> told.Prices | None:
    if not priced:
        return None
    vat = priced[0][0].vat
    return told.Prices(
        prices=tuple(
            told.TariffPrice(component.price / per, _conditions(restrictions)) for component, restrictions in priced
        ),
        taxes=() if vat is None else (told.TaxRate(_VAT, vat),),
    )


def _conditions(restrictions: Restrictions | None) -> told.PriceConditions | None:
    if restrictions is None:
        return None
    return told.PriceConditions(
        starts_at=restrictions.start_time,
        ends_at=restrictions.end_time,
        days=tuple(day.capitalize() for day in restrictions.day_of_week or ()),
        valid_from=restrictions.start_date,
        valid_to=restrictions.end_date,
        min_energy_wh=_thousandfold(restrictions.min_kwh),
        max_energy_wh=_thousandfold(restrictions.max_kwh),
        min_current_a=restrictions.min_current,
        max_current_a=restrictions.max_current,
        min_power_w=_thousandfold(restrictions.min_power),
        max_power_w=_thousandfold(restrictions.max_power),
        min_time_s=restrictions.min_duration,
        max_time_s=restrictions.max_duration,
    )


def _thousandfold(number: Decimal | None) -> Decimal | None:
    return None if number is None else number * _KILO


def _bound(limit: PriceLimit | None) -> told.CostBound | None:
    return None if limit is None else told.CostBound(limit.excl_vat, limit.incl_vat)
