"""Reports say the figures, each in its kind of file, and metrics say them while the fleet lives."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.request import urlopen
from xml.etree import ElementTree

import msgspec
import pytest

from simulator.cli.table import Block, draw_table
from simulator.control.address import Address
from simulator.errors import InvalidPlan
from simulator.faults.kinds import Fault, FaultKind
from simulator.figures import Observer, SiteFigures, measure, measure_sites
from simulator.metrics import served_metrics
from simulator.plan import DriverPlan, PlannedFault, Settings, StationPlan
from simulator.reports.files import check_report_file, write_report
from simulator.reports.histogram import draw_histogram
from simulator.reports.report import Report, judge
from simulator.scenarios.assertions import AllOnline, NoFailedCalls, SessionsAtLeast
from simulator.traffic import Latencies
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import TOKEN

STATIONS = 6


@pytest.fixture(scope="module")
def lived() -> tuple[World, Observer]:
    """Some stations at two sites have lived for five minutes, with an outage for a third of them."""
    plans = [
        StationPlan(f"CP{n}", site="east" if n % 3 else "west", settings=Settings(sample_interval_s=10))
        for n in range(STATIONS)
    ]
    drivers = DriverPlan(tokens={"default": (TOKEN,) * 9}, session_s=(20, 60), arrival_s=30)
    outage = PlannedFault(Fault(FaultKind.OUTAGE, begins_s=60, lasts_s=20), sites=frozenset(("west",)))
    observer = Observer(STATIONS)
    world = World(*plans, drivers=drivers, faults=(outage,), on_event=observer.hear)
    world.run_for(300)
    return world, observer


@pytest.fixture(scope="module")
def report(lived: tuple[World, Observer]) -> Report:
    world, observer = lived
    began_at = world.clock.instant(0)
    figures = measure(
        world.fleet, observer, scenario="a<b", seed=1, url="ws://csms/ocpp", began_at=began_at, elapsed_s=300.0
    )
    return judge(figures, (AllOnline(), NoFailedCalls(), SessionsAtLeast(1000)))


def test_figures_add_up(lived: tuple[World, Observer], report: Report) -> None:
    world, _ = lived
    figures = report.figures

    assert (figures.stations, figures.booted) == (STATIONS, STATIONS)
    assert figures.all_booted_s == pytest.approx(1, abs=1)
    assert figures.sessions_ended == sum(site.sessions_ended for site in figures.sites) > 5
    assert figures.energy_wh == sum(site.energy_wh for site in figures.sites) > 1000
    assert {site.site: site.stations for site in figures.sites} == {"west": 2, "east": 4}
    assert figures.sockets_lost == figures.faults["outage"] == 2
    assert sum(one.answered for one in figures.actions) == world.fleet.traffic.answered_count
    assert figures.find_action("StartTransaction") is not None
    assert figures.find_action("NoSuch") is None
    assert figures.readings_acknowledged > 0


def test_assertions_are_judged(report: Report) -> None:
    assert [verdict.has_held for verdict in report.verdicts] == [True, True, False]
    assert not report.has_held


def test_json_report_is_the_report(tmp_path: Path, report: Report) -> None:
    path = tmp_path / "report.json"

    write_report(path, report)

    assert msgspec.json.decode(path.read_bytes(), type=Report) == report
    assert json.loads(path.read_text())["figures"]["sites"][0]["site"] == "west"


def test_junit_report_has_a_case_for_each_assertion(tmp_path: Path, report: Report) -> None:
    path = tmp_path / "report.xml"

    write_report(path, report)

    suite = ElementTree.parse(path).getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("fleet a<b", "3", "1")
    failures = [case.get("name") for case in suite.findall("testcase") if case.find("failure") is not None]
    assert failures == ["sessions_at_least 1000"]


class Page(HTMLParser):
    """Tags that are opened and closed in order, and what they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.bars = 0
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        self.bars += tag == "rect"
        if tag not in ("meta", "line"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.bars += tag == "rect"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_report_stands_alone_and_draws_each_action(tmp_path: Path, report: Report) -> None:
    path = tmp_path / "report.html"

    write_report(path, report)

    text = path.read_text("utf-8")
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    assert page.links == []
    assert "<script" not in text
    assert "a&lt;b" in text
    assert page.bars == sum(len(one.buckets) for one in report.figures.actions)
    assert text.count("<svg") == len([one for one in report.figures.actions if one.buckets])
    assert "1 of 3 assertions failed" in text


def test_histogram_has_a_bar_for_each_bucket_within_its_frame() -> None:
    latencies = Latencies()
    for number in range(1, 400):
        latencies.record(number / 1000)
    buckets = list(latencies.buckets())

    svg = draw_histogram(buckets, title="of a test")

    bars = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)">', svg)
    assert len(bars) == len(buckets)
    assert all(float(x) >= 0 and float(x) + float(width) <= 320.5 for x, _, width, _ in bars)
    assert max(float(height) for *_, height in bars) == 72
    assert "10 ms" in svg
    assert draw_histogram([], title="none") == ""


