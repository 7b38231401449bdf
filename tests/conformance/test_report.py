"""The table of conformance says what the tests say."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.conformance.report import (
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


_COLLECT = """
import json, sys, pytest
from tests.conformance.report import marked_cases, plain_name

class Marks:
    def pytest_collection_finish(self, session):
        found = [(case, plain_name(item)) for item in session.items for case in marked_cases(item)]
        print("MARKS", json.dumps(found))

sys.exit(pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", "tests"], plugins=[Marks()]))
"""


@cache
def marks_in_the_tree() -> dict[str, set[str]]:
    """Case id -> tests that are marked with it, as pytest collects them."""
    command = [sys.executable, "-c", _COLLECT]
    collected = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, check=True, timeout=60)
    (found,) = re.findall(r"^MARKS (.*)$", collected.stdout, flags=re.MULTILINE)
    marked: dict[str, set[str]] = {}
    for case, test in json.loads(found):
        marked.setdefault(case, set()).add(test)
    return marked


def test_cases_are_the_programmes() -> None:
    cases = read_cases()

    assert len(cases) == len({case.id for case in cases}) == 407
    assert sum(case.version == "1.6" for case in cases) == 77


@pytest.mark.slow
def test_every_mark_names_a_case_and_is_in_the_written_table() -> None:
    ids = {case.id for case in read_cases()}
    marked = marks_in_the_tree()
    written = dict(re.findall(r"^\| (TC_\S+) \| \S+ \| \S+ \| (.*?) \|", TABLE.read_text(), flags=re.MULTILINE))

    assert marked.keys() <= ids
    assert written.keys() == ids
    assert {case: set(re.findall(r"`(.+?)`", tests)) for case, tests in written.items() if tests} == marked


@pytest.mark.slow
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
