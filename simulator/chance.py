"""Chance that can be repeated: a generator of eight bytes, for a fleet that has tens of thousands of them.

It is SplitMix64 (Steele, Lea, Flood 2014): each of its 2^64 states gives another number, and seeds that differ in one
character give unrelated sequences, for the seed is hashed first. It keeps no secret.
"""

import math
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import TypeVar

ItemT = TypeVar("ItemT")

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_UNIT = 2.0**-53
_THIRD = (1 << 21) - 1
_THIRDS = (0, 21, 42)


class Chance:
    """Draws from `seed`, a text: the same seed draws the same, on every machine and version."""

    __slots__ = ("_state",)

    def __init__(self, seed: str) -> None:
        self._state = int.from_bytes(blake2b(seed.encode(), digest_size=8).digest(), "big")

    def next_word(self) -> int:
        """64 bits."""
        self._state = state = (self._state + _STEP) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        return state ^ (state >> 31)

    def bits(self, count: int) -> int:
        """A number of `count` bits."""
        words = -(-count // 64)
        number = 0
        for _ in range(words):
            number = (number << 64) | self.next_word()
        return number >> (words * 64 - count)

    def fraction(self) -> float:
        """From 0 up to, and not including, 1."""
        return (self.next_word() >> 11) * _UNIT

    def happens(self, probability: float) -> bool:
        """True so often; never at 0, always at 1."""
        return self.fraction() < probability

    def between(self, low: float, high: float) -> float:
        """Evenly from `low` to `high`."""
        return low + (high - low) * self.fraction()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included. Raises ValueError where there is none."""
        if high < low:
            raise ValueError(f"no whole number lies between {low} and {high}")
        return low + (self.next_word() * (high - low + 1) >> 64)

    def up_to_three(self, count: int, low: int, high: int) -> list[int]:
        """So many whole numbers from `low` to `high`, both included, of one word: for what is drawn very often.

        Each has 21 bits of chance: `high` is less than 2^21 above `low`.
        """
        word, span = self.next_word(), high - low + 1
        return [low + ((word >> shift & _THIRD) * span >> 21) for shift in _THIRDS[:count]]

    def one_of(self, items: Sequence[ItemT]) -> ItemT:
        """One of the items, each as likely. Raises ValueError for none."""
        return items[self.whole(0, len(items) - 1)]

    def one_by_weight(self, items: Sequence[ItemT], weights: Sequence[float]) -> ItemT:
        """One of the items, each as likely as its weight says; one of weight 0 never."""
        sums = list(accumulate(weights))
        if len(sums) != len(items) or not sums or not sums[-1] > 0:
            raise ValueError(f"{len(items)} items cannot be weighed by {weights}")
        mark = self.fraction() * sums[-1]
        return next(item for item, upto in zip(items, sums, strict=True) if mark < upto)

    def wait(self, mean: float) -> float:
        """The time to the next event of a Poisson process whose events are `mean` apart."""
        return -mean * math.log(1.0 - self.fraction())