@pytest.mark.parametrize("name", ["report.pdf", "report", "no/such/folder/report.json"])
def test_report_that_cannot_be_written_is_refused_beforehand(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidPlan, match="report"):
        check_report_file(tmp_path / name)


def test_prometheus_reads_what_the_fleet_has_counted(lived: tuple[World, Observer]) -> None:
    world, observer = lived

    with served_metrics(Address("127.0.0.1", 0), world.fleet, observer) as port:
        text = urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read().decode()

    summary, traffic = world.fleet.summary(), world.fleet.traffic
    boots = traffic.answered["BootNotification"]
    assert 'fleet_stations{site="east",state="online"} 4.0' in text
    assert 'fleet_stations{site="west",state="online"} 2.0' in text
    assert f'fleet_sessions_total{{state="ended"}} {float(summary.sessions_ended)}' in text
    assert 'fleet_stays_total{state="ended"} 0.0' in text
    assert (
        f'fleet_frames_total{{action="BootNotification",direction="to_csms",outcome="answered"}} {boots.count}.0'
        in text
    )
    assert f'fleet_call_seconds_bucket{{action="BootNotification",le="30.0"}} {boots.count}.0' in text
    assert f'fleet_call_seconds_count{{action="BootNotification"}} {boots.count}.0' in text
    assert 'fleet_faults_total{fault="outage"} 2.0' in text
    assert "CP0" not in text


def test_port_that_is_taken_is_named(lived: tuple[World, Observer]) -> None:
    world, observer = lived

    with (
        served_metrics(Address("127.0.0.1", 0), world.fleet, observer) as port,
        pytest.raises(InvalidPlan, match=str(port)),
        served_metrics(Address("127.0.0.1", port), world.fleet, observer),
    ):
        pass


def test_table_has_a_row_for_each_site_and_fits_the_terminal(lived: tuple[World, Observer]) -> None:
    world, observer = lived
    sites = measure_sites(world.fleet, observer)
    summary, traffic = world.fleet.summary(), world.fleet.traffic

    lines = draw_table(sites, summary, traffic, elapsed_s=3725, at=None, height=24, width=70)
    many = [SiteFigures(f"site {n}", 1, 1, 0, 0, 0) for n in range(100)]
    short = draw_table(many, summary, traffic, elapsed_s=1, at=world.clock.instant(0), height=12, width=30)

    assert lines[0].startswith("1:02:05   ")
    assert [line.split()[:3] for line in lines[2:5]] == [["west", "2", "2"], ["east", "4", "4"], ["all", "6", "6"]]
    assert "outage 2" in lines[-1]
    assert len(short) <= 12
    assert max(map(len, short)) <= 30
    assert "… and 95 more sites" in short


def test_block_is_written_over_itself() -> None:
    class Screen(list[str]):
        def write(self, text: str) -> None:
            self.append(text)

        def flush(self) -> None:
            pass

    screen = Screen()
    block = Block(screen)

    block.show(["one", "two"])
    block.show(["three"])

    assert screen == ["\r\x1b[Kone\n\x1b[Ktwo\n\x1b[J", "\x1b[2F\x1b[Kthree\n\x1b[J"]
