"""What a reservation costs: the elements of a tariff that are restricted to reservations, by the one pricing function.

Invariants:
1. Only elements with a `reservation` restriction count, and of those FLAT and TIME (OCPI 2.2.1 §11.4.6).
2. A reservation that was used or given up is priced by RESERVATION alone. One that expired is priced per dimension by
   RESERVATION_EXPIRES, and where that has nothing by RESERVATION (§11.4.3): the time, and a fee for nobody having come.
3. `min_price` and `max_price` bind charging sessions, and no reservation (§11.3.1).
4. Cutting a reservation in two changes no line; a line names the element's place in the tariff as it was written.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from backoffice.pricing.calculation import Price, PricedPeriod, price
from backoffice.pricing.periods import ChargingPeriod
from backoffice.pricing.tariff import Dimension, Reservation, Restrictions, Tariff, TariffElement

_PRICED = (Dimension.FLAT, Dimension.TIME)
_SECOND = Decimal(1_000_000)
_MICROSECOND = timedelta(microseconds=1)
_Placed = tuple[int, TariffElement]


def price_reservation(
    tariff: Tariff, periods: Sequence[ChargingPeriod], *, has_expired: bool, timezone: ZoneInfo
) -> Price:
    """What it costs. `periods` are in order and not empty, as of `reserved_period`; `timezone` is the location's."""
    placed = _elements(tariff, has_expired=has_expired)
    elements = tuple(element for _, element in placed)
    priced = price(Tariff(tariff.id, tariff.currency, elements), periods, timezone=timezone)
    places = [place for place, _ in placed]
    return replace(
        priced,
        lines=tuple(msgspec.structs.replace(line, element=_place(places, line.element)) for line in priced.lines),
        periods=tuple(_placed(each, places) for each in priced.periods),
    )


def reserved_period(begins_at: datetime, ended_at: datetime) -> ChargingPeriod:
    """The time that is paid for; none where it ended before it began."""
    ended_at = max(begins_at, ended_at)
    reserved_s = Decimal((ended_at - begins_at) // _MICROSECOND) / _SECOND
    return ChargingPeriod(started_at=begins_at, ended_at=ended_at, charging_s=reserved_s)


def _elements(tariff: Tariff, *, has_expired: bool) -> list[_Placed]:
    """The elements that count, in the order that decides, each with its place in the tariff and bare of the restriction
    that chose it.
    """
    kinds = (Reservation.RESERVATION_EXPIRES, Reservation.RESERVATION) if has_expired else (Reservation.RESERVATION,)
    return [
        (place, _bared(element, element.restrictions))
        for kind in kinds
        for place, element in enumerate(tariff.elements)
        if element.restrictions is not None and element.restrictions.reservation is kind
    ]


def _bared(element: TariffElement, restrictions: Restrictions) -> TariffElement:
    components = tuple(component for component in element.price_components if component.type in _PRICED)
    return TariffElement(components, msgspec.structs.replace(restrictions, reservation=None))


def _placed(period: PricedPeriod, places: Sequence[int]) -> PricedPeriod:
    return replace(period, parts=tuple(replace(part, element=places[part.element]) for part in period.parts))


def _place(places: Sequence[int], element: int | None) -> int | None:
    return None if element is None else places[element]
