"""What a row of `bench backoffice` is."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

from chargeyard.embedded import EmbeddedServers

Question = Callable[[], Awaitable[int]]
"""Asks once, and says how much was found."""

Questions = Mapping[str, Sequence[Question]]
"""By what they ask, in a word."""


class Measurement(NamedTuple):
    """`prepared` makes data of a size in an empty database, and gives the questions while it is open."""

    prepared: Callable[[EmbeddedServers, int], AbstractAsyncContextManager[Questions]]
    size: int
    target_p99_ms: float


class Timings(NamedTuple):
    """How long questions of one kind took, and how much they found on average."""

    latencies_ms: list[float]
    found: float

    def quantile_ms(self, fraction: float) -> float:
        """What this fraction of them kept to."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * fraction))]


async def ask_all(questions: Sequence[Question], *, warm_up: int) -> Timings:
    """Each was asked once, one after the other; the first `warm_up` are asked before as well, and not counted."""
    for question in questions[:warm_up]:
        await question()
    latencies_ms, found = [], 0
    for question in questions:
        begun = time.perf_counter()
        found += await question()
        latencies_ms.append((time.perf_counter() - begun) * 1000)
    return Timings(latencies_ms, found / len(questions))
