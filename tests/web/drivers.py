"""What a person does in the driver's app, whatever the test is about."""

import json
import time
import uuid

import httpx
from playwright.sync_api import Page, expect

from tests.web.conftest import Demo
from tests.web.stations import asked

GOOD_CARD, DECLINED_LATER = "4242 4242 4242 4242", "4000 0000 0000 0341"
PASSWORD = "a long and quiet password"
SOON_MS = 40_000
# The platform, its fleet and the browser share what may be a small machine.
expect.set_options(timeout=SOON_MS)


def new_email() -> str:
    return f"driver-{uuid.uuid4().hex[:10]}@example.com"


def register(page: Page, email: str) -> None:
    """Somebody new, by the form; the mail's code is for later."""
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create your account")).to_be_visible()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create an account").click()
    page.get_by_role("button", name="Later").click()


def log_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def be_logged_in(page: Page, demo: Demo, email: str, password: str) -> None:
    """What the login page leaves behind: for tests that are about something else."""
    body = {"email": email, "password": password, "role": "driver"}
    token = asked(httpx.post(f"{demo.url}/api/v1/auth/login", json=body))
    login = {
        "accountId": token["account_id"],
        "role": token["role"],
        "accessToken": token["access_token"],
        "refreshToken": token["refresh_token"],
        "expiresAt": int((time.time() + token["expires_in_s"]) * 1000),
    }
    page.evaluate("login => localStorage.setItem('chargeyard.login.driver', login)", json.dumps(login))


def give_card(page: Page, number: str = GOOD_CARD) -> None:
    """Whose form is shown."""
    page.get_by_label("Card number").fill(number)
    page.get_by_role("button", name="Add", exact=True).click()


def wait_for_map(page: Page) -> None:
    """The map is drawn, with a place or a cluster of them on it."""
    expect(page.locator(".map-pin, .map-cluster").first).to_be_visible()
