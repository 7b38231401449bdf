"""Tariffs of sites, bays, groups and drivers: one order decides, and an answer for a past time stays as it was."""

from datetime import datetime
from itertools import combinations
from typing import Any

import pytest

from backoffice.contracts.tariffs import (
    DRIVER_TARIFF,
    TARIFF_IN_FORCE,
    TARIFFS_IN_FORCE,
    EvsePlace,
    TariffInForce,
    TariffsInForce,
)
from backoffice.tariffs.domain import Asked, Assignment, Place, PriceList, Version, order_of
from protocol.blocks.tariff_and_cost.queries import AskDriverTariff
from protocol.domain.identifiers import DEFAULT_TENANT, DriverId, StationId
from tests.backoffice.tariffs.test_tariffs import CP001, HOUR, assign, publish
from tests.factories.places import HttpPlace

ANNA, BEN = DriverId("anna"), DriverId("ben")
EVERYTHING = {
    "driver": Place(driver_id=ANNA),
    "group": Place(group_id="staff"),
    "evse": Place(CP001, 1),
    "bay": Place(bay_id="B1"),
    "station": Place(CP001),
    "site": Place(location_id="yard"),
    "tenant": Place(),
}
SINCE = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
ASKED = Asked(station_id=CP001, evse=1, bay_id="B1", location_id="yard", driver_id=ANNA, group_id="staff")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_first_in_the_order_that_has_a_tariff_decides(count: int) -> None:
    versions = [Version(name, 1, SINCE, None, b"") for name in EVERYTHING]

    for names in combinations(EVERYTHING, count):
        assigned = [Assignment(EVERYTHING[name], name, SINCE) for name in reversed(names)]
        found = PriceList(assigned, versions).find(order_of(ASKED), SINCE)
        assert found is not None
        assert found.tariff_id == names[0]


def test_nobody_anywhere_has_the_tenants_tariff() -> None:
    assert list(order_of(Asked(station_id=StationId(""), evse=0, bay_id="", location_id=""))) == [Place()]


async def put(place: HttpPlace, path: str, body: dict[str, Any]) -> Any:
    response = await place.http.put(f"/api/v1/tariffs/{path}", json=body, headers=place.operator_headers())
    assert response.status_code == 200, response.text
    return response.json()


async def tariff_of(place: HttpPlace, *, at: datetime | None = None, **known: Any) -> str:
    values = {"station_id": CP001, "evse": 1} | known
    question = TariffInForce(DEFAULT_TENANT, at=at or place.clock(), **values)
    return (await place.bus.ask(TARIFF_IN_FORCE, question)).tariff_id


async def test_each_narrower_assignment_takes_over(place: HttpPlace) -> None:
    for tariff_id in EVERYTHING:
        await publish(place, tariff_id)
    await put(place, "groups/staff/drivers", {"driver_ids": [ANNA, BEN]})
    at_bay: dict[str, Any] = {"station_id": StationId(""), "evse": 0, "bay_id": "B1", "location_id": "yard"}
    seen = []

    for tariff_id, body in (
        ("tenant", {"places": [{}]}),
        ("site", {"places": [{"location_id": "yard"}]}),
        ("station", {"places": [{"station_id": CP001}]}),
        ("bay", {"places": [{"bay_id": "B1"}]}),
        ("evse", {"places": [{"station_id": CP001, "evse": 1}]}),
    ):
        await put(place, f"{tariff_id}/assignments", body)
        seen.append((await tariff_of(place, location_id="yard"), await tariff_of(place, **at_bay)))
    await put(place, "group/groups", {"group_ids": ["staff"]})
    seen.append(
        (await tariff_of(place, driver_id=ANNA, location_id="yard"), await tariff_of(place, location_id="yard"))
    )
    await put(place, "driver/drivers", {"driver_ids": [ANNA]})
    seen.append((await tariff_of(place, driver_id=ANNA), await tariff_of(place, driver_id=BEN, **at_bay)))

    assert seen == [
        ("tenant", "tenant"),
        ("site", "site"),
        ("station", "site"),
        ("station", "bay"),
        ("evse", "bay"),
        ("group", "evse"),
        ("driver", "group"),
    ]


