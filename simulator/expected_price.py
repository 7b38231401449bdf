"""What energy should cost by a tariff, worked out here and not by the pricing of the CSMS that is checked.

What is understood: FLAT and ENERGY of elements without restrictions, VAT, step sizes. A tariff that asks for more than
the ledger knows (when energy flowed, how long the car was parked) raises Unpriced: such a price is not checked, and the
reconciliation says how many were not.

Invariants:
1. A FLAT fee is charged once; energy is rounded up to the component's step in Wh (OCPI 2.2.1 §11.4.6).
2. Each line keeps four decimals, half up; only the total is rounded to the currency's minor unit.
3. The tariff of an EVSE comes before its station's, that before its site's, and that before the tenant's; for a parking
   bay it is the bay's, the site's, the tenant's. Of a tariff the newest version whose time has come holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from protocol.domain.money import Money
from simulator.errors import SimulatorError

FREE = "free"
_LINE = Decimal("0.0001")
_SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Unpriced(SimulatorError):
    """A price cannot be worked out from what the ledger knows."""


class Component(msgspec.Struct, frozen=True):
    """An OCPI price component: `price` per kWh for ENERGY, once for FLAT."""

    type: str
    price: Decimal
    step_size: int = 1
    vat: Decimal | None = None


class Element(msgspec.Struct, frozen=True):
    """An OCPI tariff element."""

    price_components: tuple[Component, ...]
    restrictions: dict[str, msgspec.Raw] | None = None


class Tariff(msgspec.Struct, frozen=True):
    """As much of an OCPI 2.2.1 tariff as is understood here. Of limits only whether there are any: hence Any."""

    id: str
    currency: str
    elements: tuple[Element, ...]
    min_price: Any = None
    max_price: Any = None


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a tariff; `number` is None where only the tariff itself is known."""

    tariff: Tariff
    number: int | None = None
    valid_from: datetime = _SINCE_EVER
    valid_until: datetime | None = None


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """Where a tariff holds, and since when: an EVSE, a station, a bay, a site, or without any the whole tenant."""

    tariff_id: str
    station_id: str | None = None
    evse: int | None = None
    bay_id: str | None = None
    location_id: str | None = None
    valid_from: datetime = _SINCE_EVER


@dataclass(frozen=True, slots=True)
class PriceList:
    """Which tariff holds where, as far as it is known: `assignments` are those that hold now."""

    versions: Sequence[Version]
    assignments: Sequence[Assignment]

    def find(self, station_id: str, evse: int, at: datetime) -> Version | None:
        """The version in force; None where the place was free of charge. Raises Unpriced where that is not known."""
        here = [
            one
            for one in self.assignments
            if one.bay_id is None and one.station_id in (None, station_id) and one.evse in (None, evse)
        ]
        here.sort(key=lambda one: (one.evse is None, one.station_id is None, one.location_id is None))
        for assignment in here:
            if assignment.location_id is not None:
                raise Unpriced("a site's tariff may hold there, and which site it is is not known here")
            if (version := self._version_in_force(assignment, at)) is not None:
                return version
        if here:
            raise Unpriced("the tariff that holds there now did not hold yet")
        return None

    def find_for_bay(self, bay_id: str, location_id: str, at: datetime) -> Version | None:
        """The version in force for a stay in the bay. None and Unpriced as `find`."""
        here = [
            one
            for one in self.assignments
            if one.station_id is None and one.bay_id in (None, bay_id) and one.location_id in (None, location_id)
        ]
        here.sort(key=lambda one: (one.bay_id is None, one.location_id is None))
        for assignment in here:
            if (version := self._version_in_force(assignment, at)) is not None:
                return version
        if here:
            raise Unpriced("the tariff that holds there now did not hold yet")
        return None

    def _version_in_force(self, assignment: Assignment, at: datetime) -> Version | None:
        version = self._version_at(assignment.tariff_id, at)
        return version if version is not None and assignment.valid_from <= at else None

    def _version_at(self, tariff_id: str, at: datetime) -> Version | None:
        begun = [one for one in self.versions if one.tariff.id == tariff_id and one.valid_from <= at]
        newest = max(begun, key=lambda one: one.number or 0, default=None)
        if newest is None or (newest.valid_until is not None and newest.valid_until <= at):
            return None
        return newest


def expected_total(tariff: Tariff, energy_wh: Decimal) -> Money:
    """The price of so much energy with VAT. Raises Unpriced."""
    if tariff.min_price is not None or tariff.max_price is not None:
        raise Unpriced(f"tariff {tariff.id} has a minimum or maximum price")
    lines = (_line(component, energy_wh) for component in _components(tariff))
    return Money(sum(lines, Decimal(0)), tariff.currency).rounded()


def _components(tariff: Tariff) -> Iterable[Component]:
    """Of each dimension the first component (OCPI 2.2.1 §11.3.1)."""
    first: dict[str, Component] = {}
    for element in tariff.elements:
        if element.restrictions:
            raise Unpriced(f"tariff {tariff.id} has restrictions")
        for component in element.price_components:
            first.setdefault(component.type, component)
    for dimension, component in first.items():
        if dimension not in ("FLAT", "ENERGY") and component.price:
            raise Unpriced(f"tariff {tariff.id} prices {dimension}")
    return [component for dimension, component in first.items() if dimension in ("FLAT", "ENERGY")]


def _line(component: Component, energy_wh: Decimal) -> Decimal:
    quantity = Decimal(1)
    if component.type == "ENERGY":
        step_wh = Decimal(component.step_size)
        billed_wh = energy_wh if step_wh <= 0 else (energy_wh / step_wh).to_integral_value(ROUND_CEILING) * step_wh
        quantity = billed_wh / 1000
    with_vat = component.price * quantity * (1 + (component.vat or Decimal(0)) / 100)
    return with_vat.quantize(_LINE, ROUND_HALF_UP)
