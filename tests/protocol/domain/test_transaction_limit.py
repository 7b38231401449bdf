"""Limits of transactions together."""

from decimal import Decimal

from protocol.domain.transaction_limit import TransactionLimit, within


def test_of_each_bound_the_lower_one_holds() -> None:
    one = TransactionLimit(max_cost=Decimal(5), max_time_s=60, max_soc_percent=0)
    other = TransactionLimit(max_cost=Decimal("4.5"), max_energy_wh=Decimal(900), max_soc_percent=80)

    both = TransactionLimit(Decimal("4.5"), Decimal(900), 60, 0)
    assert within(one, other) == within(other, one) == both
    assert within(one, TransactionLimit()) == one
