"""The web apps in real Chromium, against `up` with its demo fleet; what they looked like is kept as pictures."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from chargeyard.platform import free_port

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / ".pytest_cache" / "pictures"
PHONE, DESKTOP = (360, 740), (1440, 900)
SIZES = {"phone": PHONE, "desktop": DESKTOP}

OpenPage = Callable[..., Page]


@dataclass(frozen=True, slots=True)
class Demo:
    """A running `up`: where it answers, who can log in, and the folder into which it drops mails."""

    url: str
    station_url: str
    driver: tuple[str, str]
    operator: tuple[str, str]
    mails: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The platform with a fleet of eight stations whose drivers come and go."""
    with running_demo(tmp_path_factory.mktemp("demo"), "--stations", "8") as running:
        yield running


@contextmanager
def running_demo(folder: Path, *options: str) -> Iterator[Demo]:
    """`up` as a person starts it, with the demo's accounts; ended as by Ctrl-C."""
    command = [sys.executable, "-m", "chargeyard", "up", "--data", str(folder), "--port", str(free_port())]
    command += ["--station-port", str(free_port()), *options]
    environ = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with process:
        try:
            yield _read_banner(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


def _read_banner(process: subprocess.Popen[str]) -> Demo:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C ends it" in line:
            break
    else:
        raise AssertionError(f"`up` ended before it was ready:\n{said}")
    (rest,) = _find(r"REST +(http://\S+)/api/docs", said)
    (stations,) = _find(r"stations +(ws://\S+)/", said)
    driver, password = _find(r"demo driver +(\S+) +(\S+)", said)
    operator, operator_password = _find(r"demo operator +(\S+) +(\S+)", said)
    (mails,) = _find(r"mails +(\S+)/\*\.eml", said)
    return Demo(rest, stations, (driver, password), (operator, operator_password), Path(mails))


def _find(pattern: str, said: str) -> tuple[str, ...]:
    found = re.search(pattern, said)
    assert found, said
    return found.groups()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, drawing by software."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium here; Debian, Ubuntu: apt-get install chromium")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--enable-unsafe-swiftshader"])


@pytest.fixture
def open_page(browser: Browser, demo: Demo) -> Iterator[OpenPage]:
    """`open_page("/", size=PHONE, scheme="dark")`: what a new visitor sees, who asks nobody else.

    At the end nothing may have gone wrong in any of them, by the browser's console.
    """
    problems: list[str] = []
    contexts = []

    def open_one(path: str, *, size: tuple[int, int] = DESKTOP, scheme: str = "light", language: str = "en-GB") -> Page:
        context = browser.new_context(
            base_url=demo.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=language,
            has_touch=size == PHONE,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()

        def note_error(message: ConsoleMessage) -> None:
            if message.type == "error" and not _asks_too_early(message):
                problems.append(f"{page.url}: {message.text}")

        def note_stranger(request: Request) -> None:
            if not request.url.startswith((demo.url, "data:", "blob:")):
                problems.append(f"{page.url} asked {request.url}")

        page.on("console", note_error)
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on("request", note_stranger)
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert problems == []


def _asks_too_early(message: ConsoleMessage) -> bool:
    """A page that waits for a receipt, or for an export that nobody asked for yet, is told that there is none."""
    return "(Not Found)" in message.text and message.location["url"].partition("/api/v1/")[2].startswith(
        ("billing/receipts/", "profiles/me/export")
    )


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """`picture(page, "map")`: what the page looks like now, in .pytest_cache/pictures."""

    def take(page: Page, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")

    return take
