"""Tariffs are published, assigned and found again, over REST and the bus."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import asyncpg
import httpx
import msgspec

from backoffice.contracts.tariffs import (
    TARIFF_IN_FORCE,
    TARIFFS_IN_FORCE,
    EvsePlace,
    TariffInForce,
    TariffsInForce,
    TariffVersion,
)
from backoffice.kit.testing import eventually
from backoffice.pricing.tariff import read_tariff
from protocol.domain.identifiers import DEFAULT_TENANT, StationId, TenantId
from tests.factories.places import HttpPlace
from tests.vectors.examples import Json, component, element

CP001, CP002 = StationId("CP001"), StationId("CP002")
OTHER = TenantId("other")
HOUR = timedelta(hours=1)
EVERYWHERE: Json = {}


def energy_tariff(tariff_id: str, price: str = "0.45", **fields: object) -> Json:
    return {"id": tariff_id, "currency": "EUR", "elements": [element(component("ENERGY", price))], **fields}


async def publish(
    place: HttpPlace, tariff_id: str, price: str = "0.45", *, tenant: TenantId = DEFAULT_TENANT, **fields: object
) -> httpx.Response:
    body = energy_tariff(tariff_id, price, **fields)
    response = await place.http.put(
        f"/api/v1/tariffs/{tariff_id}", json=body, headers=place.operator_headers(tenant=tenant)
    )
    assert response.status_code == 200, response.text
    return response


async def assign(place: HttpPlace, tariff_id: str, *places: Json, tenant: TenantId = DEFAULT_TENANT) -> Json:
    response = await place.http.put(
        f"/api/v1/tariffs/{tariff_id}/assignments",
        json={"places": list(places)},
        headers=place.operator_headers(tenant=tenant),
    )
    assert response.status_code == 200, response.text
    content: Json = response.json()
    return content


async def ask(
    place: HttpPlace,
    station: StationId = CP001,
    evse: int = 1,
    *,
    at: datetime | None = None,
    tenant: TenantId = DEFAULT_TENANT,
) -> TariffVersion:
    return await place.bus.ask(TARIFF_IN_FORCE, TariffInForce(tenant, station, evse, at or place.clock()))


async def test_tenant_without_any_tariff_has_the_free_one(place: HttpPlace) -> None:
    answer = await ask(place)

    assert (answer.tariff_id, answer.version) == ("free", 0)
    assert read_tariff(bytes(answer.tariff)).is_free


async def test_evse_comes_before_station_and_station_before_tenant(place: HttpPlace) -> None:
    for tariff_id in ("default", "station", "evse"):
        await publish(place, tariff_id)
    await assign(place, "default", EVERYWHERE)
    await assign(place, "station", {"station_id": CP001})
    await assign(place, "evse", {"station_id": CP001, "evse": 2})

    assert (await ask(place, CP001, 2)).tariff_id == "evse"
    assert (await ask(place, CP001, 1)).tariff_id == "station"
    assert (await ask(place, CP002, 1)).tariff_id == "default"


async def test_answer_for_a_past_time_never_changes(place: HttpPlace) -> None:
    before = place.clock()
    await publish(place, "a", "0.30")
    await assign(place, "a", EVERYWHERE)
    first = await ask(place, at=(at_first := place.clock()))
    place.clock.advance(HOUR)
    await publish(place, "a", "0.60")
    second = await ask(place, at=(at_second := place.clock()))
    place.clock.advance(HOUR)
    await publish(place, "b")
    await assign(place, "b", EVERYWHERE, {"station_id": CP001})
    place.clock.advance(HOUR)
    await assign(place, "a")

    assert [first.version, second.version] == [1, 2]
    assert [await ask(place, at=at) for at in (at_first, at_second)] == [first, second]
    assert (await ask(place, at=before - HOUR)).tariff_id == "free"
    assert (await ask(place)).tariff_id == "b"


@asynccontextmanager
async def price_list_locked(database_url: str, function: str) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """The default tenant's price list is held as by a question or a change; yields whether someone waits for it."""
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        await connection.execute(f"SELECT {function}(hashtext('tariffs'), hashtext('default'))")

        async def someone_waits() -> bool:
            return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))

        yield someone_waits
    finally:
        await connection.close()


async def test_change_waits_for_questions_and_begins_after_them(place: HttpPlace, database_url: str) -> None:
    locked = price_list_locked(database_url, "pg_advisory_lock_shared")
    async with asyncio.TaskGroup() as group, locked as someone_waits:
        change = group.create_task(publish(place, "a"))
        await eventually(someone_waits)
        asked_at = place.clock()

    assert datetime.fromisoformat(change.result().json()["valid_from"]) > asked_at


async def test_question_waits_for_a_change_that_has_begun(place: HttpPlace, database_url: str) -> None:
    async with asyncio.TaskGroup() as group, price_list_locked(database_url, "pg_advisory_lock") as someone_waits:
        question = group.create_task(ask(place))
        await eventually(someone_waits)
        assert not question.done()

    assert question.result().tariff_id == "free"


