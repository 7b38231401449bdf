"""Locations by REST: what they offer, from a file, followed live, and on paper."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
import pytest_asyncio
import segno

from backoffice.kit.testing import eventually
from backoffice.stations.app import SERVICE
from backoffice.stations.qr_sheet import LABELS_PER_PAGE, Label, count_pages, draw_page
from protocol.domain.identifiers import TenantId
from protocol.domain.status import ConnectorStatus
from tests.backoffice.stations.harness import add_station, connect, put, report
from tests.factories.places import HttpPlace, open_place

LOCATION = {"name": "Harbour", "country": "DE", "timezone": "Europe/Berlin", "latitude": 52.5, "longitude": 13.4}
SVG = "{http://www.w3.org/2000/svg}"


async def read(place: HttpPlace, path: str) -> Any:
    return (await place.http.get(f"/api/v1{path}", headers=place.operator_headers())).json()


async def send_file(place: HttpPlace, path: str, text: str, **params: Any) -> httpx.Response:
    headers = place.operator_headers() | {"Content-Type": "text/csv"}
    return await place.http.post(f"/api/v1{path}", content=text.encode(), params=params, headers=headers)


async def report_on_bay(place: HttpPlace, bay_id: str, change: str, **fields: Any) -> None:
    body = {"kind": "sensor", "change": change, "at": place.clock().isoformat()} | fields
    answer = await place.http.post(f"/api/v1/bays/{bay_id}/events", json=body, headers=place.operator_headers())
    assert answer.status_code == 200, answer.text


@pytest.mark.slow
async def test_what_a_location_offers_is_kept_and_shown_to_drivers(place: HttpPlace) -> None:
    offers = {
        "opening_times": {
            "twentyfourseven": False,
            "regular_hours": [{"weekday": 1, "period_begin": "08:00", "period_end": "00:00"}],
            "exceptional_openings": [],
            "exceptional_closings": [{"period_begin": "2026-12-24T12:00:00Z", "period_end": "2026-12-25T12:00:00Z"}],
        },
        "facilities": ["HOTEL", "WIFI"],
        "is_accessible": True,
        "accessibility": "lift from level 2",
        "image_urls": ["https://images.example/harbour.jpg"],
    }
    await put(place, "/locations/L1", LOCATION | offers)
    for bay_id in ("B1", "B2", "B3"):
        await put(place, f"/bays/{bay_id}", {"location_id": "L1", "name": bay_id})
    await report_on_bay(place, "B1", "occupied")
    await report_on_bay(place, "B2", "out_of_order")

    seen = (await place.http.get("/api/v1/locations/L1", headers=place.driver_headers())).json()

    assert {name: seen[name] for name in offers} == offers
    assert (seen["bay_count"], seen["free_bay_count"]) == (3, 1)
    assert seen["is_open"] in (True, False)
    assert (await read(place, "/locations"))["items"][0]["facilities"] == ["HOTEL", "WIFI"]


@pytest.mark.slow
async def test_location_whose_hours_nobody_said_is_neither_open_nor_closed(place: HttpPlace) -> None:
    await put(place, "/locations/L1", LOCATION)
    unsaid = await read(place, "/locations/L1")
    await put(place, "/locations/L1", LOCATION | {"opening_times": {"twentyfourseven": True}})

    assert (unsaid["is_open"], (await read(place, "/locations/L1"))["is_open"]) == (None, True)
    assert (await read(place, "/locations/L9"))["status"] == 404


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [
        {"facilities": ["CASINO"]},
        {"facilities": ["WIFI", "WIFI"]},
        {"image_urls": ["javascript:alert(1)"]},
        {"opening_times": {"twentyfourseven": False}},
    ],
)
async def test_offer_in_words_that_are_none_is_refused(place: HttpPlace, wrong: dict[str, Any]) -> None:
    answer = await place.http.put("/api/v1/locations/L1", json=LOCATION | wrong, headers=place.operator_headers())

    assert answer.status_code == 422


@pytest.mark.slow
async def test_evse_that_cannot_be_reserved_says_so_and_stays_so_by_the_next_put_alone(place: HttpPlace) -> None:
    evses = [{"evse": 1, "connectors": [{}], "is_reservable": False}, {"evse": 2, "connectors": [{}]}]

    made = await add_station(place, evses=evses)
    again = await put(place, "/stations/CP001", {"location_id": "at-CP001", "evses": evses[1:]})

    assert [one["is_reservable"] for one in made["evses"]] == [False, True]
    assert [one["is_reservable"] for one in again["evses"]] == [True]


@pytest.mark.slow
async def test_places_come_from_files_and_sent_again_change_nothing(place: HttpPlace) -> None:
    await add_station(place)
    locations = "location_id,name,country,latitude,longitude\nL1,Harbour,DE,52.5,13.4\nL2,Fair,DE,52.6,13.4\n"
    bays = "bay_id,location_id,name,station_id,evse\nB1,L1,1,,\nB2,L2,1,,\nB3,at-CP001,1,CP001,1\n"

    tried = await send_file(place, "/locations/import", locations, dry_run=True)
    after_trial = await read(place, "/locations/L1")
    made = [await send_file(place, "/locations/import", locations), await send_file(place, "/bays/import", bays)]
    again = await send_file(place, "/bays/import", bays)

    assert (tried.status_code, tried.json()["is_applied"], after_trial["status"]) == (200, False, 404)
    assert [[one["is_new"] for one in answer.json()["places"]] for answer in made] == [[True] * 2, [True] * 3]
    assert [(one["line"], one["id"], one["is_new"]) for one in again.json()["places"]] == [
        (2, "B1", False), (3, "B2", False), (4, "B3", False),
    ]  # fmt: skip
    assert (await read(place, "/bays/B3"))["station_id"] == "CP001"


@pytest.mark.slow
async def test_file_with_an_error_changes_nothing_and_every_error_has_its_line(place: HttpPlace) -> None:
    await add_station(place)
    await put(place, "/bays/B0", {"location_id": "at-CP001", "name": "taken"})
    lines = [
        "B1,at-CP001,1,,",
        "B2,nowhere,1,,",
        "B3,at-CP001,taken,,",
        "B4,at-CP001,4,CP001,9",
        "B5,at-CP001,5,CP001,x",
    ]

    answer = await send_file(place, "/bays/import", "\n".join(["bay_id,location_id,name,station_id,evse", *lines]))

    assert answer.status_code == 422
    assert not answer.json()["is_applied"]
    assert [(one["line"], one["column"]) for one in answer.json()["errors"]] == [
        (3, ""), (4, ""), (5, ""), (6, "evse"),
    ]  # fmt: skip
    assert [one["bay_id"] for one in (await read(place, "/locations/at-CP001/bays"))["items"]] == ["B0"]


@asynccontextmanager
async def following(place: HttpPlace, path: str, **headers: str) -> AsyncIterator[list[tuple[str, Any]]]:
    """What the stream has told so far: events by name, with their data."""
    told: list[tuple[str, Any]] = []

    async def follow() -> None:
        async with place.http.stream(
            "GET", f"/api/v1{path}", headers=place.driver_headers() | headers, timeout=None
        ) as stream:
            name = ""
            async for line in stream.aiter_lines():
                if line.startswith("event:"):
                    name = line.removeprefix("event:").strip()
                elif line.startswith("data:"):
                    told.append((name, json.loads(line.removeprefix("data:"))))

    task = asyncio.create_task(follow())
    try:
        yield told
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.slow
async def test_location_is_followed_with_its_evses_bays_and_closures(place: HttpPlace) -> None:
    await add_station(place)
    await add_station(place, "CP002")
    await put(place, "/bays/B1", {"location_id": "at-CP001", "name": "P1"})
    await put(place, "/bays/B2", {"location_id": "at-CP002", "name": "P1"})
    closure = {"kind": "outage", "reason": "r"}

    async with following(place, "/locations/at-CP001/events") as told:
        await connect(place, epoch=1)
        await report(place, ConnectorStatus.AVAILABLE)
        for bay_id in ("B2", "B1"):
            await report_on_bay(place, bay_id, "occupied", kind="plate", plate="B-AB 1")
        place.clock.advance(timedelta(seconds=5))
        await report_on_bay(place, "B1", "vacated")
        for location_id in ("at-CP002", "at-CP001"):
            body = closure | {"location_id": location_id}
            await place.http.post("/api/v1/closures", json=body, headers=place.operator_headers())

        async def has_heard_all() -> bool:
            return {"status_changed", "bay_occupied", "bay_vacated", "places_closed"} <= {name for name, _ in told}

        await eventually(has_heard_all)

    assert {data["location_id"] for _, data in told} == {"at-CP001"}
    assert [name for name, _ in told if name.startswith("bay")] == ["bay_occupied", "bay_vacated"]
    assert all("plate_ref" not in data for _, data in told)


@pytest.mark.slow
async def test_location_with_very_many_places_is_followed_all_the_same(place: HttpPlace) -> None:
    await add_station(place)
    lines = [f"B{number},at-CP001,{number}" for number in range(301)]
    answer = await send_file(place, "/bays/import", "\n".join(["bay_id,location_id,name", *lines]))
    assert answer.status_code == 200

    async with following(place, "/locations/at-CP001/events") as told:
        await report_on_bay(place, "B300", "occupied")

        async def has_heard() -> bool:
            return bool(told)

        await eventually(has_heard)

    assert [(name, data["bay_id"]) for name, data in told] == [("bay_occupied", "B300")]


@pytest.mark.slow
async def test_nobody_follows_a_location_of_another_tenant(place: HttpPlace) -> None:
    await add_station(place)

    answer = await place.http.get(
        "/api/v1/locations/at-CP001/events", headers=place.driver_headers(tenant=TenantId("other"))
    )

    assert answer.status_code == 404


@pytest_asyncio.fixture
async def printing_place(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    environ = {"STATIONS_PLACE_URL": "https://charge.example/at/"}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as opened:
        yield opened


def modules_of(path: str) -> set[tuple[int, int]]:
    """The dark modules that the rectangles of a code cover."""
    rectangles = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path)
    assert "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in rectangles) == path
    return {(int(x) + offset, int(y)) for x, y, length in rectangles for offset in range(int(length))}


def dark_modules(url: str) -> set[tuple[int, int]]:
    """The same, as the encoder lays them out with a quiet zone of four."""
    rows = segno.make(url, error="q", boost_error=False).matrix_iter(border=4)
    return {(x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark}


def test_label_carries_its_address_as_a_code_and_names_that_are_no_markup() -> None:
    label = Label("https://charge.example/evse/CP001/1", "<CP & 001>", "Harbour")

    root = ET.fromstring(draw_page([label], page=1))

    (code,) = (one for one in root.iter(f"{SVG}path"))
    assert modules_of(code.attrib["d"]) == dark_modules(label.url)
    assert [one.text for one in root.iter(f"{SVG}text")] == ["<CP & 001>", "Harbour"]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (LABELS_PER_PAGE, 1), (LABELS_PER_PAGE + 1, 2)])
def test_labels_fill_pages_without_losing_one(count: int, pages: int) -> None:
    labels = [Label(f"https://charge.example/{number}", f"T{number}", "") for number in range(count)]

    drawn = [draw_page(labels, page=page) for page in range(1, count_pages(labels) + 1)]

    titles = [one.text for page in drawn for one in ET.fromstring(page).iter(f"{SVG}text") if one.text]
    assert len(drawn) == pages
    assert titles == [label.title for label in labels]


@pytest.mark.slow
async def test_sheet_has_a_code_for_each_evse_and_bay_of_the_station(printing_place: HttpPlace) -> None:
    place = printing_place
    await add_station(place, "CP:1", evses=[{"evse": number, "connectors": [{}]} for number in range(1, 13)])
    await put(place, "/bays/B1", {"location_id": "at-CP:1", "name": "P1", "station_id": "CP:1", "evse": 1})
    await put(place, "/bays/B2", {"location_id": "at-CP:1", "name": "P2"})

    async def draw(path: str) -> httpx.Response:
        return await place.http.get(f"/api/v1{path}", headers=place.operator_headers())

    first, second = await draw("/stations/CP:1/qr-sheet"), await draw("/stations/CP:1/qr-sheet?page=2")
    of_location = await draw("/locations/at-CP:1/qr-sheet?page=2")

    codes = [
        modules_of(path.attrib["d"]) for page in (first, second) for path in ET.fromstring(page.text).iter(f"{SVG}path")
    ]
    base = "https://charge.example/at"
    urls = [*(f"{base}/evse/CP%3A1/{number}" for number in range(1, 13)), f"{base}/bay/B1"]
    assert codes == [dark_modules(url) for url in urls]
    assert (first.headers["Content-Type"], first.headers["X-Page-Count"]) == ("image/svg+xml", "2")
    assert "page=2" in first.headers["Link"]
    assert "Link" not in second.headers
    assert len(list(ET.fromstring(of_location.text).iter(f"{SVG}path"))) == 2
    assert (await draw("/stations/CP:1/qr-sheet?page=3")).status_code == 404


@pytest.mark.slow
async def test_tenants_have_addresses_of_their_own(printing_place: HttpPlace) -> None:
    tenant = TenantId("other")
    await add_station(printing_place, tenant=tenant)

    answer = await printing_place.http.get(
        "/api/v1/stations/CP001/qr-sheet", headers=printing_place.operator_headers(tenant=tenant)
    )

    (code,) = ET.fromstring(answer.text).iter(f"{SVG}path")
    assert modules_of(code.attrib["d"]) == dark_modules("https://charge.example/at/other/evse/CP001/1")


@pytest.mark.slow
async def test_sheet_without_an_address_says_which_setting_is_missing(place: HttpPlace) -> None:
    await add_station(place)

    answer = await place.http.get("/api/v1/stations/CP001/qr-sheet", headers=place.operator_headers())

    assert answer.status_code == 409
    assert "STATIONS_PLACE_URL" in answer.json()["detail"]


async def read_as_driver(place: HttpPlace, path: str, tenant: str = "default", **params: Any) -> Any:
    headers = place.driver_headers(tenant=TenantId(tenant))
    answer = await place.http.get(f"/api/v1{path}", params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.slow
async def test_driver_finds_locations_by_name_and_address_and_learns_where_they_lie(place: HttpPlace) -> None:
    await put(place, "/locations/L1", LOCATION | {"address": "Quay 100%", "city": "Berlin"})
    await put(place, "/locations/L2", LOCATION | {"name": "Old harbour", "latitude": 53.5, "longitude": 10.0})

    area = await read_as_driver(place, "/places/area")
    found = {
        text: [one["location_id"] for one in await read_as_driver(place, "/places/search", text=text)]
        for text in ("harbour", "OLD", "100%", "berl", "%", "nowhere")
    }
    elsewhere = await read_as_driver(place, "/places/area", tenant="other")

    assert area == {"location_count": 2, "south": 52.5, "north": 53.5, "west": 10.0, "east": 13.4}
    assert found == {
        "harbour": ["L1", "L2"],
        "OLD": ["L2"],
        "100%": ["L1"],
        "berl": ["L1"],
        "%": ["L1"],
        "nowhere": [],
    }
    assert elsewhere is None
