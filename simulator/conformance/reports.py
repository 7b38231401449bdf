"""What a run came to, for CI systems (JUnit XML) and for people (HTML with a chart of each case that did not pass)."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement

from simulator.conformance.chart import draw_svg, draw_text
from simulator.conformance.verdicts import Result, Verdict
from simulator.reports.html import Markup, write_page, write_section
from simulator.reports.junit import write_xml

_STYLE = """
.chart { font: 11px ui-monospace, monospace; margin: .5rem 0 1.5rem; } .chart text { fill: currentColor; }
.chart .end { text-anchor: middle; font-weight: 600; } .chart .words, .chart .note { text-anchor: middle; }
.chart .note { font-style: italic; opacity: .7; } .chart .life { stroke: var(--line); stroke-dasharray: 3 3; }
.chart .frame { stroke: var(--bar); } .chart .head { fill: none; stroke: var(--bar); }
"""
_COLOURS = {Verdict.PASS: "held", Verdict.FAIL: "failed", Verdict.ERROR: "failed", Verdict.NOT_APPLICABLE: ""}


def count(results: Sequence[Result]) -> dict[Verdict, int]:
    """How many of each verdict."""
    return {verdict: sum(result.verdict is verdict for result in results) for verdict in Verdict}


def summarise(results: Sequence[Result]) -> str:
    """One line."""
    return ", ".join(f"{number} {verdict}" for verdict, number in count(results).items() if number) or "no case"


def write_junit(results: Sequence[Result], *, what: str) -> str:
    """A suite for each block; a failure has the chart of its log."""
    total = count(results)
    root = Element(
        "testsuites",
        tests=str(len(results)),
        failures=str(total[Verdict.FAIL]),
        errors=str(total[Verdict.ERROR]),
        skipped=str(total[Verdict.NOT_APPLICABLE]),
    )
    for block, members in _blocks(results):
        numbers = count(members)
        suite = SubElement(
            root,
            "testsuite",
            name=f"{what}: {block}",
            tests=str(len(members)),
            failures=str(numbers[Verdict.FAIL]),
            errors=str(numbers[Verdict.ERROR]),
            skipped=str(numbers[Verdict.NOT_APPLICABLE]),
            time=f"{sum(one.elapsed_s for one in members):.3f}",
        )
        for result in members:
            _add_case(suite, result)
    return write_xml(root)


def _add_case(suite: Element, result: Result) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=f"ocpp{result.version}",
        name=f"{result.case_id} {result.title}",
        time=f"{result.elapsed_s:.3f}",
    )
    if result.verdict is Verdict.NOT_APPLICABLE:
        SubElement(case, "skipped", message=_for_xml(result.reason))
    elif result.verdict is not Verdict.PASS:
        name = "failure" if result.verdict is Verdict.FAIL else "error"
        SubElement(case, name, message=_for_xml(result.reason)).text = _for_xml(draw_text(result.records))


def _for_xml(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold, which a peer may well send."""
    return "".join(sign if sign in "\t\n\r" or " " <= sign <= "\ud7ff" or sign > "\udfff" else "�" for sign in text)


def write_html(results: Sequence[Result], *, what: str) -> str:
    """The numbers, the cases by block, and a sequence chart of each that did not pass."""
    bad = [one for one in results if one.verdict in (Verdict.FAIL, Verdict.ERROR)]
    parts = [f'<h1>{escape(what)}</h1><p class="{"failed" if bad else "held"}">{summarise(results)}</p>']
    for block, members in _blocks(results):
        parts.append(write_section(block, ("Case", "Title", "Verdict", "s", "Reason"), map(_row, members)))
    for result in bad:
        parts.append(
            f'<h2 id="{escape(result.case_id)}">{escape(result.case_id)} {escape(result.title)}</h2>'
            f'<p class="failed">{escape(result.reason)}</p><div class="wide">{draw_svg(result.records)}</div>'
        )
    return write_page(what, "".join(parts), style=_STYLE)


def _row(result: Result) -> Sequence[object]:
    case_id: object = result.case_id
    if result.verdict in (Verdict.FAIL, Verdict.ERROR):
        case_id = Markup(f'<a href="#{escape(result.case_id)}">{escape(result.case_id)}</a>')
    word = Markup(f'<span class="{_COLOURS[result.verdict]}">{result.verdict}</span>')
    return case_id, result.title, word, f"{result.elapsed_s:.2f}", result.reason


def _blocks(results: Sequence[Result]) -> Iterator[tuple[str, list[Result]]]:
    for block, members in groupby(results, key=lambda one: one.block):
        yield block, list(members)
