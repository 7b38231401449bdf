"""docs/generated/conformance.md: a row for every certification case, made from test marks and from what the tests did.

    python3 dev.py conformance            run the marked tests and write the table

1. A case passes where every test that is marked with it passed; it fails where one failed, or where there is none.
2. What does not concern a CSMS like ours is n/a, with its reason in `not_applicable.csv`.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "docs" / "generated" / "conformance.md"
MARK = "ocpp"
NO_TEST = "no test yet"


@dataclass(frozen=True, slots=True)
class Case:
    """One row of `cases.csv`."""

    id: str
    version: str
    title: str
    profile: str
    expectation: str


@dataclass(slots=True)
class Shown:
    """The tests of one case, and how they ended."""

    tests: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)


def read_cases() -> list[Case]:
    """The certification cases, in the order of the programme."""
    with (HERE / "cases.csv").open(newline="") as file:
        return [Case(**row) for row in csv.DictReader(file)]


def read_not_applicable() -> dict[str, str]:
    """Case id -> why it does not concern us."""
    with (HERE / "not_applicable.csv").open(newline="") as file:
        return {row["id"]: row["reason"] for row in csv.DictReader(file)}


def marked_cases(item: pytest.Item) -> list[str]:
    """The case ids that a test is marked with."""
    return [mark.args[1] for mark in item.iter_markers(MARK)]


def plain_name(item: pytest.Item) -> str:
    """Where a test stands, without its parameters."""
    return item.nodeid.partition("[")[0]


def render(cases: list[Case], shown: dict[str, Shown], not_applicable: dict[str, str]) -> str:
    """The table as Markdown, with the sums above it."""
    rows, sums = [], defaultdict(lambda: defaultdict(int))
    for case in cases:
        verdict, tests, reason = judge_case(case, shown.get(case.id), not_applicable)
        sums[case.version][verdict] += 1
        rows.append(f"| {case.id} | {case.version} | {verdict} | {tests} | {reason} |")
    totals = [
        f"| {version} | {counts['pass']} | {counts['fail']} | {counts['n/a']} |" for version, counts in sums.items()
    ]
    return "\n".join(
        [
            "# Conformance",
            "",
            "Written by `python3 dev.py conformance` from the marks of tests and from how they ended; the cases and",
            "what each expects are in `tests/conformance/cases.csv`.",
            "",
            "| version | pass | fail | n/a |",
            "|---|---|---|---|",
            *totals,
            "",
            "| id | version | verdict | test | reason |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def judge_case(case: Case, shown: Shown | None, not_applicable: dict[str, str]) -> tuple[str, str, str]:
    """Verdict, tests, reason."""
    if case.id in not_applicable:
        return "n/a", "", not_applicable[case.id]
    if shown is None:
        return "fail", "", NO_TEST
    tests = "<br>".join(f"`{test}`" for test in sorted(shown.tests))
    return ("fail", tests, f"{len(shown.failed)} failed") if shown.failed else ("pass", tests, "")


class ConformanceReport:
    """The pytest plugin that watches marked tests and writes the table at the end."""

    def __init__(self) -> None:
        self._cases_of: dict[str, tuple[str, list[str]]] = {}
        self._shown: dict[str, Shown] = defaultdict(Shown)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Only marked tests run."""
        marked = [item for item in items if marked_cases(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in marked])
        items[:] = marked
        self._cases_of = {item.nodeid: (plain_name(item), marked_cases(item)) for item in marked}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of a test ended."""
        name, cases = self._cases_of[report.nodeid]
        for case in cases:
            self._shown[case].tests.add(name)
            if report.failed or report.skipped:
                self._shown[case].failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """The table is written."""
        TABLE.parent.mkdir(parents=True, exist_ok=True)
        TABLE.write_text(render(read_cases(), dict(self._shown), read_not_applicable()))


def pytest_configure(config: pytest.Config) -> None:
    """Loaded by `-p`, this module watches the run."""
    config.pluginmanager.register(ConformanceReport())
