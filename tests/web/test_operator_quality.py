"""The operator's app by numbers: what a first visit loads, when it is painted, what axe finds, the longest task."""

import gzip
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.conftest import DESKTOP, ROOT, Demo, OpenPage
from tests.web.staff import DEADLINE_MS, go_to, log_in, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]
AXE = ROOT / "backoffice" / "web" / "node_modules" / "axe-core" / "axe.min.js"
TABLET = (820, 1100)
BASE_KB, FIRST_PAINT_MS, LONGEST_TASK_MS = 150, 1_000, 100
STATIONS, CHANGES_PER_S, WATCHED_S = 5_000, 50, 8
STATES = ("Available", "Occupied", "Reserved", "Unavailable", "Faulted")

PAGES = (
    "/",
    "/?view=map",
    "/stations",
    "/stations/BER-001",
    "/stations/BER-001?tab=messages",
    "/stations/BER-001?tab=commands",
    "/stations/BER-001?tab=readings",
    "/stations/BER-001?tab=configuration",
    "/stations/BER-001?tab=firmware",
    "/stations/BER-001?tab=certificates",
    "/stations/BER-001?tab=rules",
    "/stations/BER-001?tab=closures",
    "/stations/BER-001?tab=health",
    "/locations",
    "/locations/ostkreuz",
    "/alarms",
    "/alarms?tab=rules",
    "/onboarding",
    "/campaigns",
    "/closures",
    "/sessions",
    "/bays",
    "/bays?tab=overstays",
    "/reservations",
    "/reservations?tab=list",
    "/drivers",
    "/tariffs",
    "/tariffs/city-ac",
    "/tariffs/city-ac?tab=assignments",
    "/invoices",
    "/books",
    "/books?tab=balance",
    "/reports",
    "/health",
    "/repair",
    "/notices",
    "/settings",
    "/staff",
    "/staff?tab=keys",
    "/audit",
    "/simulator",
)


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (TABLET, "dark")])
def test_axe_finds_no_serious_fault(browser: Browser, demo: Demo, size: tuple[int, int], scheme: Any) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: `npm ci` in backoffice/web")
    context = browser.new_context(
        base_url=demo.url,
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        locale="en-GB",
        bypass_csp=True,
    )
    page = context.new_page()
    page.goto("/operator")
    expect(page.get_by_role("button", name="Log in")).to_be_visible(timeout=DEADLINE_MS)
    found = faults_of(page, "log in")
    log_in(page, demo)
    session = wait_for(demo, "/sessions", lambda one: True)["id"]
    for path in (*PAGES, f"/sessions/{session}", f"/sessions/{session}?tab=evidence"):
        go_to(page, path)
        found += faults_of(page, path)
    go_to(page, "/stations/BER-001")
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(page.get_by_role("dialog").get_by_label("Kind")).to_be_visible(timeout=DEADLINE_MS)
    found += faults_of(page, "a dialog")
    context.close()

    assert found == []


def faults_of(page: Page, where: str) -> list[str]:
    """The serious and critical faults that axe finds on the page as it is."""
    page.add_script_tag(path=AXE)
    violations = page.evaluate("axe.run({ resultTypes: ['violations'] }).then((result) => result.violations)")
    return [
        f"{where}: {one['id']}: {node['html'][:160]}"
        for one in violations
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]


def test_first_visit_is_small_and_painted_soon(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/operator")
    log_in(page, demo)
    expect(page.get_by_role("application")).to_be_visible(timeout=DEADLINE_MS)

    page.reload()
    expect(page.get_by_role("application")).to_be_visible(timeout=DEADLINE_MS)
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)"
        ".filter((path) => path.startsWith('/assets/'))"
    )
    dist = ROOT / "backoffice" / "web" / "dist"
    size_kb = sum(len(gzip.compress((dist / path[1:]).read_bytes())) for path in set(loaded)) / 1000
    painted_ms = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")

    print(f"a first visit: {size_kb:.1f} kB gzip in {len(set(loaded))} files, painted after {painted_ms:.0f} ms")
    assert size_kb < BASE_KB
    assert painted_ms < FIRST_PAINT_MS


@pytest.fixture
def busy_network() -> Iterator[str]:
    """A server that says what 5,000 stations do, and 50 changes a second, in place of the two endpoints of the wall."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _BusyNetwork)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


class _BusyNetwork(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        if "/wall" in self.path:
            items = [_station(number) for number in range(STATIONS)]
            return self._answer("application/json", json.dumps({"items": items, "next_cursor": None}).encode())
        self._answer("text/event-stream", b": begun\n\n")
        for number in count(1):
            try:
                self.wfile.write(_change(number))
            except OSError:
                return None
            time.sleep(1 / CHANGES_PER_S)
        return None

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the name that the base class has
        """Nothing is written."""


def _station(number: int) -> dict[str, object]:
    return {
        "station_id": f"CP-{number:05}",
        "location_id": f"site-{number // 10:04}",
        "latitude": 52 + number % 100 / 100,
        "longitude": 13 + number // 100 / 100,
        "is_online": number % 17 != 0,
        "states": ["available" if number % 3 else "charging"],
    }


def _change(number: int) -> bytes:
    station = number * 7_919 % STATIONS
    data = {
        "station_id": f"CP-{station:05}",
        "location_id": f"site-{station // 10:04}",
        "evse": 1,
        "status": STATES[number % len(STATES)],
        "is_online": True,
    }
    return f"id: {number}\nevent: status_changed\ndata: {json.dumps(data)}\n\n".encode()


def test_wall_of_5000_stations_stays_smooth_at_50_changes_a_second(
    browser: Browser, demo: Demo, busy_network: str, picture: Any
) -> None:
    """The two endpoints are answered by a small server of the test; everything else is the platform's."""
    context = browser.new_context(
        base_url=demo.url, viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, locale="en-GB"
    )
    page = context.new_page()

    def redirect(route: Route) -> None:
        path = route.request.url.removeprefix(demo.url)
        route.continue_(url=busy_network + path)

    page.route("**/api/v1/stations/wall**", redirect)
    page.route("**/api/v1/live/operator", redirect)
    page.goto("/operator")
    log_in(page, demo)
    faulted = page.get_by_role("button", name="Faulted")
    expect(faulted).to_be_visible(timeout=DEADLINE_MS)
    before = faulted.inner_text()

    browser.start_tracing(page=page, categories=["toplevel", "disabled-by-default-devtools.timeline"])
    go_to(page, "/")
    expect(faulted).to_be_visible(timeout=DEADLINE_MS)
    # Nothing is waited for: this is how long the wall is watched.
    page.wait_for_timeout(WATCHED_S * 1000)
    tasks = tasks_of(json.loads(browser.stop_tracing()))
    picture(page, "operator-wall-5000")
    after = faulted.inner_text()
    context.close()

    longest = max(tasks)
    print(
        f"{len(tasks)} tasks of the page in its loading and {WATCHED_S} s; the longest: {longest:.0f} ms on a processor"
    )
    assert before != after, "the wall did not change"
    assert longest < LONGEST_TASK_MS


def tasks_of(trace: Any) -> list[float]:
    """How long each task of the page's main thread was on a processor, in ms: waiting for one is not the page's."""
    events = trace["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event.get("name") == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event["tdur"] / 1000
        for event in events
        if (event.get("pid"), event.get("tid")) in mains and event.get("name") == "RunTask" and "tdur" in event
    ]
    assert tasks, "the trace tells of no tasks"
    return tasks