async def test_site_holds_only_where_the_asker_says_so(place: HttpPlace) -> None:
    await publish(place, "site")
    await put(place, "site/assignments", {"places": [{"location_id": "yard"}]})
    places = (EvsePlace(CP001, 1, "yard"), EvsePlace(CP001, 2, "elsewhere"), EvsePlace(CP001, 3))

    answer = await place.bus.ask(TARIFFS_IN_FORCE, TariffsInForce(DEFAULT_TENANT, places, place.clock()))

    assert [answer.versions[index].tariff_id for index in answer.index_of_place] == ["site", "free", "free"]


async def test_driver_is_in_one_group_and_was_in_another(place: HttpPlace) -> None:
    for tariff_id in ("a", "b"):
        await publish(place, tariff_id)
        await put(place, f"{tariff_id}/groups", {"group_ids": [f"group-{tariff_id}"]})
    await put(place, "groups/group-a/drivers", {"driver_ids": [ANNA, BEN]})
    at_first = place.clock()
    place.clock.advance(HOUR)
    moved = await put(place, "groups/group-b/drivers", {"driver_ids": [ANNA]})
    left = await place.http.get("/api/v1/tariffs/groups/group-a/drivers", headers=place.operator_headers())
    at_second = place.clock()
    place.clock.advance(HOUR)
    await put(place, "groups/group-b/drivers", {"driver_ids": []})
    await put(place, "b/groups", {"group_ids": []})

    assert (moved["driver_ids"], left.json()["driver_ids"]) == ([ANNA], [BEN])
    assert [await tariff_of(place, driver_id=ANNA, at=at) for at in (at_first, at_second)] == ["a", "b"]
    assert [await tariff_of(place, driver_id=driver) for driver in (ANNA, BEN)] == ["free", "a"]


async def test_station_is_told_the_tariff_of_the_drivers_group(place: HttpPlace) -> None:
    await publish(place, "staff", "0.30")
    await publish(place, "everybody", "0.60")
    await assign(place, "everybody", {})
    await put(place, "staff/groups", {"group_ids": ["staff"]})
    await put(place, "groups/staff/drivers", {"driver_ids": [ANNA]})

    told = [
        (await place.bus.ask(DRIVER_TARIFF, AskDriverTariff(DEFAULT_TENANT, driver, place.clock()))).tariff
        for driver in (ANNA, BEN)
    ]

    assert [tariff and tariff.tariff_id for tariff in told] == ["staff", None]


async def test_site_or_bay_has_one_tariff_and_a_tariff_only_the_places_last_named(place: HttpPlace) -> None:
    for tariff_id in ("a", "b"):
        await publish(place, tariff_id)
    await assign(place, "a", {"location_id": "yard"}, {"bay_id": "B1"}, {"station_id": CP001})
    await assign(place, "b", {"location_id": "yard"})
    groups = await put(place, "a/groups", {"group_ids": ["staff", "staff"]})
    await assign(place, "a", {"bay_id": "B1"})

    listed = await place.http.get("/api/v1/tariffs/a/assignments", headers=place.operator_headers())
    assert [entry["bay_id"] for entry in listed.json()["places"]] == ["B1"]
    assert await tariff_of(place, location_id="yard") == "b"
    # Places and groups are said apart: naming the ones leaves the others.
    assert groups["group_ids"] == ["staff"]
    still = await place.http.get("/api/v1/tariffs/a/groups", headers=place.operator_headers())
    assert still.json()["group_ids"] == ["staff"]


async def test_place_is_one_thing_and_groups_are_operators(place: HttpPlace) -> None:
    await publish(place, "a")
    two = await place.http.put(
        "/api/v1/tariffs/a/assignments",
        json={"places": [{"bay_id": "B1", "location_id": "yard"}]},
        headers=place.operator_headers(),
    )
    drivers = await place.http.put(
        "/api/v1/tariffs/groups/staff/drivers", json={"driver_ids": ["anna"]}, headers=place.driver_headers()
    )
    nobodys = await place.http.put(
        "/api/v1/tariffs/x/groups", json={"group_ids": ["staff"]}, headers=place.operator_headers()
    )

    assert [answer.status_code for answer in (two, drivers, nobodys)] == [422, 403, 404]
