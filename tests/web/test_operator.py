"""An operator's day: a fault arrives and is read in the log, the station is reset, a driver refunded, a price set."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import SIZES, Demo, OpenPage
from tests.web.staff import DEADLINE_MS, amount_in, ask, go_to, log_in, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]
STATION = "BER-002"


def test_fault_arrives_and_the_station_is_reset(open_page: OpenPage, demo: Demo, picture: Any) -> None:
    page = open_page("/operator")
    log_in(page, demo)
    wall = open_page("/operator")
    log_in(wall, demo)
    expect(wall.get_by_role("application")).to_be_visible(timeout=DEADLINE_MS)

    inject_power_cut(page)
    expect(wall.get_by_role("button", name="Offline")).to_be_visible(timeout=DEADLINE_MS)
    picture(wall, "operator-fault-on-the-wall")

    go_to(page, f"/stations/{STATION}?tab=messages")
    log = page.get_by_role("list", name="Messages, newest first")
    expect(log.get_by_text("BootNotification").first).to_be_visible(timeout=DEADLINE_MS)
    page.get_by_label("Action", exact=True).fill("BootNotification")
    page.keyboard.press("Enter")
    expect(log.get_by_text("StatusNotification")).to_have_count(0, timeout=DEADLINE_MS)
    # When it was switched on first, and after the power cut: each time what it said, and the answer.
    expect(log.get_by_role("listitem").nth(3)).to_be_visible(timeout=DEADLINE_MS)
    log.get_by_role("button").first.click()
    expect(log.locator("pre").first).to_contain_text("Accepted")
    picture(page, "operator-message-log")

    go_to(page, f"/stations/{STATION}")
    expect(page.get_by_role("heading", level=1, name=STATION)).to_be_visible()
    expect(page.locator(".page-head").get_by_text("Online", exact=True)).to_be_visible(timeout=DEADLINE_MS)
    page.get_by_role("button", name="Reset", exact=True).click()
    dialog = page.get_by_role("dialog", name="Reset")
    dialog.get_by_label("Kind").select_option("Immediate")
    dialog.get_by_role("button", name="Reset", exact=True).click()
    expect(dialog).to_have_count(0, timeout=DEADLINE_MS)
    page.get_by_role("link", name="Commands").click()
    sent = page.get_by_role("region", name="Commands")
    expect(sent.get_by_role("row").filter(has_text="Reset").first).to_contain_text("Answered", timeout=DEADLINE_MS)
    picture(page, "operator-reset")


def inject_power_cut(page: Page) -> None:
    """The station is dark for ten seconds."""
    go_to(page, "/simulator")
    row = page.get_by_role("row").filter(has_text=STATION)
    row.get_by_role("button", name="Inject a fault").click()
    dialog = page.get_by_role("dialog", name="Inject a fault")
    dialog.get_by_label("Kind").select_option("power_cut")
    dialog.get_by_label("Lasts").fill("10")
    dialog.get_by_role("button", name="Inject a fault").click()
    expect(dialog).to_have_count(0, timeout=DEADLINE_MS)


def test_driver_is_refunded_and_the_evidence_tells_of_it(open_page: OpenPage, demo: Demo, picture: Any) -> None:
    invoice = wait_for(
        demo,
        "/billing/invoices",
        lambda one: float(one["total_incl_vat"]) > 0,
        state="paid",
        kind="charging",
    )
    page = open_page("/operator")
    log_in(page, demo)

    go_to(page, f"/invoices/{invoice['id']}")
    page.get_by_role("button", name="Refund", exact=True).click()
    dialog = page.get_by_role("dialog", name="Refund")
    dialog.get_by_label("Reason").fill("The display was dark")
    dialog.get_by_role("button", name="Refund", exact=True).click()

    expect(page.get_by_role("region", name="Credit notes")).to_contain_text("The display was dark", timeout=DEADLINE_MS)
    picture(page, "operator-refund")
    go_to(page, f"/sessions/{invoice['session_id']}?tab=evidence")
    expect(page.get_by_role("region", name="Ledger")).to_contain_text("credit_note", timeout=DEADLINE_MS)
    expect(page.get_by_text("StopTransaction").or_(page.get_by_text("TransactionEvent")).first).to_be_visible()
    picture(page, "operator-evidence")


def test_tariff_is_edited_and_the_next_charge_runs_at_its_price(open_page: OpenPage, demo: Demo, picture: Any) -> None:
    page = open_page("/operator")
    log_in(page, demo)
    go_to(page, "/tariffs/city-ac")
    total = page.locator("[data-test=preview-total]")
    before = amount_in(total.inner_text())

    page.get_by_label("Price per kWh").fill("4.90")
    expect(total).not_to_have_text(f"€{before:.2f}", timeout=DEADLINE_MS)
    picture(page, "operator-tariff")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published as version 2")).to_be_visible(timeout=DEADLINE_MS)

    assert amount_in(total.inner_text()) == pytest.approx(10 * before, rel=0.01)
    session = wait_for(
        demo,
        "/sessions",
        lambda one: (one["tariff_id"], one["tariff_version"]) == ("city-ac", 2) and float(one["cost_incl_vat"]) > 0,
    )
    go_to(page, f"/sessions/{session['id']}")
    facts = page.locator(".facts")
    expect(facts).to_contain_text("Tariff version2")
    cost = facts.locator("div").filter(has_text="Cost").locator("dd")
    energy_kwh = float(ask(demo, f"/sessions/{session['id']}")["energy_wh"]) / 1000
    assert amount_in(cost.inner_text()) >= round(energy_kwh * 4.9, 2) * 0.9
    picture(page, "operator-running-price")


def test_one_command_goes_to_many_stations(open_page: OpenPage, demo: Demo, picture: Any) -> None:
    page = open_page("/operator")
    log_in(page, demo)
    go_to(page, "/stations?connection=online")

    page.get_by_role("button", name="Choose all").click()
    page.get_by_role("button", name="Send a command to").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Command").select_option("clear_cache")
    dialog.get_by_role("button", name="Send to").click()

    expect(dialog.get_by_role("button", name="Send another")).to_be_visible(timeout=DEADLINE_MS)
    results = dialog.get_by_role("region", name="Results").locator("tbody tr")
    assert results.count() > 1
    expect(results.filter(has_text="Accepted")).to_have_count(results.count())
    picture(page, "operator-bulk")


def test_search_finds_what_has_an_id(open_page: OpenPage, demo: Demo) -> None:
    session = wait_for(demo, "/sessions", lambda one: True)["id"]
    page = open_page("/operator")
    log_in(page, demo)
    finder = page.get_by_role("searchbox")

    for known, title in ((STATION, STATION), (session, f"Session …{session[-8:]}")):
        finder.fill(known)
        finder.press("Enter")
        expect(page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=DEADLINE_MS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [*SIZES, "tablet"])
def test_app_is_at_home_in_every_size(open_page: OpenPage, demo: Demo, picture: Any, size: str, scheme: str) -> None:
    page = open_page("/operator", size=SIZES.get(size, (820, 1100)), scheme=scheme)
    login = page.get_by_role("button", name="Log in")
    expect(login).to_be_visible()
    email, password = demo.operator
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    login.click()
    expect(page.get_by_role("application")).to_be_visible(timeout=DEADLINE_MS)
    for name, path in {"overview": "/", "station": f"/stations/{STATION}", "tariff": "/tariffs/city-dc"}.items():
        go_to(page, path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            f"{path} is wider than {size}"
        )
        picture(page, f"operator-{name}-{size}-{scheme}")


def test_app_speaks_german(open_page: OpenPage, demo: Demo, picture: Any) -> None:
    page = open_page("/operator", language="de-DE")
    email, password = demo.operator
    page.get_by_label("E-Mail-Adresse").fill(email)
    page.get_by_label("Passwort").fill(password)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1, name="Überblick")).to_be_visible(timeout=DEADLINE_MS)
    go_to(page, "/sessions")
    expect(page.get_by_role("columnheader", name="Ladevorgang")).to_be_visible(timeout=DEADLINE_MS)
    picture(page, "operator-german")
