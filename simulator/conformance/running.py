"""What both verbs of `chargeyard conform` share: which cases, the progress, the reports and the exit code."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.conformance.chart import draw_text
from simulator.conformance.expectations import read_expected_failures, surprises
from simulator.conformance.judging import Trial, judge_all
from simulator.conformance.reports import summarise, write_html, write_junit
from simulator.conformance.verdicts import Result, Verdict
from simulator.errors import InvalidPlan, SimulatorError

AS_DECLARED, SURPRISED, WRONG_ARGUMENTS, INTERRUPTED = 0, 1, 2, 130

EXIT_CODES = """\
exit codes:
  0    every case passed, is not applicable, or failed as --expect-failures declares
  1    a case failed or erred that was not declared, or a declared failure passed
  2    the arguments make no run
  130  Ctrl-C
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases are run, which are to fail, and where the reports go."""

    cases: frozenset[str]
    expected: frozenset[str]
    junit: Path | None
    html: Path | None


def add_run_arguments(verb: argparse.ArgumentParser) -> None:
    """The arguments of a run, whoever is judged."""
    verb.add_argument("--case", action="append", default=[], metavar="ID", help="only this case; may be given again")
    verb.add_argument("--list", action="store_true", help="print the cases and what they need, and run none")
    verb.add_argument("--junit", type=Path, metavar="FILE", help="write the verdicts as JUnit XML")
    verb.add_argument("--html", type=Path, metavar="FILE", help="write the verdicts with a chart of each failure")
    verb.add_argument(
        "--expect-failures",
        type=Path,
        metavar="FILE",
        help="cases that are known to fail, an id a line, with its reason behind #; one that passes is an error",
    )
    verb.add_argument("--patience", type=float, default=10.0, metavar="S", help="an answer is late after S (10)")
    verb.add_argument("--case-seconds", type=float, metavar="S", help="a case errs after S (180)")


def select(arguments: argparse.Namespace, known: Sequence[str]) -> Selection:
    """What the arguments say. Raises InvalidPlan."""
    unknown = [case_id for case_id in arguments.case if case_id not in known]
    if unknown:
        raise InvalidPlan(f"there is no case {', '.join(unknown)} for this version: see --list")
    for path in (arguments.junit, arguments.html):
        if path is not None and not path.absolute().parent.is_dir():
            raise InvalidPlan(f"{path} cannot be written: there is no folder {path.absolute().parent}")
    expected: frozenset[str] = frozenset()
    if arguments.expect_failures is not None:
        expected = read_expected_failures(arguments.expect_failures, known)
    return Selection(frozenset(arguments.case or known), expected, arguments.junit, arguments.html)


async def run_trials(
    trials: Sequence[Trial], selection: Selection, *, what: str, jobs: int, limit_s: float | None
) -> int:
    """The exit code; progress, charts of failures and the summary are printed, the reports written."""
    chosen = [trial for trial in trials if trial.case_id in selection.cases]
    done: list[Result] = []

    def show(result: Result) -> None:
        done.append(result)
        _print_result(result, number=len(done), of=len(chosen), is_expected=result.case_id in selection.expected)

    results = await judge_all(chosen, jobs=jobs, limit_s=limit_s, on_result=show)
    if selection.junit is not None:
        await asyncio.to_thread(selection.junit.write_text, write_junit(results, what=what), "utf-8")
    if selection.html is not None:
        await asyncio.to_thread(selection.html.write_text, write_html(results, what=what), "utf-8")
    print(f"\n{what}: {summarise(results)}")
    surprising = surprises(results, selection.expected)
    for sentence in surprising:
        print(f"  {sentence}")
    return SURPRISED if surprising else AS_DECLARED


def complete(act: Callable[[], Awaitable[int]]) -> int:
    """The exit code of a run; one sentence for what a person can act on."""
    try:
        return asyncio.run(_await(act))
    except* InvalidPlan as errors:
        code = _say(errors, WRONG_ARGUMENTS)
    except* (SimulatorError, OSError) as errors:
        code = _say(errors, SURPRISED)
    except* KeyboardInterrupt:
        code = INTERRUPTED
    return code


async def _await(act: Callable[[], Awaitable[int]]) -> int:
    return await act()


def _say(errors: BaseExceptionGroup[Exception], code: int) -> int:
    for error in errors.exceptions:
        if isinstance(error, BaseExceptionGroup):
            _say(error, code)
        else:
            print(f"chargeyard conform: {error}", file=sys.stderr)
    return code


def _print_result(result: Result, *, number: int, of: int, is_expected: bool) -> None:
    declared = " (declared)" if is_expected else ""
    line = f"[{number:>3}/{of}] {result.verdict:<5} {result.case_id:<22} {result.title}{declared}"
    print(f"{line}  {result.elapsed_s:.1f} s", flush=True)
    if result.verdict is Verdict.NOT_APPLICABLE:
        print(f"          {result.reason}", flush=True)
    elif result.verdict is not Verdict.PASS:
        print(f"          {result.reason}\n{draw_text(result.records)}\n", flush=True)
