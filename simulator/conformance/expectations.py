"""Failures that are declared: a file of case ids, each with the reason behind `#`.

What is declared and fails is no news; what is declared and passes is: the file is out of date then.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from simulator.conformance.verdicts import Result, Verdict
from simulator.errors import InvalidPlan


def read_expected_failures(path: Path, known: Iterable[str]) -> frozenset[str]:
    """The ids. Raises InvalidPlan for a file that cannot be read and for a case that is not there."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise InvalidPlan(f"{path} cannot be read: {error}") from error
    ids = frozenset(case_id for line in lines if (case_id := line.partition("#")[0].strip()))
    unknown = ids - frozenset(known)
    if unknown:
        raise InvalidPlan(f"{path} declares what is no case: {', '.join(sorted(unknown))}")
    return ids


def surprises(results: Sequence[Result], expected: frozenset[str]) -> list[str]:
    """Every result that is not as it was declared, in a sentence; an error is never declared."""
    sentences = []
    for result in results:
        is_expected = result.case_id in expected
        if result.verdict is Verdict.PASS and is_expected:
            sentences.append(f"{result.case_id} was declared to fail, and passes: take it out of the file.")
        elif result.verdict in (Verdict.FAIL, Verdict.ERROR) and not (is_expected and result.verdict is Verdict.FAIL):
            sentences.append(f"{result.case_id} {result.title}: {result.verdict}: {result.reason}")
    return sentences
