"""What of a total is VAT, by rate: in whole minor units, so that the parts are the whole to the cent.

Invariants:
1. The shares of an invoice add to its totals: without VAT, VAT, and both.
2. What is credited of an invoice takes from no share more than it has left, and all credits of the whole take all.
3. A limit of a price (MIN_PRICE, MAX_PRICE) has no rate of its own: it falls on the rates of what it limits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from backoffice.contracts.sessions import PriceLine
from protocol.domain.money import Money

_LIMITS = frozenset({"MIN_PRICE", "MAX_PRICE"})
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Share:
    """What is taxed at one rate, without VAT, and its VAT; both rounded."""

    vat_percent: Decimal
    excl_vat: Decimal
    vat: Decimal

    @property
    def incl_vat(self) -> Decimal:
        """With VAT."""
        return self.excl_vat + self.vat


def allocate(units: int, weights: Sequence[Decimal | int]) -> list[int]:
    """`units` divided in proportion to the weights, whole, and nothing lost: the largest remainders are rounded up.

    The first of equals comes first; without any weight everything is the first's. Weights are not negative.
    """
    total = sum(weights, _ZERO)
    if units < 0:
        return [-part for part in allocate(-units, weights)]
    if not total:
        return [units, *(0 for _ in weights[1:])]
    exact = [units * Decimal(weight) / total for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: parts[index] - exact[index])
    for index in by_remainder[: units - sum(parts)]:
        parts[index] += 1
    return parts


def shares_of(lines: Sequence[PriceLine], *, total_excl_vat: Money, total_incl_vat: Money) -> tuple[Share, ...]:
    """The totals, divided by the rates that the lines name; none for nothing."""
    currency = total_incl_vat.currency
    excl_units = total_excl_vat.minor_units()
    vat_units = total_incl_vat.minor_units() - excl_units
    if not excl_units and not vat_units:
        return ()
    weights = _weights_of(lines)
    rates = sorted(weights, reverse=True) or [_effective_rate(excl_units, vat_units)]
    excl = allocate(excl_units, [max(weights.get(rate, _ZERO), _ZERO) for rate in rates])
    vat = allocate(vat_units, [max(weights.get(rate, _ZERO), _ZERO) * rate for rate in rates])
    shares = (
        Share(rate, _amount(excl_part, currency), _amount(vat_part, currency))
        for rate, excl_part, vat_part in zip(rates, excl, vat, strict=True)
    )
    return tuple(share for share in shares if share.excl_vat or share.vat)


def part_of(left: Sequence[Share], amount: Money) -> tuple[Share, ...]:
    """`amount` with VAT, taken from what is left of an invoice's shares in proportion. Raises ValueError for more."""
    parts = [Money(part, amount.currency).minor_units() for share in left for part in (share.excl_vat, share.vat)]
    units = amount.minor_units()
    if not 0 <= units <= sum(parts):
        raise ValueError(f"{amount.amount} is not a part of {sum((share.incl_vat for share in left), _ZERO)}")
    if not units:
        return ()
    taken = [_amount(part, amount.currency) for part in allocate(units, parts)]
    shares = (Share(share.vat_percent, taken[2 * index], taken[2 * index + 1]) for index, share in enumerate(left))
    return tuple(share for share in shares if share.incl_vat)


def less(shares: Sequence[Share], taken: Sequence[Share]) -> tuple[Share, ...]:
    """What is left of shares of which others were taken."""
    return tuple(
        Share(
            share.vat_percent,
            share.excl_vat - sum((one.excl_vat for one in taken if one.vat_percent == share.vat_percent), _ZERO),
            share.vat - sum((one.vat for one in taken if one.vat_percent == share.vat_percent), _ZERO),
        )
        for share in shares
    )


def _weights_of(lines: Sequence[PriceLine]) -> Mapping[Decimal, Decimal]:
    """The amount without VAT at each rate that a line names."""
    weights: dict[Decimal, Decimal] = {}
    for line in lines:
        if line.dimension not in _LIMITS:
            weights[line.vat_percent] = weights.get(line.vat_percent, _ZERO) + line.amount_excl_vat
    return weights


def _effective_rate(excl_units: int, vat_units: int) -> Decimal:
    return round(100 * Decimal(vat_units) / excl_units, 1) if excl_units else _ZERO


def _amount(units: int, currency: str) -> Decimal:
    return Money.from_minor_units(units, currency).amount
