"""How far a transaction may go (OCPP 2.1 E16): whichever bound is reached first ends it."""

from decimal import Decimal

import msgspec


class TransactionLimit(msgspec.Struct, frozen=True, omit_defaults=True):
    """Cost with taxes in the tariff's currency, energy, time, the vehicle's state of charge; None: without a bound."""

    max_cost: Decimal | None = None
    max_energy_wh: Decimal | None = None
    max_time_s: int | None = None
    max_soc_percent: int | None = None


def within_credit(limit: TransactionLimit | None, credit: Decimal) -> TransactionLimit:
    """The limit, and no further than what is left on a prepaid card (OCPP 2.1 C17)."""
    limit = limit or TransactionLimit()
    costs = credit if limit.max_cost is None else min(credit, limit.max_cost)
    return msgspec.structs.replace(limit, max_cost=costs)
