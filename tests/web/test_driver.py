"""A driver's day in the app: find, reserve, start, watch, stop, pay, read the receipt."""

import io
import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page, Route, expect

from simulator.evse import Outlet
from simulator.virtual_station import VirtualStation, accepted
from tests.web.conftest import DESKTOP, PHONE, Demo, OpenPage
from tests.web.drivers import GOOD_CARD, SOON_MS, give_card, log_in, new_email, register, wait_for_map
from tests.web.stations import LOCATION, operator_of, register_quiet_station

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]

Picture = Callable[[Page, str], None]
StartStation = Callable[..., VirtualStation]
OUTLET = Outlet(max_power_w=22_000, phases=3)


def switch_on(virtual_station: StartStation, demo: Demo) -> tuple[str, VirtualStation]:
    """A registered station that is online, tells its meter every second, and at which nobody is; with its id."""
    station_id = f"QUIET-{uuid.uuid4().hex[:4].upper()}"
    with operator_of(demo) as operator:
        register_quiet_station(operator, station_id)
    station = virtual_station(demo.station_url, station_id, ocpp="2.0.1", outlet=OUTLET, meter_interval_s=1)
    station.until(accepted, timeout_s=30)
    return station_id, station


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")], ids=["phone", "desktop"])
def test_driver_finds_reserves_charges_and_pays(
    open_page: OpenPage, demo: Demo, virtual_station: StartStation, picture: Picture, size: tuple[int, int], scheme: str
) -> None:
    name = "phone" if size == PHONE else "desktop"
    station_id, station = switch_on(virtual_station, demo)
    page = open_page("/", size=size, scheme=scheme)
    register(page, new_email())

    wait_for_map(page)
    picture(page, f"driver-{name}-find")
    page.get_by_label("Name or address").fill("still")
    page.get_by_role("link", name=re.compile(LOCATION["name"])).click()
    expect(page.get_by_role("heading", name=LOCATION["name"])).to_be_visible()
    row = page.get_by_role("link", name=re.compile(f"{station_id} · EVSE 1"))
    expect(row).to_contain_text("€0.60 per kWh, €1.19 for each charge")
    expect(row).to_contain_text("Free")
    picture(page, f"driver-{name}-place")
    row.click()
    expect(page.get_by_text("Together")).to_be_visible()
    picture(page, f"driver-{name}-evse")

    page.get_by_role("link", name="Reserve", exact=True).click()
    page.get_by_label("For", exact=True).select_option("30")
    reserve = page.get_by_role("button", name=re.compile(r"^Reserve · \d\d:\d\d"))
    expect(reserve).to_be_enabled()
    picture(page, f"driver-{name}-reserve")
    reserve.click()
    expect(page.get_by_role("button", name="30 min longer")).to_be_visible()
    page.get_by_role("button", name="30 min longer").click()
    expect(page.get_by_text("It is longer now.")).to_be_visible()
    picture(page, f"driver-{name}-reservation")

    page.get_by_role("link", name="Start charging").click()
    page.get_by_role("link", name="Add a payment method").click()
    give_card(page)
    page.get_by_role("button", name="Start charging").click()
    expect(page.get_by_text("If it is not plugged in yet")).to_be_visible()
    picture(page, f"driver-{name}-starting")
    station.plug_in(soc=0.4)
    expect(page.get_by_role("button", name="Stop charging")).to_be_visible()
    page.wait_for_selector(".uplot canvas", timeout=SOON_MS)
    expect(page.locator("dl.live .figure").first).not_to_have_text("0 Wh")
    picture(page, f"driver-{name}-live")

    held: list[Route] = []
    page.route("**/api/v1/sessions/*/stop", lambda route: held.append(route))
    page.get_by_role("button", name="Stop charging").click()
    expect(page.get_by_role("button", name="Stopping")).to_be_visible()
    (unanswered,) = held
    unanswered.continue_()
    page.get_by_role("link", name="To the receipt").click(timeout=SOON_MS)
    expect(page.get_by_text("Payments")).to_be_visible()
    picture(page, f"driver-{name}-receipt")
    total = page.locator(".receipt-total .figure").inner_text()
    number = re.sub(r"\D", "", page.get_by_role("heading", level=1).inner_text())
    text = pdf_of(page)

    assert total.startswith("€1.")
    assert [one for one in (total.removeprefix("€"), number, station_id) if one not in text.replace(",", ".")] == []
    page.get_by_role("link", name="Charges").click()
    expect(page.get_by_role("link", name=re.compile(station_id))).to_be_visible()
    picture(page, f"driver-{name}-history")
    station.unplug()


