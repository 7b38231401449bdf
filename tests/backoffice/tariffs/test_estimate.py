"""What a plan would cost at a place, by REST."""

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest_asyncio

from backoffice.contracts.stations import DESCRIBE_PLACE, DescribePlace, PlaceDescription
from backoffice.kit.bus import Answerer
from backoffice.tariffs.app import SERVICE
from tests.backoffice.tariffs.test_tariffs import CP001
from tests.factories.places import HttpPlace, open_place
from tests.vectors.examples import component, element

NOON = "2041-01-14T11:00:00Z"  # noon in Berlin
# Dearer from half past twelve on the clock of the place; standing there costs too.
ELEMENTS = [
    element(component("FLAT", "1.00"), component("ENERGY", "0.20", vat="20"), end_time="12:30"),
    element(component("ENERGY", "0.60", vat="20"), component("PARKING_TIME", "6.00", step=300)),
]


async def describe(question: DescribePlace) -> PlaceDescription:
    if question.place.key not in (f"evse/{CP001}/1", "bay/B1"):
        return PlaceDescription(is_known=False)
    return PlaceDescription(is_known=True, location_id="yard", timezone="Europe/Berlin")


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url) as opened:
        playing = asyncio.create_task(opened.bus.serve(Answerer(DESCRIBE_PLACE, describe)))
        yield opened
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


async def agree(place: HttpPlace, tariff_id: str, kind: str, body: dict[str, Any], elements: list[Any]) -> None:
    headers = place.operator_headers()
    tariff = {"id": tariff_id, "currency": "EUR", "elements": elements}
    assert (await place.http.put(f"/api/v1/tariffs/{tariff_id}", json=tariff, headers=headers)).status_code == 200
    assigned = await place.http.put(f"/api/v1/tariffs/{tariff_id}/{kind}", json=body, headers=headers)
    assert assigned.status_code == 200, assigned.text


async def ask(place: HttpPlace, where: dict[str, Any] | None = None, **plan: Any) -> Any:
    body = {"place": where or {"station_id": CP001, "evse": 1}, **plan}
    return await place.http.post("/api/v1/tariffs/estimate", json=body, headers=place.driver_headers())


async def test_estimate_explains_its_periods_on_the_clock_of_the_place(place: HttpPlace) -> None:
    await agree(place, "site", "assignments", {"places": [{"location_id": "yard"}]}, ELEMENTS)

    answer = (await ask(place, begins_at=NOON, minutes=60, energy_kwh="20.5", parking_minutes=7)).json()

    assert (answer["tariff_id"], answer["tariff_version"], answer["timezone"]) == ("site", 1, "Europe/Berlin")
    shown = [
        (each["started_at"][11:16], Decimal(each["energy_wh"]), [part["element"] for part in each["parts"]])
        for each in answer["periods"]
    ]
    assert shown == [("11:00", 10250, [0, 0]), ("11:30", 10250, [1]), ("12:00", 0, [1])]
    # 1 + 10.25 * 0.20 + 10.25 * 0.60, and ten minutes of parking for seven.
    assert (answer["total_excl_vat"], answer["total_incl_vat"]) == ("10.20", "11.84")
    parts = [Decimal(part["amount_excl_vat"]) for each in answer["periods"] for part in each["parts"]]
    assert sum(parts) == Decimal("10.20")


async def test_driver_sees_their_own_price_and_an_operator_everybodys(place: HttpPlace) -> None:
    price = [element(component("ENERGY", "1"))]
    await agree(place, "everybody", "assignments", {"places": [{}]}, price)
    await agree(place, "own", "drivers", {"driver_ids": ["driver-1"]}, [element(component("ENERGY", "0.5"))])
    body = {"place": {"station_id": CP001, "evse": 1}, "minutes": 60, "energy_kwh": "10"}

    own = (await ask(place, minutes=60, energy_kwh="10")).json()
    everybody = await place.http.post("/api/v1/tariffs/estimate", json=body, headers=place.operator_headers())

    assert (own["tariff_id"], own["total_incl_vat"]) == ("own", "5.00")
    assert (everybody.json()["tariff_id"], everybody.json()["total_incl_vat"]) == ("everybody", "10.00")


