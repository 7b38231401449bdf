"""Whether a benchmark became worse: `python -m loadtest.bench.compare <folder before> <folder now>`.

A folder holds what `dev.py bench` printed: `gateway.json`, `backoffice.json`, `storm.json`. Each figure of FIGURES may
be worse by its ratio. Prints a table; exit 1 where one is worse than that, or is not there any more.

Two nights are two machines. What is a ratio already, or memory, is compared as it is. What is a time is compared as if
both machines were as fast: by the cost of a message to the peer of `bench gateway`, which does not change with us.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

Report = Mapping[str, Any]  # Any: JSON
_PEER = ("gateway", "peer.us_per_message")


class Better(Enum):
    """Which way a figure should go."""

    LESS = "less"
    MORE = "more"


class Figure(NamedTuple):
    """One number of a report, by its path; `*` is every name that is there.

    `ratio`: by how much it may be worse. `is_time`: whether it is one, and so depends on the machine.
    """

    benchmark: str
    path: str
    better: Better
    ratio: float
    is_time: bool = False


FIGURES = (
    Figure("gateway", "metervalues_durable.ratio_to_peer", Better.MORE, 1.25),
    Figure("gateway", "metervalues_durable.kib_per_connection", Better.LESS, 1.15),
    Figure("gateway", "metervalues_durable_traced.ratio_to_untraced", Better.LESS, 1.1),
    Figure("gateway", "transactionevent_durable.ratio_to_metervalues", Better.LESS, 1.25),
    Figure("backoffice", "nearby.kinds.*.p50_ms", Better.LESS, 1.5, is_time=True),
    Figure("backoffice", "authorization.kinds.*.p50_ms", Better.LESS, 1.5, is_time=True),
    Figure("backoffice", "readings.us_per_reading", Better.LESS, 1.3, is_time=True),
    Figure("backoffice", "pricing_cpu_us.*", Better.LESS, 1.3, is_time=True),
    Figure("backoffice", "rest.*.cpu_us", Better.LESS, 1.4, is_time=True),
    Figure("storm", "plain.connect_and_boot_p50_ms", Better.LESS, 1.5, is_time=True),
    Figure("storm", "tls.connect_and_boot_p50_ms", Better.LESS, 1.5, is_time=True),
)


class Compared(NamedTuple):
    """A figure of both nights. `worse`: how many times as bad it is now; below 1 it is better."""

    name: str
    before: float
    now: float
    worse: float
    allowed: float

    @property
    def is_bad(self) -> bool:
        """Whether it is worse than it may be."""
        return self.worse > self.allowed


class FigureGone(Exception):
    """A figure of before is not there now: what was measured is not measured any more."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was measured before, and is not now")


def compare(before: Mapping[str, Report], now: Mapping[str, Report]) -> Iterator[Compared]:
    """Each figure that there was before. Raises FigureGone."""
    slower = _slower(before, now)
    for figure in FIGURES:
        found = dict(_read(now.get(figure.benchmark, {}), figure.path))
        for path, earlier in _read(before.get(figure.benchmark, {}), figure.path):
            name = f"{figure.benchmark}: {path}"
            if path not in found:
                raise FigureGone(name)
            ratio = found[path] / earlier if earlier else 1.0
            worse = ratio if figure.better is Better.LESS else 1 / ratio
            yield Compared(name, earlier, found[path], worse / slower if figure.is_time else worse, figure.ratio)


def _slower(before: Mapping[str, Report], now: Mapping[str, Report]) -> float:
    """How many times as long the same work takes on the machine of now; 1 where nobody knows."""
    benchmark, path = _PEER
    costs = [cost for reports in (now, before) for _, cost in _read(reports.get(benchmark, {}), path)]
    return costs[0] / costs[1] if len(costs) == 2 else 1.0


def _read(report: Any, path: str, *, at: str = "") -> Iterator[tuple[str, float]]:  # Any: JSON
    if not path:
        yield at, float(report)
        return
    name, _, rest = path.partition(".")
    names = sorted(report) if name == "*" else [name] if name in report else []
    for one in names:
        yield from _read(report[one], rest, at=f"{at}.{one}" if at else one)


def read_reports(folder: Path) -> Mapping[str, Report]:
    """What the benchmarks printed, by their names; those that are not there are left out."""
    names = {figure.benchmark for figure in FIGURES}
    files = {name: folder / f"{name}.json" for name in sorted(names)}
    return {name: json.loads(file.read_text("utf-8")) for name, file in files.items() if file.exists()}


def table(compared: Sequence[Compared]) -> str:
    """As Markdown, the worst first."""
    rows = [
        f"| {'**worse**' if one.is_bad else 'ok'} | {one.name} | {one.before:g} | {one.now:g} "
        f"| {one.worse:.2f} | {one.allowed:g} |"
        for one in sorted(compared, key=lambda one: one.allowed / one.worse)
    ]
    head = ["| | figure | before | now | times as bad | may be |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *rows])


def main(argv: Sequence[str] | None = None) -> int:
    """0 where nothing is worse than it may be, or nothing was before; else 1."""
    parser = argparse.ArgumentParser(
        prog="compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("now", type=Path)
    options = parser.parse_args(argv)
    before, now = read_reports(options.before), read_reports(options.now)
    if not before:
        print("There are no figures of before: those of now are the first.")
        return 0
    try:
        compared = list(compare(before, now))
    except FigureGone as error:
        print(error)
        return 1
    print(table(compared))
    return 1 if any(one.is_bad for one in compared) else 0


if __name__ == "__main__":
    sys.exit(main())