def pdf_of(page: Page) -> str:
    """The text of the PDF that the page's button downloads."""
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF").click()
    content = Path(download.value.path()).read_bytes()
    return "\n".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(content)).pages)


def test_declined_payment_is_an_open_invoice_that_another_card_pays(
    open_page: OpenPage, demo: Demo, virtual_station: StartStation, picture: Picture
) -> None:
    station_id, station = switch_on(virtual_station, demo)
    page = open_page("/login?next=/me/cards", size=PHONE)
    register(page, new_email())
    give_card(page, "4000 0000 0000 0341")
    expect(page.get_by_text("pays", exact=True)).to_be_visible()

    page.goto(f"/evse/{station_id}/1")
    station.plug_in(soc=0.5)
    page.get_by_role("button", name="Start charging").click()
    expect(page.get_by_role("button", name="Stop charging")).to_be_visible()
    page.get_by_role("button", name="Stop charging").click()
    page.get_by_role("link", name="To the receipt").click(timeout=SOON_MS)
    expect(page.get_by_role("button", name="Pay now")).to_be_visible()
    expect(page.get_by_text("The card was declined.")).to_be_visible()
    picture(page, "driver-phone-open-invoice")
    page.get_by_role("link", name="Pay with another card").click()
    give_card(page, GOOD_CARD)
    page.get_by_role("button", name="Pay now").click()

    expect(page.get_by_text("visa …4242")).to_be_visible()
    expect(page.get_by_role("button", name="Pay now")).to_have_count(0)
    station.unplug()


def test_reservation_is_cancelled_after_saying_what_that_costs(
    open_page: OpenPage, demo: Demo, virtual_station: StartStation
) -> None:
    station_id, _ = switch_on(virtual_station, demo)
    page = open_page(f"/reserve?place=evse/{station_id}/1", size=PHONE)
    register(page, new_email())

    page.get_by_role("button", name="Tomorrow").click()
    page.get_by_role("button", name=re.compile(r"^Reserve · \d\d:\d\d")).click(timeout=SOON_MS)
    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_text("This costs nothing now.")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Cancel it").click()

    expect(page.locator(".badge", has_text="Cancelled")).to_be_visible()
    page.get_by_role("link", name="Reserved").click()
    expect(page.get_by_role("heading", name="Before")).to_be_visible()


def test_reservation_moves_to_another_place_for_the_same_time(
    open_page: OpenPage, demo: Demo, virtual_station: StartStation, picture: Picture
) -> None:
    first, _ = switch_on(virtual_station, demo)
    second, _ = switch_on(virtual_station, demo)
    page = open_page(f"/reserve?place=evse/{first}/1", size=PHONE)
    register(page, new_email())

    page.get_by_role("button", name="Tomorrow").click()
    page.get_by_role("button", name=re.compile(r"^Reserve · \d\d:\d\d")).click(timeout=SOON_MS)
    page.get_by_role("button", name="Move to another place").click()
    place = page.get_by_role("dialog").get_by_role("listitem").filter(has_text=second)
    expect(place).to_be_visible()
    picture(page, "driver-phone-move")
    place.get_by_role("button", name="Move it here").click()

    expect(page.locator("header", has_text=second)).to_be_visible()
    expect(page.locator(".badge", has_text="Reserved")).to_be_visible()


def test_filters_and_place_of_the_map_are_in_the_address(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/", size=DESKTOP)
    log_in(page, *demo.driver)
    wait_for_map(page)

    page.get_by_role("button", name="Free now").click()
    page.get_by_label("Power", exact=True).select_option("50000")
    page.wait_for_url(re.compile(r"free=true.*power=50000|power=50000.*free=true"))
    page.get_by_label("Sort by").or_(page.get_by_role("button", name="Clear all filters")).first.wait_for()
    page.reload()
    wait_for = page.get_by_role("button", name="Free now")

    expect(wait_for).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Power", exact=True)).to_have_value("50000")


def test_app_speaks_german_and_remembers_its_look(open_page: OpenPage, demo: Demo, picture: Picture) -> None:
    page = open_page("/login?next=/me", size=PHONE, language="de-DE")
    page.get_by_label("E-Mail").fill(demo.driver[0])
    page.get_by_label("Passwort").fill(demo.driver[1])
    page.get_by_role("button", name="Anmelden").click()

    page.get_by_label("Dunkel").check()
    page.reload()

    expect(page.get_by_role("link", name="Zahlungsmittel")).to_be_visible()
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dataset.theme]") == ["de", "dark"]
    picture(page, "driver-phone-me-german")
