"""How far a transaction may go (OCPP 2.1 E16): whichever bound is reached first ends it."""

from decimal import Decimal
from typing import TypeVar

import msgspec

BoundT = TypeVar("BoundT", int, Decimal)


class TransactionLimit(msgspec.Struct, frozen=True, omit_defaults=True):
    """Cost with taxes in the tariff's currency, energy, time, the vehicle's state of charge; None: without a bound."""

    max_cost: Decimal | None = None
    max_energy_wh: Decimal | None = None
    max_time_s: int | None = None
    max_soc_percent: int | None = None


def within(limit: TransactionLimit, other: TransactionLimit) -> TransactionLimit:
    """Both limits: of each bound the lower one."""
    return TransactionLimit(
        max_cost=_lower(limit.max_cost, other.max_cost),
        max_energy_wh=_lower(limit.max_energy_wh, other.max_energy_wh),
        max_time_s=_lower(limit.max_time_s, other.max_time_s),
        max_soc_percent=_lower(limit.max_soc_percent, other.max_soc_percent),
    )


def within_credit(limit: TransactionLimit | None, credit: Decimal) -> TransactionLimit:
    """The limit, and no further than what is left on a prepaid card (OCPP 2.1 C17)."""
    return within(limit or TransactionLimit(), TransactionLimit(max_cost=credit))


def _lower(bound: BoundT | None, other: BoundT | None) -> BoundT | None:
    return min((one for one in (bound, other) if one is not None), default=None)
