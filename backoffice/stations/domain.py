"""Rules in plain Python: what connectors make of their EVSE, where to search, what a tariff costs at a glance."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from protocol.domain.status import ChargingState, ConnectorStatus

EARTH_RADIUS_M = 6_371_009  # the mean radius (IUGG)
# An EVSE serves one vehicle at a time: what one of its connectors does holds for all of them.
_PRECEDENCE = (
    ConnectorStatus.OCCUPIED,
    ConnectorStatus.RESERVED,
    ConnectorStatus.AVAILABLE,
    ConnectorStatus.UNAVAILABLE,
    ConnectorStatus.FAULTED,
)


def evse_status(connectors: Iterable[ConnectorStatus | None]) -> ConnectorStatus | None:
    """What the EVSE is, by its connectors; None where none has reported yet."""
    reported = set(connectors)
    return next((status for status in _PRECEDENCE if status in reported), None)


def occupied_by(state: ChargingState | None) -> bool:
    """Whether a vehicle is there, as a transaction says it."""
    return state not in (None, ChargingState.IDLE)


@dataclass(frozen=True, slots=True)
class SearchBox:
    """A range of latitudes and one or two of longitudes that hold every point within a radius."""

    latitudes: tuple[float, float]
    longitudes: tuple[tuple[float, float], ...]


def box_around(latitude: float, longitude: float, *, radius_m: float) -> SearchBox:
    """The box of a circle. Across the 180th meridian it has two ranges; around a pole it has all longitudes."""
    reach = math.degrees(radius_m / EARTH_RADIUS_M)
    latitudes = (max(latitude - reach, -90.0), min(latitude + reach, 90.0))
    if latitude + reach >= 90 or latitude - reach <= -90:
        return SearchBox(latitudes, ((-180.0, 180.0),))
    # At the latitude of the circle's widest reach in longitude, not at its centre.
    sine = math.sin(math.radians(reach)) / math.cos(math.radians(latitude))
    width = math.degrees(math.asin(min(sine, 1.0)))
    west, east = longitude - width, longitude + width
    if west < -180:
        return SearchBox(latitudes, ((west + 360, 180.0), (-180.0, east)))
    if east > 180:
        return SearchBox(latitudes, ((west, 180.0), (-180.0, east - 360)))
    return SearchBox(latitudes, ((west, east),))


class PriceComponent(msgspec.Struct, frozen=True):
    """OCPI 2.2.1 §11.4.2: `price` per kWh (ENERGY), hour (TIME, PARKING_TIME) or session (FLAT), without VAT."""

    type: str
    price: Decimal
    vat: Decimal | None = None


class TariffElement(msgspec.Struct, frozen=True):
    """OCPI 2.2.1 §11.4.4; restrictions are kept unread."""

    price_components: tuple[PriceComponent, ...]
    restrictions: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class TariffGlance(msgspec.Struct, frozen=True):
    """What a list shows of a tariff."""

    currency: str
    elements: tuple[TariffElement, ...]


def headline_prices(tariff: TariffGlance) -> dict[str, Decimal]:
    """One price with VAT per dimension: of the first element without restrictions that has it, else of the first."""
    unrestricted = [element for element in tariff.elements if element.restrictions is msgspec.UNSET]
    prices: dict[str, Decimal] = {}
    for element in (*unrestricted, *tariff.elements):
        for component in element.price_components:
            prices.setdefault(component.type, with_vat(component))
    return prices


def with_vat(component: PriceComponent) -> Decimal:
    """The price that a driver pays, to four decimals."""
    return (component.price * (1 + (component.vat or Decimal()) / 100)).quantize(Decimal("0.0001"))
