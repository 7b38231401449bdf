"""A part of a fleet, for a process that is not alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from simulator.errors import InvalidPlan

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Share:
    """The `number`th of `count` parts, from 1."""

    number: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            raise InvalidPlan(f"there is no part {self.number} of {self.count}")

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @classmethod
    def read(cls, text: str) -> Self:
        """From `2/3`. Raises ValueError, InvalidPlan."""
        number, _, count = text.partition("/")
        return cls(int(number), int(count))

    def of(self, items: Sequence[ItemT]) -> Sequence[ItemT]:
        """This part of them: a run, as long as the other parts' or longer by one. All parts together are the whole."""
        begin, end = ((len(items) * number) // self.count for number in (self.number - 1, self.number))
        return items[begin:end]


WHOLE = Share(1, 1)