async def test_bay_is_priced_by_its_parking_time(place: HttpPlace) -> None:
    await agree(place, "bay", "assignments", {"places": [{"bay_id": "B1"}]}, ELEMENTS[1:])

    parking = (await ask(place, {"bay_id": "B1"}, parking_minutes=60)).json()
    charging = await ask(place, {"bay_id": "B1"}, minutes=60)

    assert (parking["tariff_id"], parking["total_incl_vat"]) == ("bay", "6.00")
    assert charging.status_code == 422


async def test_place_without_a_tariff_is_free_and_one_that_is_not_there_404(place: HttpPlace) -> None:
    free = (await ask(place, minutes=60, energy_kwh="10")).json()
    nowhere = await ask(place, {"bay_id": "nowhere"}, parking_minutes=1)
    no_time = await ask(place, energy_kwh="10")
    far = await ask(place, minutes=60, begins_at="9999-12-31T23:59:59-23:00")
    two = await ask(place, {"bay_id": "B1", "station_id": CP001, "evse": 1}, minutes=1)

    assert (free["tariff_id"], free["total_incl_vat"]) == ("free", "0.00")
    assert [answer.status_code for answer in (nowhere, no_time, far, two)] == [404, 422, 422, 422]


async def test_estimate_says_what_it_costs_to_have_the_place_kept_and_not_to_come(place: HttpPlace) -> None:
    elements = [
        element(component("FLAT", "10", vat="20"), reservation="RESERVATION_EXPIRES"),
        element(component("TIME", "6", step=60), reservation="RESERVATION"),
        element(component("ENERGY", "0.5")),
    ]
    await agree(place, "kept", "assignments", {"places": [{}]}, elements)

    kept = (await ask(place, minutes=60, energy_kwh="10", reserved_minutes=15)).json()
    not_kept = (await ask(place, minutes=60, energy_kwh="10")).json()

    assert (kept["total_incl_vat"], not_kept["total_incl_vat"]) == ("5.00", "5.00")
    assert (kept["reservation"]["total_incl_vat"], kept["no_show"]["total_incl_vat"]) == ("1.50", "13.50")
    assert [line["element"] for line in kept["no_show"]["lines"]] == [0, 1]
    assert (not_kept["reservation"], not_kept["no_show"]) == (None, None)


async def test_tariff_is_tried_before_it_is_published(place: HttpPlace) -> None:
    draft = {"id": "draft", "currency": "EUR", "elements": ELEMENTS}
    body = {"tariff": json.dumps(draft), "begins_at": NOON, "minutes": 60, "energy_kwh": "20.5", "parking_minutes": 7}

    answer = await place.http.post("/api/v1/tariffs/trial", json=body, headers=place.operator_headers())
    kept = await place.http.get("/api/v1/tariffs/draft", headers=place.operator_headers())

    assert (answer.json()["total_excl_vat"], answer.json()["total_incl_vat"]) == ("10.20", "11.84")
    assert answer.json()["tariff_version"] == 0
    assert kept.status_code == 404


async def test_trial_says_what_is_wrong_with_a_tariff(place: HttpPlace) -> None:
    body = {"tariff": '{"id": "draft", "currency": "EUR", "elements": []}', "minutes": 60}

    broken = await place.http.post("/api/v1/tariffs/trial", json=body, headers=place.operator_headers())
    nowhere = await place.http.post(
        "/api/v1/tariffs/trial", json={**body, "timezone": "Mars"}, headers=place.operator_headers()
    )

    assert broken.status_code == 422
    assert "elements" in broken.json()["detail"]
    assert "Europe/Berlin" in nowhere.json()["errors"][0]["problem"]
