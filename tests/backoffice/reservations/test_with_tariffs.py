"""Reservations and tariffs together: the price of a reservation is of the tariff that held when it was made."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from backoffice.contracts.tariffs import TARIFF_IN_FORCE
from backoffice.reservations.app import SERVICE as RESERVATIONS
from backoffice.tariffs.app import SERVICE as TARIFFS
from tests.backoffice.reservations.harness import BAY, EVSE, MINUTE, Others, becomes, post, reserved
from tests.factories.places import HttpPlace, open_place
from tests.vectors.examples import component, element


@pytest_asyncio.fixture
async def place(database_url: str, nats_url: str, others: Others) -> AsyncIterator[HttpPlace]:
    played = [answerer for answerer in others.answerers() if answerer.query is not TARIFF_IN_FORCE]
    async with open_place([RESERVATIONS, TARIFFS], database_url=database_url, nats_url=nats_url) as opened:
        playing = [asyncio.create_task(opened.bus.serve(answerer)) for answerer in played]
        yield opened
        for task in playing:
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)


async def agree(place: HttpPlace, tariff_id: str, fee: str, kind: str, body: Mapping[str, Any]) -> None:
    """The tariff takes so much for a reservation, and holds where `body` says."""
    elements = [element(component("FLAT", fee, vat="20"), reservation="RESERVATION")]
    content = {"id": tariff_id, "currency": "EUR", "elements": elements}
    for path, sent in ((tariff_id, content), (f"{tariff_id}/{kind}", body)):
        answer = await place.http.put(f"/api/v1/tariffs/{path}", json=sent, headers=place.operator_headers())
        assert answer.status_code == 200, answer.text


async def given_up(place: HttpPlace, made: Mapping[str, Any], *, driver: str = "driver-1") -> str:
    """What it costs to give it up too late."""
    await post(place, f"/{made['id']}/cancel", {}, driver=driver)
    view = await becomes(place, str(made["id"]), state="cancelled", currency="EUR")
    return f"{view['tariff_id']} {view['total_excl_vat']} {view['total_incl_vat']}"


async def test_site_bay_and_group_have_prices_of_their_own(place: HttpPlace) -> None:
    await agree(place, "site", "1", "assignments", {"places": [{"location_id": "yard"}]})
    await agree(place, "bay", "2", "assignments", {"places": [{"bay_id": "B1"}]})
    await agree(place, "staff", "3", "groups", {"group_ids": ["staff"]})
    members = {"driver_ids": ["driver-2"]}
    await place.http.put("/api/v1/tariffs/groups/staff/drivers", json=members, headers=place.operator_headers())

    at_evse = await given_up(place, await reserved(place, EVSE, after=MINUTE))
    at_bay = await given_up(place, await reserved(place, BAY, after=MINUTE))
    of_staff = await given_up(place, await reserved(place, BAY, after=MINUTE, driver="driver-2"), driver="driver-2")

    assert [at_evse, at_bay, of_staff] == ["site 1.00 1.20", "bay 2.00 2.40", "staff 3.00 3.60"]


@pytest.mark.parametrize("is_dearer_before", [True, False])
async def test_price_is_the_one_that_held_when_it_was_made(place: HttpPlace, is_dearer_before: bool) -> None:
    await agree(place, "yard", "1", "assignments", {"places": [{}]})
    made = None if is_dearer_before else await reserved(place, EVSE, after=10 * MINUTE)
    place.clock.advance(MINUTE)
    await agree(place, "yard", "9", "assignments", {"places": [{}]})
    made = made or await reserved(place, EVSE, after=10 * MINUTE)

    assert await given_up(place, made) == ("yard 9.00 10.80" if is_dearer_before else "yard 1.00 1.20")
