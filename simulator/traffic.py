"""What a fleet's messages came to, counted as they happen: answers and how long they took, refusals, silences.

Invariants:
1. Every CALL that ends is counted once: answered, refused by a CALLERROR (or an unreadable answer), or silent.
2. Nothing here grows with the number of messages or stations: latencies are counted in buckets.
"""

from collections import Counter
from collections.abc import Iterator
from math import frexp, ldexp

_PER_OCTAVE = 8
_LEAST_EXPONENT = -20  # a microsecond
_OCTAVES = 30
_BUCKETS = _OCTAVES * _PER_OCTAVE


class Latencies:
    """Durations in buckets, eight to the doubling: a quantile is right to an eighth. Seconds in, seconds out."""

    __slots__ = ("count", "counts", "longest_s", "sum_s")

    def __init__(self) -> None:
        self.counts = [0] * _BUCKETS
        self.count = 0
        self.sum_s = 0.0
        self.longest_s = 0.0

    def record(self, seconds: float) -> None:
        """One more; what is below a microsecond counts as one."""
        mantissa, exponent = frexp(seconds)
        index = (exponent - _LEAST_EXPONENT) * _PER_OCTAVE + int((mantissa - 0.5) * 2 * _PER_OCTAVE)
        if not 0 <= index < _BUCKETS:
            index = 0 if index < 0 else _BUCKETS - 1
        self.counts[index] += 1
        self.count += 1
        self.sum_s += seconds
        if seconds > self.longest_s:
            self.longest_s = seconds

    def add(self, other: "Latencies") -> None:
        """Count what the other has counted."""
        self.counts = [one + more for one, more in zip(self.counts, other.counts, strict=True)]
        self.count += other.count
        self.sum_s += other.sum_s
        self.longest_s = max(self.longest_s, other.longest_s)

    def since(self, earlier: "Latencies") -> "Latencies":
        """What was counted after `earlier`, a copy of this then; its longest may be one from before."""
        later = Latencies()
        later.counts = [now - then for now, then in zip(self.counts, earlier.counts, strict=True)]
        later.count, later.sum_s = self.count - earlier.count, self.sum_s - earlier.sum_s
        later.longest_s = self.longest_s
        return later

    def quantile_s(self, fraction: float) -> float:
        """What this fraction kept to: the upper edge of its bucket, and the longest at most; 0 without any."""
        wanted, seen = fraction * self.count, 0
        for upper_s, count in self.buckets():
            seen += count
            if seen >= wanted:
                return min(upper_s, self.longest_s)
        return self.longest_s

    def buckets(self) -> Iterator[tuple[float, int]]:
        """The upper edge of each bucket that holds anything, and how many it holds."""
        for index, count in enumerate(self.counts):
            if count:
                octave, part = divmod(index, _PER_OCTAVE)
                upper_s = ldexp(0.5 + (part + 1) / (2 * _PER_OCTAVE), octave + _LEAST_EXPONENT)
                yield (max(upper_s, self.longest_s) if index == _BUCKETS - 1 else upper_s), count


class Traffic:
    """The counts of a whole fleet. `lateness` is by how much wake-ups were late; `faults` struck so often."""

    __slots__ = ("answered", "commands", "faults", "lateness", "refused", "silent")

    def __init__(self) -> None:
        self.answered: dict[str, Latencies] = {}
        self.refused: Counter[str] = Counter()
        self.silent: Counter[str] = Counter()
        self.commands: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.lateness = Latencies()

    @property
    def answered_count(self) -> int:
        return sum(latencies.count for latencies in self.answered.values())

    def count_answer(self, action: str, seconds: float) -> None:
        """A CALL of the fleet was answered after so long."""
        latencies = self.answered.get(action)
        if latencies is None:
            latencies = self.answered[action] = Latencies()
        latencies.record(seconds)