async def test_version_that_starts_later_holds_from_then_on(place: HttpPlace) -> None:
    await publish(place, "a", "0.30")
    await assign(place, "a", EVERYWHERE)
    tomorrow = place.clock() + 24 * HOUR
    view = (await publish(place, "a", "0.60", start_date_time=tomorrow.isoformat())).json()

    assert datetime.fromisoformat(view["valid_from"]) == tomorrow
    assert (await ask(place)).version == 1
    assert (await ask(place, at=tomorrow)).version == 2


async def test_tariff_outside_of_its_validity_gives_way_to_the_wider_place(place: HttpPlace) -> None:
    await publish(place, "default")
    await assign(place, "default", EVERYWHERE)
    ends = place.clock() + HOUR
    await publish(place, "weekend", end_date_time=ends.isoformat())
    await assign(place, "weekend", {"station_id": CP001})

    assert (await ask(place)).tariff_id == "weekend"
    assert (await ask(place, at=ends)).tariff_id == "default"


async def test_place_has_one_tariff_and_a_tariff_only_the_places_last_named(place: HttpPlace) -> None:
    await publish(place, "a")
    await publish(place, "b")
    await assign(place, "a", {"station_id": CP001}, {"station_id": CP002})
    await assign(place, "b", {"station_id": CP002, "evse": 1})
    await assign(place, "b", {"station_id": CP002})

    listed = await place.http.get("/api/v1/tariffs/a/assignments", headers=place.operator_headers())
    assert [entry["station_id"] for entry in listed.json()["places"]] == [CP001]
    assert (await ask(place, CP002)).tariff_id == "b"
    same = await assign(place, "a", {"station_id": CP001})
    assert same == listed.json()


async def test_many_places_are_answered_at_once_with_each_tariff_once(place: HttpPlace) -> None:
    await publish(place, "a")
    await assign(place, "a", {"station_id": CP001})
    places = (EvsePlace(CP001, 1), EvsePlace(CP002, 1), EvsePlace(CP001, 2))

    answer = await place.bus.ask(TARIFFS_IN_FORCE, TariffsInForce(DEFAULT_TENANT, places, place.clock()))

    assert [answer.versions[index].tariff_id for index in answer.index_of_place] == ["a", "free", "a"]
    assert len(answer.versions) == 2


async def test_two_tenants_with_the_same_names_have_their_own_tariffs(place: HttpPlace) -> None:
    await publish(place, "a", "0.30")
    await publish(place, "a", "0.90", tenant=OTHER)
    await assign(place, "a", {"station_id": CP001})
    await assign(place, "a", {"station_id": CP001}, tenant=OTHER)

    ours, theirs = await ask(place), await ask(place, tenant=OTHER)

    assert b"0.30" in bytes(ours.tariff)
    assert b"0.90" in bytes(theirs.tariff)


async def test_same_json_again_makes_no_version_and_numbers_stay_as_written(place: HttpPlace) -> None:
    await publish(place, "a", "0.4500")
    again = await publish(place, "a", "0.4500")
    await assign(place, "a", EVERYWHERE)

    assert again.json()["version"] == 1
    assert msgspec.json.decode((await ask(place)).tariff) == energy_tariff("a", "0.4500")


async def test_versions_are_listed_newest_first_and_tariffs_in_pages(place: HttpPlace) -> None:
    for tariff_id, price in (("a", "0.1"), ("a", "0.2"), ("b", "0.3")):
        await publish(place, tariff_id, price)
    headers = place.operator_headers()

    versions = await place.http.get("/api/v1/tariffs/a/versions", headers=headers)
    first = (await place.http.get("/api/v1/tariffs?limit=1", headers=headers)).json()
    second = await place.http.get(f"/api/v1/tariffs?limit=1&cursor={first['next_cursor']}", headers=headers)

    assert [view["version"] for view in versions.json()] == [2, 1]
    assert [(view["tariff_id"], view["version"]) for view in first["items"]] == [("a", 2)]
    assert [view["tariff_id"] for view in second.json()["items"]] == ["b"]


async def test_what_is_no_tariff_is_422_and_what_is_not_there_404(place: HttpPlace) -> None:
    headers = place.operator_headers()
    put = place.http.put

    broken = await put("/api/v1/tariffs/a", content=b'{"id": "a", "currency": "EUR"}', headers=headers)
    other = await put("/api/v1/tariffs/a", content=json.dumps(energy_tariff("b")), headers=headers)
    huge = await put("/api/v1/tariffs/a", json=energy_tariff("a", note="x" * 300_000), headers=headers)
    nobodys = await put("/api/v1/tariffs/x/assignments", json={"places": [EVERYWHERE]}, headers=headers)
    homeless = await put("/api/v1/tariffs/x/assignments", json={"places": [{"evse": 1}]}, headers=headers)
    missing = await place.http.get("/api/v1/tariffs/x", headers=headers)

    assert (broken.status_code, broken.json()["type"]) == (422, "urn:chargeyard:problem:tariff-refused")
    assert "elements" in broken.json()["detail"]
    assert [each.status_code for each in (other, huge, nobodys, homeless, missing)] == [422, 422, 404, 422, 404]


async def test_driver_may_not_set_prices(place: HttpPlace) -> None:
    response = await place.http.put("/api/v1/tariffs/a", json=energy_tariff("a", "0"), headers=place.driver_headers())

    assert response.status_code == 403
