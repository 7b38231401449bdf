"""What becomes of a price before it is an invoice: VAT that the tariff does not name, reverse charge, and free drivers.

Invariants:
1. A tariff's own VAT wins, 0 % too: only a price that names none at all has the country's rate taken out of it. What
   the driver was told stays the total.
2. With reverse charge nobody here owes VAT: the total is the price without it.
3. What is free is billed in full and given away by a line of each rate: the totals are zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from backoffice.billing.charges import Charge
from backoffice.contracts.sessions import PriceLine
from protocol.domain.money import Money

DISCOUNT = "DISCOUNT"
EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - a list
)
"""Who takes part in reverse charge. Greece's VAT numbers begin with EL."""

_LINE = Decimal("0.0001")
_HUNDRED = Decimal(100)
_ZERO = Decimal(0)


class Party(msgspec.Struct, frozen=True):
    """Who sells or buys, as it stands on an invoice."""

    name: str
    street: str
    postal_code: str
    city: str
    country: str
    vat_number: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides the VAT of an invoice. `vat_percent`: the country's rate, where the table has one."""

    country: str
    vat_percent: Decimal | None = None
    is_reverse_charge: bool = False
    is_free: bool = False


def has_reverse_charge(*, seller_country: str, buyer: Party | None, is_vat_number_valid: bool) -> bool:
    """Whether the buyer owes the VAT: a company with a valid number of another country, both in the EU."""
    if buyer is None or buyer.vat_number is None or not is_vat_number_valid:
        return False
    country = country_of_vat_number(buyer.vat_number)
    return country != seller_country and {country, seller_country} <= EU


def country_of_vat_number(vat_number: str) -> str:
    """The country whose number it is."""
    prefix = "".join(character for character in vat_number.upper() if character.isalnum())[:2]
    return "GR" if prefix == "EL" else prefix


def taxed(charge: Charge, terms: Terms) -> Charge:
    """The charge as it is billed under these terms."""
    if terms.vat_percent is not None and not _names_vat(charge):
        charge = _with_vat_taken_out(charge, terms.vat_percent)
    if terms.is_reverse_charge:
        lines = tuple(
            msgspec.structs.replace(line, vat_percent=_ZERO, amount_incl_vat=line.amount_excl_vat)
            for line in charge.lines
        )
        charge = replace(charge, lines=lines, total_incl_vat=charge.total_excl_vat)
    return _given_away(charge) if terms.is_free else charge


def _names_vat(charge: Charge) -> bool:
    return charge.total_excl_vat != charge.total_incl_vat or any(
        line.is_vat_named or line.vat_percent for line in charge.lines
    )


def _with_vat_taken_out(charge: Charge, percent: Decimal) -> Charge:
    lines = tuple(
        msgspec.structs.replace(
            line,
            vat_percent=percent,
            unit_price=_without(line.unit_price, percent),
            amount_excl_vat=_without(line.amount_incl_vat, percent),
        )
        for line in charge.lines
    )
    excl = Money(sum((line.amount_excl_vat for line in lines), _ZERO), charge.currency).rounded().amount
    return replace(charge, lines=lines, total_excl_vat=excl)


def _without(amount: Decimal, percent: Decimal) -> Decimal:
    return (amount * _HUNDRED / (_HUNDRED + percent)).quantize(_LINE, ROUND_HALF_UP)


def _given_away(charge: Charge) -> Charge:
    """With a discount of all of it."""
    rates = dict.fromkeys(line.vat_percent for line in charge.lines)
    gifts = tuple(_gift(rate, [line for line in charge.lines if line.vat_percent == rate]) for rate in rates)
    nothing = charge.total_incl_vat * 0
    return replace(charge, lines=(*charge.lines, *gifts), total_excl_vat=nothing, total_incl_vat=nothing)


def _gift(rate: Decimal, lines: Sequence[PriceLine]) -> PriceLine:
    excl = sum((line.amount_excl_vat for line in lines), _ZERO)
    incl = sum((line.amount_incl_vat for line in lines), _ZERO)
    return PriceLine(DISCOUNT, Decimal(1), "", -excl, -excl, rate, -incl)
