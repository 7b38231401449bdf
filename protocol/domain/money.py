"""Money: a Decimal amount in one currency. Lines keep four decimals; only totals round."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "HUF": 2, "BHD": 3, "KWD": 3, "TND": 3}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and its ISO 4217 code. Arithmetic between currencies raises ValueError."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not self.amount.is_finite():
            raise ValueError(f"an amount of money is a finite number; got {self.amount}")

    def __add__(self, other: "Money") -> "Money":
        self._must_match(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._must_match(other)
        return Money(self.amount - other.amount, self.currency)

    def rounded(self) -> "Money":
        """Half up, to the currency's minor unit."""
        return Money(self.amount.quantize(Decimal(1).scaleb(-self._digits), ROUND_HALF_UP), self.currency)

    def minor_units(self) -> int:
        """The rounded amount in cents (or what the currency has), as payment providers count."""
        return int(self.rounded().amount.scaleb(self._digits))

    @classmethod
    def from_minor_units(cls, units: int, currency: str) -> "Money":
        """The amount that a payment provider counted."""
        return cls(Decimal(units).scaleb(-_MINOR_DIGITS.get(currency, 2)), currency)

    @property
    def _digits(self) -> int:
        return _MINOR_DIGITS.get(self.currency, 2)

    def _must_match(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
