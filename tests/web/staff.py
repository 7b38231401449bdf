"""What operators do at the beginning of every journey, and what tests ask beside the browser."""

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.web.conftest import Demo

DEADLINE_MS = 30_000
_PATIENCE_S = 120


def log_in(page: Page, demo: Demo) -> None:
    """The page is the operator's app, and the demo's operator is logged in."""
    email, password = demo.operator
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("main#content")).to_be_visible(timeout=DEADLINE_MS)


def go_to(page: Page, path: str) -> None:
    """The page at `path` of the operator's app is drawn, and waits for nothing any more."""
    page.goto(f"/operator{path}")
    expect(page.locator("h1")).to_be_visible(timeout=DEADLINE_MS)
    expect(page.locator(".skeleton")).to_have_count(0, timeout=DEADLINE_MS)


def ask(demo: Demo, path: str, **query: str) -> Any:
    """The answer of the REST interface to the demo's operator."""
    email, password = demo.operator
    body = {"email": email, "password": password, "role": "operator"}
    with httpx.Client(base_url=f"{demo.url}/api/v1", timeout=20) as rest:
        token = rest.post("/auth/login", json=body).raise_for_status().json()["access_token"]
        return rest.get(path, params=query, headers={"Authorization": f"Bearer {token}"}).raise_for_status().json()


def wait_for(demo: Demo, path: str, is_it: Callable[[Any], bool], **query: str) -> Any:
    """The first item of a list that is wanted, once there is one: the fleet's drivers take their time."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        for item in ask(demo, path, **query)["items"]:
            if is_it(item):
                return item
        time.sleep(1)
    raise AssertionError(f"nothing of {path} was what is wanted within {_PATIENCE_S} s")


def amount_in(text: str) -> float:
    """The number in a text such as "€1.20"."""
    found = re.search(r"\d+(\.\d+)?", text.replace(",", ""))
    assert found, text
    return float(found[0])
