"""The report of a run."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

from loadtest.chart import draw_lines
from loadtest.metrics import Sample
from loadtest.report import Run, draw_report
from loadtest.thresholds import Verdict

RUN = Run(users=20, shape="ramp", minutes=2.0, url="http://127.0.0.1:8000", began_at=datetime(2026, 5, 4, tzinfo=UTC))
BOOT = ("OCPP 1.6", "BootNotification")


def report(*verdicts: Verdict, error: str = "CALLERROR InternalError: <boom>") -> str:
    samples = [
        Sample(at_s, 20, BOOT, requests=5, failures=0, p50_ms=at_s, p99_ms=at_s * 10) for at_s in (2.0, 4.0, 6.0)
    ]
    stats = [
        {"Type": "OCPP 1.6", "Name": "BootNotification", "Request Count": "15", "Failure Count": "1"}
        | {"Requests/s": "7.4999", "50%": "4", "90%": "5", "99%": "60", "99.9%": "60", "Max Response Time": "61.5"}
    ]
    failures = [{"Method": "OCPP 1.6", "Name": "BootNotification", "Error": error, "Occurrences": "1"}]
    return draw_report(RUN, verdicts, samples, stats=stats, failures=failures)


def test_report_says_first_whether_every_threshold_has_held() -> None:
    good, bad = Verdict("a", True, "1"), Verdict("b within 5 ms", False, "p99 6 ms of 9")

    assert "Every threshold has held." in report(good)
    held = report(good, bad)
    assert "1 of 2 thresholds failed." in held
    assert held.index("b within 5 ms") < held.index("The whole run")


def test_report_has_figures_and_a_line_for_each_action() -> None:
    text = report()

    assert '<td class="n">7.5</td>' in text
    assert "15 requests and journeys in 6 s" in text
    assert 'aria-label="Latency of OCPP 1.6 BootNotification over time"' in text
    assert 'class="p50"' in text
    assert 'class="p99"' in text


def test_report_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    text = report(Verdict("<script>alert(1)</script>", False, "&"))

    assert "<script" not in text
    assert "&lt;boom&gt;" in text
    assert not re.search(r"<(link|img|iframe|script|object)|@import|url\(", text)


def test_lines_are_drawn_within_the_picture_and_higher_for_more() -> None:
    svg = draw_lines([("p99", [(0.0, 1.0), (10.0, 10.0), (20.0, 1000.0)])], title="T", unit="ms", is_log=True)

    root = ElementTree.fromstring(svg)
    width, height = (float(number) for number in root.attrib["viewBox"].split()[2:])
    line = next(one for one in root.iter() if one.tag.endswith("polyline"))
    points = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in points)
    assert points[0][1] > points[1][1] > points[2][1]
    assert points[0][0] < points[1][0] < points[2][0]


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw_lines([("users", [])], title="T", unit="", is_log=False) == ""
