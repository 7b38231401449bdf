"""Latencies by action over time, out of Locust's own statistics, and the line of progress.

Locust keeps, for each name, how often which (rounded) response time occurred. The difference of two looks is what
happened between them: percentiles of these few seconds, on a master as well, where only sums arrive.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

Kind = tuple[str, str]
"""A request's type and name: ("OCPP 1.6", "Heartbeat")."""

JOURNEY = "Journey"
"""The type of what a driver waits for, which is no request: it is made of some."""

FIELDS = ("elapsed_s", "users", "type", "name", "requests", "failures", "p50_ms", "p99_ms")


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted of one kind so far. `by_ms`: how often each response time occurred."""

    requests: int
    failures: int
    by_ms: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """What happened of one kind between two looks."""

    elapsed_s: float
    users: int
    kind: Kind
    requests: int
    failures: int
    p50_ms: float
    p99_ms: float

    def row(self) -> dict[str, object]:
        """A line of the CSV file."""
        values = (self.elapsed_s, self.users, *self.kind, self.requests, self.failures, self.p50_ms, self.p99_ms)
        return dict(zip(FIELDS, values, strict=True))

    @classmethod
    def read(cls, row: Mapping[str, str]) -> Self:
        """The sample of a line."""
        return cls(
            elapsed_s=float(row["elapsed_s"]),
            users=int(row["users"]),
            kind=(row["type"], row["name"]),
            requests=int(row["requests"]),
            failures=int(row["failures"]),
            p50_ms=float(row["p50_ms"]),
            p99_ms=float(row["p99_ms"]),
        )


class Timeline:
    """Looks at the statistics now and then, and keeps what happened since the last look."""

    def __init__(self) -> None:
        self._before: dict[Kind, Count] = {}
        self.samples: list[Sample] = []

    def look(self, counts: Mapping[Kind, Count], *, elapsed_s: float, users: int) -> list[Sample]:
        """The new samples, of the kinds of which something happened."""
        new = [
            sample
            for kind, count in counts.items()
            if (sample := self._since(kind, count, elapsed_s=elapsed_s, users=users)).requests > 0
        ]
        self._before = dict(counts)
        self.samples += new
        return new

    def write(self, path: Path) -> None:
        """The file holds every sample."""
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, FIELDS)
            writer.writeheader()
            writer.writerows(sample.row() for sample in self.samples)

    def _since(self, kind: Kind, count: Count, *, elapsed_s: float, users: int) -> Sample:
        before = self._before.get(kind, Count(0, 0, {}))
        by_ms = {ms: number - before.by_ms.get(ms, 0) for ms, number in count.by_ms.items()}
        return Sample(
            elapsed_s=round(elapsed_s, 1),
            users=users,
            kind=kind,
            requests=count.requests - before.requests,
            failures=count.failures - before.failures,
            p50_ms=percentile(by_ms, 0.5),
            p99_ms=percentile(by_ms, 0.99),
        )


def read_timeline(path: Path) -> list[Sample]:
    """Every sample of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Sample.read(row) for row in csv.DictReader(file)]


def percentile(by_ms: Mapping[int, int], fraction: float) -> float:
    """The response time below or at which this share of the requests is; 0 for none."""
    wanted = sum(by_ms.values()) * fraction
    passed = 0
    for ms, number in sorted(by_ms.items()):
        passed += number
        if passed >= wanted and number > 0:
            return float(ms)
    return 0.0


def progress(samples: Iterable[Sample], *, elapsed_s: float, length_s: float, users: int, over_s: float) -> str:
    """One line for a person: who is there, and how the last seconds were."""
    kept = list(samples)
    requests = sum(sample.requests for sample in kept if sample.kind[0] != JOURNEY)
    failures = sum(sample.failures for sample in kept)
    slowest = max(kept, key=lambda sample: sample.p99_ms, default=None)
    slow = f"slowest p99 {slowest.p99_ms:.0f} ms ({' '.join(slowest.kind)})" if slowest else "nothing answered"
    return (
        f"{elapsed_s:5.0f} of {length_s:.0f} s  {users:6d} users  {requests / over_s:8.1f} msg/s  "
        f"{failures:5d} failures  {slow}"
    )
