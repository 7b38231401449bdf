"""The table of conformance says what the tests say."""

import ast
import re
from pathlib import Path

from tests.conformance.report import (
    MARK,
    NO_TEST,
    TABLE,
    Case,
    Shown,
    judge_case,
    read_cases,
    read_not_applicable,
    render,
)

TESTS = Path(__file__).parents[1]
CASE = Case("TC_1", "1.6", "t", "p", "e")


def marks_in_the_tree() -> dict[str, set[str]]:
    """Case id -> tests that are marked with it, read from the sources."""
    marked: dict[str, set[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            name = f"{path.relative_to(TESTS.parent).as_posix()}::{node.name}"
            calls = (inner for decorator in node.decorator_list for inner in ast.walk(decorator))
            for call in calls:
                if isinstance(call, ast.Call) and ast.unparse(call.func) == f"pytest.mark.{MARK}":
                    marked.setdefault(ast.literal_eval(call.args[1]), set()).add(name)
    return marked


def test_cases_are_the_programmes() -> None:
    cases = read_cases()

    assert len(cases) == len({case.id for case in cases}) == 407
    assert sum(case.version == "1.6" for case in cases) == 77


def test_every_mark_names_a_case_and_is_in_the_written_table() -> None:
    ids = {case.id for case in read_cases()}
    marked = marks_in_the_tree()
    written = dict(re.findall(r"^\| (TC_\S+) \| \S+ \| \S+ \| (.*?) \|", TABLE.read_text(), flags=re.MULTILINE))

    assert marked.keys() <= ids
    assert written.keys() == ids
    assert {case: set(re.findall(r"`(.+?)`", tests)) for case, tests in written.items() if tests} == marked


def test_no_case_of_1_6_is_left_out() -> None:
    marked = marks_in_the_tree()
    excused = read_not_applicable()

    assert [case.id for case in read_cases() if case.version == "1.6" and case.id not in marked | excused] == []


def test_verdicts() -> None:
    passed, failed = Shown(tests={"a"}), Shown(tests={"a"}, failed={"a[1]"})

    assert judge_case(CASE, passed, {}) == ("pass", "`a`", "")
    assert judge_case(CASE, failed, {})[0] == "fail"
    assert judge_case(CASE, None, {}) == ("fail", "", NO_TEST)
    assert judge_case(CASE, None, {"TC_1": "why"}) == ("n/a", "", "why")
    assert "| 1.6 | 1 | 0 | 0 |" in render([CASE], {"TC_1": passed}, {})
