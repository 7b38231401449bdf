"""Somebody without an account scans the code that a station shows, pays by card, and gets a receipt."""

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import DESKTOP, PHONE, Demo, OpenPage
from tests.web.drivers import GOOD_CARD, SOON_MS
from tests.web.guest_station import guest_station
from tests.web.stations import asked, operator_of, register_quiet_station

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]

TEMPLATE = "/guest?s={chargingStationId}&e={evse}&v={version}&t={totp}"


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")], ids=["phone", "desktop"])
def test_guest_scans_pays_charges_and_reads_the_receipt(
    open_page: OpenPage, demo: Demo, picture: Callable[[Page, str], None], size: tuple[int, int], scheme: str
) -> None:
    name = "phone" if size == PHONE else "desktop"
    station_id = f"GUEST-{uuid.uuid4().hex[:4].upper()}"
    with operator_of(demo) as operator:
        register_quiet_station(operator, station_id)
        with guest_station(demo.station_url, station_id) as station:
            codes = {"url_template": demo.url + TEMPLATE, "validity_s": 600, "length": 20}
            asked(operator.put(f"/stations/{station_id}/web-payments", json=codes))

            page = open_page(station.address().removeprefix(demo.url), size=size, scheme=scheme)
            page.get_by_label("Card number").fill(GOOD_CARD, timeout=SOON_MS)
            picture(page, f"guest-{name}-pay")
            page.get_by_role("button", name="Pay and start").click()
            expect(page.get_by_role("heading", name="Charging starts")).to_be_visible()
            assert station.is_charging.wait(20)
            picture(page, f"guest-{name}-charging")
            station.may_end.set()
            page.get_by_role("link", name="To the receipt").click(timeout=SOON_MS)
            expect(page.get_by_role("heading", name=re.compile(r"Receipt no\. \d+"))).to_be_visible()

    expect(page.locator(".receipt-total .figure")).to_have_text("€3.57")
    expect(page.get_by_text("visa …4242")).to_be_visible()
    picture(page, f"guest-{name}-receipt")


def test_code_that_is_not_the_stations_is_refused_with_a_way_on(open_page: OpenPage) -> None:
    page = open_page("/guest?s=BER-001&e=1", size=PHONE)

    expect(page.get_by_text("This code is not complete.")).to_be_visible()


def test_code_on_a_station_leads_to_its_evse_after_the_login(open_page: OpenPage, demo: Demo) -> None:
    """What the labels of a QR sheet say is an address of the app."""
    with operator_of(demo) as operator:
        sheet = operator.get("/stations/BER-001/qr-sheet")
    assert sheet.is_success, sheet.text
    page = open_page("/evse/BER-001/1", size=PHONE)
    expect(page.get_by_text("scan the code that the station's display shows")).to_be_visible()

    page.get_by_label("E-mail").fill(demo.driver[0])
    page.get_by_label("Password").fill(demo.driver[1])
    page.get_by_role("button", name="Log in").click()

    expect(page.get_by_role("heading", name="BER-001 · EVSE 1")).to_be_visible()
