"""What is left on a prepaid account, as plain arithmetic.

Invariants:
1. A balance is never negative: a draw takes at most what is left.
2. What is drawn and what is left are together what was there.
3. A balance has one currency; nothing in another is added to it or drawn from it.
"""

from dataclasses import dataclass

from protocol.domain.money import Money


@dataclass(frozen=True, slots=True)
class Balance:
    """An amount that was paid before."""

    left: Money

    def __post_init__(self) -> None:
        if self.left.amount < 0:
            raise ValueError(f"a prepaid balance is never negative; got {self.left.amount}")

    def topped_up(self, amount: Money) -> "Balance":
        """With the amount. Raises ValueError where it is none, or of another currency."""
        if amount.amount <= 0:
            raise ValueError(f"a top-up adds something; got {amount.amount}")
        return Balance(self.left + amount)

    def drawn(self, due: Money) -> tuple["Balance", Money]:
        """What is left, and what was drawn: all that is due, or all that is there; nothing of another currency."""
        if due.currency != self.left.currency:
            return self, Money(due.amount * 0, due.currency)
        taken = Money(min(max(due.amount, due.amount * 0), self.left.amount), due.currency)
        return Balance(self.left - taken), taken
