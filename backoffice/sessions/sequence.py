"""Which of a transaction's events were heard, by their numbers (OCPP 2.0.1 E01.FR.07: from 0, by one).

Invariants:
1. What was heard is the same in whatever order, and however often, the numbers came.
2. At most `MOST_AHEAD` numbers are remembered: behind a hole that long nothing is waited for.
"""

from collections.abc import Iterable
from typing import NamedTuple

MOST_AHEAD = 256


class Heard(NamedTuple):
    """Every number up to `until`, and those of `ahead` beyond it, in order."""

    until: int = -1
    ahead: tuple[int, ...] = ()


def hear(heard: Heard, seq_no: int, *, is_first: bool = False) -> Heard:
    """What was heard with this number too. Before the number of the first event, a start's, there is none."""
    until = max(heard.until, seq_no - 1) if is_first else heard.until
    return _settled(until, {*heard.ahead, seq_no})


def _settled(until: int, numbers: Iterable[int]) -> Heard:
    ahead = []
    for number in sorted(numbers):
        if number == until + 1:
            until = number
        elif number > until:
            ahead.append(number)
    if len(ahead) > MOST_AHEAD:
        return Heard(ahead[-1])
    return Heard(until, tuple(ahead))
