"""Scripts become verdicts; verdicts become reports, sentences and exit codes."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from simulator.conformance.chart import draw_svg, draw_text
from simulator.conformance.expectations import read_expected_failures, surprises
from simulator.conformance.judging import Trial, judge, judge_all
from simulator.conformance.log import Heading, Record, WireLog
from simulator.conformance.reports import summarise, write_html, write_junit
from simulator.conformance.verdicts import CannotJudge, Failed, NotApplicable, Result, Verdict
from simulator.errors import InvalidPlan


def trial(run: Callable[[WireLog], Awaitable[None]], *, case_id: str = "TC_1", missing: str = "") -> Trial:
    return Trial(case_id, "1.6", "Core", "A case", run, missing)


def raises(*errors: Exception) -> Callable[[WireLog], Awaitable[None]]:
    async def run(log: WireLog) -> None:
        log.write(Heading.TO_CSMS, '[2,"1","Heartbeat",{}]')
        if len(errors) > 1:
            raise ExceptionGroup("both", errors)
        for error in errors:
            raise error

    return run


@pytest.mark.parametrize(
    ("errors", "verdict", "reason"),
    [
        ((), Verdict.PASS, ""),
        ((Failed("wrong"),), Verdict.FAIL, "wrong"),
        ((NotApplicable("not there"),), Verdict.NOT_APPLICABLE, "not there"),
        ((CannotJudge("away"),), Verdict.ERROR, "away"),
        ((CannotJudge("away"), Failed("wrong")), Verdict.FAIL, "wrong"),
        ((Failed("wrong"), CannotJudge("away")), Verdict.FAIL, "wrong"),
    ],
)
async def test_verdict_of_a_script(errors: tuple[Exception, ...], verdict: Verdict, reason: str) -> None:
    result = await judge(trial(raises(*errors)), limit_s=5)

    assert (result.verdict, result.reason) == (verdict, reason)
    assert [one.heading for one in result.records] == [Heading.TO_CSMS]


async def test_fault_of_a_script_is_an_error_of_its_case_alone() -> None:
    trials = [trial(raises(KeyError("field"))), trial(raises(), case_id="TC_2")]
    first, second = await judge_all(trials, jobs=2, limit_s=5, on_result=lambda _result: None)

    assert first.verdict is Verdict.ERROR
    assert first.reason.startswith("The judge is at fault: KeyError('field') at test_judging.py:")
    assert second.verdict is Verdict.PASS


async def test_case_that_does_not_end_errs() -> None:
    async def forever(_log: WireLog) -> None:
        await asyncio.Event().wait()

    result = await judge(trial(forever), limit_s=0.01)

    assert (result.verdict, result.reason) == (Verdict.ERROR, "The case was not over after 0.01 s.")


async def test_case_whose_needs_are_missing_is_not_run() -> None:
    result = await judge(trial(raises(Failed("it was run")), missing="no cards"), limit_s=5)

    assert (result.verdict, result.reason, result.records) == (Verdict.NOT_APPLICABLE, "no cards", ())


async def test_results_are_in_order_and_no_more_run_at_a_time_than_may() -> None:
    running, most = set(), 0

    def waits(number: int) -> Callable[[WireLog], Awaitable[None]]:
        async def run(_log: WireLog) -> None:
            nonlocal most
            running.add(number)
            most = max(most, len(running))
            for _ in range(8 - number):
                await asyncio.sleep(0)
            running.discard(number)

        return run

    trials = [trial(waits(number), case_id=f"TC_{number}") for number in range(6)]
    results = await judge_all(trials, jobs=2, limit_s=5, on_result=lambda _result: None)

    assert [one.case_id for one in results] == [one.case_id for one in trials]
    assert most == 2


RECORDS = (
    Record(0.0, Heading.NOTE, "upgrade: HTTP 101 ocpp1.6", "CP"),
    Record(0.1, Heading.TO_CSMS, '[2,"1","Heartbeat",{}]', "CP"),
    Record(0.25, Heading.TO_STATION, '[3,"1",{"currentTime":"<now>"}]', "CP"),
)


def result(case_id: str, verdict: Verdict, reason: str = "", block: str = "Core") -> Result:
    return Result(case_id, "1.6", block, f"Title of {case_id}", verdict, reason, 1.5, RECORDS)


RESULTS = (
    result("TC_1", Verdict.PASS),
    result("TC_2", Verdict.FAIL, "It said \x01 <no>."),
    result("TC_3", Verdict.NOT_APPLICABLE, "no cards"),
    result("TC_4", Verdict.ERROR, "away", block="Reset"),
)


def test_junit_has_a_suite_for_each_block_and_the_chart_of_a_failure() -> None:
    root = ElementTree.fromstring(write_junit(RESULTS, what="CSMS"))

    suites = root.findall("testsuite")
    assert [(one.get("name"), one.get("tests"), one.get("failures")) for one in suites] == [
        ("CSMS: Core", "3", "1"),
        ("CSMS: Reset", "1", "0"),
    ]
    assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]
    (failure,) = root.iter("failure")
    assert "Heartbeat" in str(failure.text)
    assert root.find(".//skipped").get("message") == "no cards"  # type: ignore[union-attr]


def test_html_charts_what_did_not_pass_and_nothing_else() -> None:
    page = write_html(RESULTS, what="CSMS <x>")

    assert page.count("<svg") == 2
    assert "CSMS &lt;x&gt;" in page
    assert 'href="#TC_2"' in page
    assert 'href="#TC_1"' not in page
    assert "<no>" not in page
    ElementTree.fromstring(draw_svg(RECORDS))


def test_chart_shows_time_direction_and_text() -> None:
    lines = draw_text(RECORDS, width=60).splitlines()

    assert lines[0].split() == ["station", "CSMS"]
    assert any('   0.100  | [2, "1", "Heartbeat", {}]' in line for line in lines)
    assert sum(line.endswith(">|") for line in lines) == 1
    assert sum("|<--" in line for line in lines) == 1
    assert any("upgrade: HTTP 101" in line for line in lines)
    assert len({len(line) for line in lines[1:]}) == 1


def test_summary_counts_each_verdict() -> None:
    assert summarise(RESULTS) == "1 pass, 1 fail, 1 n/a, 1 error"


def test_only_what_was_not_declared_is_a_surprise() -> None:
    assert [sentence.split()[0] for sentence in surprises(RESULTS, frozenset())] == ["TC_2", "TC_4"]
    assert [sentence.split()[0] for sentence in surprises(RESULTS, frozenset(("TC_2",)))] == ["TC_4"]
    (passes, errs) = surprises(RESULTS, frozenset(("TC_1", "TC_2", "TC_4")))
    assert passes.startswith("TC_1 was declared to fail, and passes")
    assert errs.startswith("TC_4")


def test_declared_failures_are_read_with_their_reasons(tmp_path: Path) -> None:
    file = tmp_path / "known.txt"
    file.write_text("# by the supplier\nTC_2  # sends no id\n\nTC_3\n")

    assert read_expected_failures(file, ["TC_1", "TC_2", "TC_3"]) == {"TC_2", "TC_3"}
    with pytest.raises(InvalidPlan, match="declares what is no case: TC_3"):
        read_expected_failures(file, ["TC_2"])
    with pytest.raises(InvalidPlan, match="cannot be read"):
        read_expected_failures(tmp_path / "none", [])
