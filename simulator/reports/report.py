"""A report: the figures, and what the assertions make of them."""

from collections.abc import Sequence

import msgspec

from simulator.figures import Figures
from simulator.scenarios.assertions import Assertion, Verdict

FORMAT = 1


class Report(msgspec.Struct, frozen=True):
    """`format` is the JSON's; `has_held` whether every assertion has."""

    format: int
    has_held: bool
    verdicts: tuple[Verdict, ...]
    figures: Figures


def judge(figures: Figures, assertions: Sequence[Assertion]) -> Report:
    """The figures, and what every assertion says of them."""
    verdicts = tuple(assertion.judge(figures) for assertion in assertions)
    return Report(FORMAT, all(verdict.has_held for verdict in verdicts), verdicts, figures)


def write_json(report: Report) -> str:
    """Everything, for programs."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
