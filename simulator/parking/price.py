"""What a stay should cost by a tariff, worked out here and not by the pricing of the platform that is checked.

What is understood: FLAT and PARKING_TIME, VAT, step sizes, and elements that hold from or until a duration. What is of
reservations holds for none of it. Anything else raises Unpriced.

Invariants:
1. At each moment the first element that holds and prices parking prices it; a FLAT fee is charged once.
2. All parked seconds are rounded up to the step of the last component (OCPI 2.2.1 §10.3.1), which prices what is added.
3. Each line keeps four decimals, half up; only the total is rounded to the currency's minor unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

import msgspec

from protocol.domain.money import Money
from simulator.expected_price import Component, Element, Tariff, Unpriced

_LINE = Decimal("0.0001")
_HOUR_S = 3600
_BY_DURATION = frozenset({"min_duration", "max_duration"})


@dataclass(frozen=True, slots=True)
class _Rule:
    """An element that holds from `since_s` until `until_s` of a stay."""

    components: tuple[Component, ...]
    since_s: Decimal
    until_s: Decimal | None

    def find(self, kind: str, at_s: Decimal) -> Component | None:
        if at_s < self.since_s or (self.until_s is not None and at_s >= self.until_s):
            return None
        return next((one for one in self.components if one.type == kind), None)


def expected_stay_total(tariff: Tariff, stayed: timedelta) -> Money:
    """The price of a stay of this length with VAT. Raises Unpriced."""
    if tariff.min_price is not None or tariff.max_price is not None:
        raise Unpriced(f"tariff {tariff.id} has a minimum or maximum price")
    rules = [rule for element in tariff.elements if (rule := _rule(tariff, element)) is not None]
    stayed_s = Decimal(stayed // timedelta(microseconds=1)) / 1_000_000
    ends = {end for rule in rules for end in (rule.since_s, rule.until_s) if end is not None and 0 < end < stayed_s}
    cuts = [Decimal(0), *sorted(ends)]
    amounts = [_with_vat(one, Decimal(1)) for one in _first(rules, "FLAT", cuts)[:1]]
    amounts += _time_lines(rules, cuts, stayed_s)
    return Money(sum(amounts, Decimal(0)), tariff.currency).rounded()


def _time_lines(rules: Sequence[_Rule], cuts: Sequence[Decimal], stayed_s: Decimal) -> list[Decimal]:
    seconds: dict[int, Decimal] = {}
    last: tuple[int, Component] | None = None
    priced: dict[int, Component] = {}
    for begin_s, end_s in zip(cuts, [*cuts[1:], stayed_s], strict=True):
        for number, rule in enumerate(rules):
            component = rule.find("PARKING_TIME", begin_s)
            if component is not None:
                if end_s > begin_s:
                    seconds[number] = seconds.get(number, Decimal(0)) + end_s - begin_s
                    priced[number] = component
                    last = number, component
                break
    if last is None:
        return []
    number, component = last
    total_s, step_s = sum(seconds.values(), Decimal(0)), Decimal(component.step_size)
    if step_s > 0:
        seconds[number] += (total_s / step_s).to_integral_value(ROUND_CEILING) * step_s - total_s
    return [_with_vat(priced[number], length_s / _HOUR_S) for number, length_s in seconds.items()]


def _first(rules: Sequence[_Rule], kind: str, cuts: Sequence[Decimal]) -> list[Component]:
    """What holds first of this kind at each cut, where anything does."""
    found = (next((one for rule in rules if (one := rule.find(kind, at_s)) is not None), None) for at_s in cuts)
    return [component for component in found if component is not None]


def _rule(tariff: Tariff, element: Element) -> _Rule | None:
    """None where the element is one of reservations."""
    said = {name: msgspec.json.decode(raw) for name, raw in (element.restrictions or {}).items()}
    said = {name: value for name, value in said.items() if value is not None and value != []}
    if "reservation" in said:
        return None
    if not _BY_DURATION.issuperset(said):
        raise Unpriced(f"tariff {tariff.id} has restrictions of another kind than by duration")
    until_s = said.get("max_duration")
    return _Rule(
        element.price_components,
        Decimal(said.get("min_duration", 0)),
        None if until_s is None else Decimal(until_s),
    )


def _with_vat(component: Component, quantity: Decimal) -> Decimal:
    amount = component.price * quantity * (1 + (component.vat or Decimal(0)) / 100)
    return amount.quantize(_LINE, ROUND_HALF_UP)
