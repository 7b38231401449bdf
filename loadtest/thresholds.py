"""What a run must hold: a table in TOML, and what a run makes of it. thresholds.toml is the usual one."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from loadtest.metrics import JOURNEY, Count, Kind, percentile

VERDICTS = "verdicts.json"
USUAL = Path(__file__).with_name("thresholds.toml")


class InvalidThresholds(Exception):
    """The table says something that nobody understands."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


@dataclass(frozen=True, slots=True)
class LatencyLimit:
    """99 of 100 requests of every kind that the pattern matches are answered within `p99_ms`."""

    kind: str
    p99_ms: float
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The table."""

    latency: Sequence[LatencyLimit]
    max_failure_share: float = 0.0
    min_requests_per_s: float = 0.0
    min_requests_per_user_min: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of what was found: what was to hold, and how it was."""

    name: str
    has_held: bool
    figures: str


def read_thresholds(path: Path) -> Thresholds:
    """The table of a file. Raises InvalidThresholds and OSError."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        limits = [LatencyLimit(**row) for row in table.pop("latency", [])]
        thresholds = Thresholds(latency=limits, **table)
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise InvalidThresholds(path, str(error)) from error
    numbers: list[Any] = [limit.p99_ms for limit in limits] + list(table.values())
    if any(isinstance(number, bool) or not isinstance(number, int | float) or number < 0 for number in numbers):
        raise InvalidThresholds(path, "every limit is a number of 0 or more")
    return thresholds


def judge(
    thresholds: Thresholds,
    counts: Mapping[Kind, Count],
    *,
    seconds: float,
    users_at_most: int,
    broken: Sequence[str] = (),
) -> list[Verdict]:
    """What the run makes of each line of the table, in its order; the whole run's first.

    `broken`: errors of the load test itself, of which none is ever allowed: who broke has asked nothing any more.
    """
    requests = sum(count.requests for count in counts.values())
    failures = sum(count.failures for count in counts.values())
    asked = sum(count.requests for kind, count in counts.items() if kind[0] != JOURNEY)
    verdicts = [Verdict("no user of the load test breaks", not broken, "; ".join(broken) or "none has")]
    verdicts.append(_judge_failures(thresholds, requests, failures))
    verdicts += _judge_throughput(thresholds, asked, seconds=seconds, users_at_most=users_at_most)
    for limit in thresholds.latency:
        verdicts += _judge_latency(limit, counts)
    return verdicts


def write_verdicts(verdicts: Sequence[Verdict], path: Path) -> None:
    """The file holds them, as JSON."""
    path.write_text(json.dumps([asdict(verdict) for verdict in verdicts], indent=2) + "\n", "utf-8")


def read_verdicts(path: Path) -> list[Verdict]:
    """Those of a file. Raises OSError."""
    return [Verdict(**row) for row in json.loads(path.read_text("utf-8"))]


def _judge_failures(thresholds: Thresholds, requests: int, failures: int) -> Verdict:
    share = failures / requests if requests else 1.0
    figures = f"{failures} of {requests} ({share:.3%})" if requests else "nothing was asked"
    name = f"at most {thresholds.max_failure_share:.3%} of the requests fail"
    return Verdict(name, share <= thresholds.max_failure_share, figures)


def _judge_throughput(thresholds: Thresholds, requests: int, *, seconds: float, users_at_most: int) -> list[Verdict]:
    rate = requests / seconds if seconds > 0 else 0.0
    verdicts = []
    if wanted := thresholds.min_requests_per_s:
        verdicts.append(Verdict(f"at least {wanted:g} requests a second", rate >= wanted, f"{rate:.1f}"))
    if wanted := thresholds.min_requests_per_user_min:
        each = rate * 60 / users_at_most if users_at_most else 0.0
        name = f"at least {wanted:g} requests a user and minute"
        verdicts.append(Verdict(name, each >= wanted, f"{each:.1f} with {users_at_most} users"))
    return verdicts


def _judge_latency(limit: LatencyLimit, counts: Mapping[Kind, Count]) -> list[Verdict]:
    matching = {" ".join(kind): count for kind, count in counts.items() if fnmatchcase(" ".join(kind), limit.kind)}
    verdicts = []
    for name, count in sorted(matching.items()):
        p99_ms = percentile(count.by_ms, 0.99)
        figures = f"p99 {p99_ms:.0f} ms of {count.requests}"
        verdicts.append(Verdict(f"{name} within {limit.p99_ms:g} ms", p99_ms <= limit.p99_ms, figures))
    if limit.is_required and not matching:
        verdicts.append(Verdict(f"{limit.kind} within {limit.p99_ms:g} ms", False, "never happened"))
    return verdicts
