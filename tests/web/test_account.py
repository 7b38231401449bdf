"""Somebody comes, confirms their address, forgets their password, takes their data along, and goes."""

import email
import re
import time
import zipfile
from email import policy
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.web.conftest import PHONE, Demo, OpenPage
from tests.web.drivers import PASSWORD, SOON_MS, log_in, new_email, wait_for_map

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]

ANOTHER_PASSWORD = "another quiet password"
MAIL_WITHIN_S = 60
A_LITTLE_S = 0.2


def link_of_mail(folder: Path, to: str, known: set[Path]) -> str:
    """The address in the newest mail to this person; `known` holds the mails that were read before."""
    deadline = time.monotonic() + MAIL_WITHIN_S
    while time.monotonic() < deadline:
        for path in sorted(set(folder.glob("*.eml")) - known):
            letter = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            body = letter.get_body(("plain",))
            if to in str(letter["To"]) and body is not None:
                known.add(path)
                found = re.search(r"https?://\S+code=\S+", body.get_content())
                assert found, body.get_content()
                return found.group()
        time.sleep(A_LITTLE_S)
    raise AssertionError(f"no mail to {to} came within {MAIL_WITHIN_S} s")


def test_driver_confirms_forgets_takes_their_data_and_goes(open_page: OpenPage, demo: Demo) -> None:
    address, read = new_email(), set[Path]()
    page = open_page("/register", size=PHONE)
    page.get_by_label("E-mail").fill(address, timeout=SOON_MS)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_role("heading", name="Confirm your e-mail address")).to_be_visible()

    page.goto(link_of_mail(demo.mails, address, read))
    page.get_by_role("button", name="Confirm").click(timeout=SOON_MS)
    expect(page.get_by_text("Your address is confirmed.")).to_be_visible()

    page.get_by_role("button", name="Log out").click(timeout=SOON_MS)
    page.get_by_role("link", name="Forgot your password?").click(timeout=SOON_MS)
    page.get_by_label("E-mail").fill(address, timeout=SOON_MS)
    page.get_by_role("button", name="Send the code").click()
    page.goto(link_of_mail(demo.mails, address, read))
    page.get_by_label("E-mail").fill(address, timeout=SOON_MS)
    page.get_by_label("New password").fill(ANOTHER_PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    log_in(page, address, ANOTHER_PASSWORD)
    wait_for_map(page)

    page.goto("/me/data")
    page.get_by_role("button", name="Make my export").click(timeout=SOON_MS)
    with page.expect_download(timeout=SOON_MS) as download:
        page.get_by_role("button", name="Download (ZIP)").click(timeout=SOON_MS)
    with zipfile.ZipFile(download.value.path()) as archive:
        assert address in archive.read("data.json").decode()

    page.get_by_role("button", name="Delete my account").click()
    page.get_by_label("Your password").fill(ANOTHER_PASSWORD)
    page.get_by_role("button", name="Delete it for good").click()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    body = {"email": address, "password": ANOTHER_PASSWORD}
    assert httpx.post(f"{demo.url}/api/v1/auth/login", json=body).status_code == 401
