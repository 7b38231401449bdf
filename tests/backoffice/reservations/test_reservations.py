"""Places are reserved, listed, prolonged, moved and given up by REST."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from backoffice.contracts.reservations import (
    HOLDER_OF,
    AskHolder,
    Holder,
    ReservationCancelled,
    ReservationCreated,
    ReservationExtended,
)
from backoffice.contracts.stations import DescribePlace, Place
from backoffice.kit.testing import eventually
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId
from tests.backoffice.reservations.harness import (
    BAY,
    EVSE,
    HOUR,
    MINUTE,
    OTHER_BAY,
    OTHER_EVSE,
    Others,
    asked,
    body_of,
    post,
    read,
    reserve,
    reserved,
    said,
)
from tests.factories.places import HttpPlace

POLICY = {
    "free_cancellation_s": 3600, "grace_s": 900, "buffer_s": 600, "shortest_s": 300, "longest_s": 43200,
    "ahead_s": 2592000, "at_once": 5,
}  # fmt: skip


async def set_policy(place: HttpPlace, **changes: int) -> None:
    response = await place.http.put(
        "/api/v1/reservations/policy", json=POLICY | changes, headers=place.operator_headers()
    )
    assert response.status_code == 200, response.text


async def slots(place: HttpPlace, key: str, begin: datetime, end: datetime) -> Any:
    response = await place.http.get(
        f"/api/v1/reservations/places/{key}/slots",
        params={"from": begin.isoformat(), "until": end.isoformat()},
        headers=place.driver_headers(),
    )
    assert response.status_code == 200, response.text
    return response.json()


def windows(view: Any) -> list[tuple[datetime, datetime]]:
    return [
        (datetime.fromisoformat(each["begins_at"]), datetime.fromisoformat(each["ends_at"])) for each in view["free"]
    ]


async def holder(place: HttpPlace, asked: Place, at: datetime, *, tenant: TenantId = DEFAULT_TENANT) -> Holder:
    return await place.bus.ask(HOLDER_OF, AskHolder(tenant, asked, at))


async def test_evse_and_bay_are_one_reservation_and_both_are_the_drivers(place: HttpPlace) -> None:
    made = await reserved(place, EVSE, BAY)

    begins_at, ends_at = (datetime.fromisoformat(made[name]) for name in ("begins_at", "ends_at"))
    assert (made["state"], made["station"], made["location_id"]) == ("confirmed", "unsent", "yard")
    assert made["places"] == [
        {"station_id": None, "evse": None, "bay_id": "B1"},
        {"station_id": "CP001", "evse": 1, "bay_id": None},
    ]
    for one in (EVSE, BAY):
        assert await holder(place, one, begins_at) == Holder("driver-1", made["id"])
        assert await holder(place, one, ends_at) == Holder()
    assert await holder(place, OTHER_BAY, begins_at) == Holder()
    [created] = await said(place, made["id"], 1)
    assert isinstance(created, ReservationCreated)
    assert (created.places, created.begins_at) == ((BAY, EVSE), begins_at)


async def test_place_is_one_drivers_at_a_time_and_the_next_may_begin_when_it_ends(place: HttpPlace) -> None:
    begins_at = place.clock() + 2 * HOUR
    await reserved(place, BAY, begins_at=begins_at)

    overlapping = await reserve(place, BAY, begins_at=begins_at + 59 * MINUTE, driver="driver-2")
    behind = await reserve(place, BAY, begins_at=begins_at + HOUR, driver="driver-2")
    before = await reserve(place, BAY, begins_at=begins_at - HOUR, driver="driver-2")
    elsewhere = await reserve(place, OTHER_BAY, begins_at=begins_at, driver="driver-2")

    assert (overlapping.status_code, overlapping.json()["type"]) == (409, "urn:chargeyard:problem:place-reserved")
    assert [each.status_code for each in (behind, before, elsewhere)] == [201, 201, 201]


async def test_nothing_is_reserved_where_one_of_two_places_is_taken(place: HttpPlace) -> None:
    begins_at = place.clock() + 2 * HOUR
    await reserved(place, EVSE, begins_at=begins_at)

    assert (await reserve(place, EVSE, BAY, begins_at=begins_at, driver="driver-2")).status_code == 409
    assert (await reserve(place, BAY, begins_at=begins_at, driver="driver-3")).status_code == 201


async def test_buffer_passes_between_two_reservations(place: HttpPlace) -> None:
    await set_policy(place, buffer_s=600)
    begins_at = place.clock() + 3 * HOUR
    await reserved(place, BAY, begins_at=begins_at)

    ends_too_late = await reserve(place, BAY, begins_at=begins_at - HOUR, length=51 * MINUTE, driver="driver-2")
    ends_in_time = await reserve(place, BAY, begins_at=begins_at - HOUR, length=50 * MINUTE, driver="driver-2")
    begins_too_soon = await reserve(place, BAY, begins_at=begins_at + HOUR + 9 * MINUTE, driver="driver-2")

    assert [each.status_code for each in (ends_too_late, ends_in_time, begins_too_soon)] == [409, 201, 409]


async def test_same_key_makes_one_reservation_and_another_body_is_refused(place: HttpPlace) -> None:
    begins_at = place.clock() + 2 * HOUR
    first = await reserved(place, BAY, begins_at=begins_at, key="the-same-key")
    again = await reserve(place, BAY, begins_at=begins_at, key="the-same-key")
    other = await reserve(place, OTHER_BAY, begins_at=begins_at, key="the-same-key")

    assert (again.status_code, again.json()["id"]) == (201, first["id"])
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("after", "length", "status"),
    [
        (-10 * MINUTE, HOUR, 409),
        (HOUR, 4 * MINUTE, 409),
        (HOUR, 13 * HOUR, 409),
        (timedelta(days=31), HOUR, 409),
        (HOUR, -HOUR, 422),
        (timedelta(), HOUR, 201),
    ],
    ids=["past", "too short", "too long", "too far ahead", "ends before it begins", "now"],
)
async def test_time_that_is_not_allowed_is_refused(
    place: HttpPlace, after: timedelta, length: timedelta, status: int
) -> None:
    assert (await reserve(place, BAY, after=after, length=length)).status_code == status


async def test_place_that_is_not_to_be_had_is_refused_and_says_why(place: HttpPlace, others: Others) -> None:
    others.say(OTHER_BAY, is_reservable=False)
    others.say(OTHER_EVSE, location_id="elsewhere")
    others.say(EVSE, is_taken=True)
    closed_from = place.clock() + 2 * HOUR
    others.closed[BAY.key] = (closed_from + 30 * MINUTE, closed_from + 40 * MINUTE)

    refused = {
        "place-not-found": await reserve(place, Place(bay_id="nowhere")),
        "place-not-reservable": await reserve(place, OTHER_BAY),
        "place-closed": await reserve(place, BAY, begins_at=closed_from),
        "places-apart": await reserve(place, OTHER_EVSE, BAY, after=5 * HOUR),
        "place-occupied": await reserve(place, EVSE, after=5 * MINUTE),
    }

    assert {kind: answer.json()["type"].rpartition(":")[2] for kind, answer in refused.items()} == {
        kind: kind for kind in refused
    }
    assert [answer.status_code for answer in refused.values()] == [404, 409, 409, 422, 409]
    assert (await reserve(place, EVSE)).status_code == 201  # taken now says nothing of later


async def test_malformed_places_are_refused(place: HttpPlace) -> None:
    begins_at = place.clock() + HOUR
    window = {"begins_at": begins_at.isoformat(), "ends_at": (begins_at + HOUR).isoformat()}
    bodies: list[list[dict[str, Any]]] = [
        [],
        [{}],
        [{"station_id": "CP001"}],
        [{"bay_id": "B1", "station_id": "CP001", "evse": 1}],
        [{"bay_id": "B1"}, {"bay_id": "B2"}],
    ]

    answers = [await post(place, "", window | {"places": places}, key="some-key-1") for places in bodies]

    assert [answer.status_code for answer in answers] == [422] * len(bodies)


async def test_driver_has_a_bounded_number_to_come(place: HttpPlace) -> None:
    await set_policy(place, at_once=2)
    for hours in (1, 3):
        await reserved(place, BAY, after=hours * HOUR)

    assert (await reserve(place, BAY, after=5 * HOUR)).status_code == 409
    assert (await reserve(place, BAY, after=5 * HOUR, driver="driver-2")).status_code == 201


async def test_operator_reserves_for_a_driver_and_says_for_whom(place: HttpPlace) -> None:
    nobody = await reserve(place, BAY, operator=True)
    made = await reserved(place, BAY, operator=True, driver_id="driver-7", key="operators-key")

    assert nobody.status_code == 422
    assert made["driver_id"] == "driver-7"
    own = await place.http.get("/api/v1/reservations", headers=place.driver_headers("driver-7"))
    assert [each["id"] for each in own.json()["items"]] == [made["id"]]


async def test_reservation_is_its_drivers_and_operators_and_nobody_elses(place: HttpPlace) -> None:
    made = await reserved(place, BAY)
    path = f"/api/v1/reservations/{made['id']}"

    assert (await place.http.get(path, headers=place.driver_headers())).status_code == 200
    assert (await place.http.get(path, headers=place.driver_headers("driver-2"))).status_code == 404
    other_tenant = place.operator_headers(tenant=TenantId("other"))
    assert (await place.http.get(path, headers=other_tenant)).status_code == 404
    assert (await post(place, f"/{made['id']}/cancel", {}, driver="driver-2")).status_code == 404
    assert (await place.http.get(f"{path}/events", headers=place.driver_headers("driver-2"))).status_code == 404


async def test_two_tenants_reserve_places_of_the_same_name(place: HttpPlace) -> None:
    begins_at = place.clock() + HOUR
    await reserved(place, BAY, begins_at=begins_at)
    await reserved(place, BAY, begins_at=begins_at, tenant=TenantId("other"))

    assert (await holder(place, BAY, begins_at, tenant=TenantId("other"))).driver_id == "driver-1"


async def test_calendar_lists_what_overlaps_a_time_at_a_location_in_pages(place: HttpPlace, others: Others) -> None:
    others.say(OTHER_BAY, location_id="elsewhere")
    begin = place.clock() + HOUR
    made = [await reserved(place, BAY, begins_at=begin + hours * 2 * HOUR, driver=f"d{hours}") for hours in range(3)]
    await reserved(place, OTHER_BAY, begins_at=begin)
    query = {"location_id": "yard", "from": (begin + 30 * MINUTE).isoformat(), "limit": "1"}
    query["until"] = (begin + 150 * MINUTE).isoformat()
    headers = place.operator_headers()

    first = (await place.http.get("/api/v1/reservations", params=query, headers=headers)).json()
    query["cursor"] = first["next_cursor"]
    second = (await place.http.get("/api/v1/reservations", params=query, headers=headers)).json()

    assert [each["id"] for each in first["items"] + second["items"]] == [each["id"] for each in made[:2]]
    assert second["next_cursor"] is None


async def test_time_line_shows_what_is_neither_reserved_nor_closed(place: HttpPlace, others: Others) -> None:
    await set_policy(place, buffer_s=600)
    begin = place.clock() + HOUR
    await reserved(place, BAY, begins_at=begin + 2 * HOUR)
    others.closed[BAY.key] = (begin + 5 * HOUR, begin + 6 * HOUR)

    free = windows(await slots(place, BAY.key, begin, begin + 8 * HOUR))

    assert free[0] == (begin, begin + 110 * MINUTE)
    assert free[1][0] == begin + 190 * MINUTE
    # A closure is found by halves: never shorter than it is, and no more than a quarter of an hour too long.
    assert begin + 285 * MINUTE <= free[1][1] <= begin + 5 * HOUR
    assert begin + 6 * HOUR <= free[2][0] <= begin + 375 * MINUTE
    assert free[2][1] == begin + 8 * HOUR
    assert len(free) == 3


async def test_time_line_of_an_evse_is_found_by_its_key_and_of_no_place_not(place: HttpPlace, others: Others) -> None:
    begin = place.clock()
    others.say(EVSE, is_reservable=False)
    url = "/api/v1/reservations/places/{}/slots"
    params = {"from": begin.isoformat(), "until": (begin + HOUR).isoformat()}

    shown = await slots(place, EVSE.key, begin, begin + HOUR)
    answers = [
        await place.http.get(url.format(key), params=params, headers=place.driver_headers())
        for key in ("evse/CP001/x", "bay/", "tree/1", "bay/nowhere")
    ]

    assert (shown["is_reservable"], shown["free"]) == (False, [])
    assert [answer.status_code for answer in answers] == [422, 422, 422, 404]


async def test_reservation_is_prolonged_where_nobody_has_the_place_after_it(place: HttpPlace, others: Others) -> None:
    begins_at = place.clock() + 2 * HOUR
    made = await reserved(place, BAY, begins_at=begins_at)
    await reserved(place, BAY, begins_at=begins_at + 3 * HOUR, driver="driver-2")
    path = f"/{made['id']}/extend"

    longer = await post(place, path, {"ends_at": (begins_at + 2 * HOUR).isoformat()})
    same = await post(place, path, {"ends_at": (begins_at + 2 * HOUR).isoformat()})
    too_long = await post(place, path, {"ends_at": (begins_at + 4 * HOUR).isoformat()})
    shorter = await post(place, path, {"ends_at": (begins_at + HOUR).isoformat()})
    others.closed[BAY.key] = (begins_at + 2 * HOUR, begins_at + 3 * HOUR)
    closed = await post(place, path, {"ends_at": (begins_at + 150 * MINUTE).isoformat()})

    assert [each.status_code for each in (longer, same, too_long, shorter, closed)] == [200, 200, 409, 409, 409]
    assert (await reserve(place, BAY, begins_at=begins_at + HOUR, driver="driver-3")).status_code == 409
    _, extended = await said(place, made["id"], 2)
    assert isinstance(extended, ReservationExtended)
    assert extended.ends_at == begins_at + 2 * HOUR


async def test_reservation_that_is_given_up_leaves_its_place_to_others(place: HttpPlace) -> None:
    begins_at = place.clock() + 2 * HOUR
    made = await reserved(place, EVSE, BAY, begins_at=begins_at)

    given_up = await post(place, f"/{made['id']}/cancel", {"reason": "plans changed"})
    again = await post(place, f"/{made['id']}/cancel", {"reason": "plans changed"})
    late = await post(place, f"/{made['id']}/extend", {"ends_at": (begins_at + 2 * HOUR).isoformat()})

    assert (given_up.json()["state"], given_up.json()["cancelled_by"]) == ("cancelled", "driver")
    assert given_up.json() == again.json()
    assert late.status_code == 409
    assert (await reserve(place, BAY, begins_at=begins_at, driver="driver-2")).status_code == 201
    _, cancelled = await said(place, made["id"], 2)
    assert isinstance(cancelled, ReservationCancelled)
    # What a driver wrote is read here, and on no event.
    assert (cancelled.cancelled_by, cancelled.reason) == ("driver", "")
    assert given_up.json()["reason"] == "plans changed"


async def test_move_gives_other_places_and_costs_nothing(place: HttpPlace) -> None:
    begins_at = place.clock() + 30 * MINUTE  # too late to give it up for free
    made = await reserved(place, BAY, begins_at=begins_at)
    body = {"places": [body_of(OTHER_BAY)]}

    moved = await post(place, f"/{made['id']}/move", body, key="move-it-now")
    again = await post(place, f"/{made['id']}/move", body, key="move-it-now")

    assert moved.status_code == 201
    assert moved.json()["moved_from"] == made["id"]
    assert again.json()["id"] == moved.json()["id"]
    old = await read(place, made["id"])
    assert (old["state"], old["reason"], old["total_incl_vat"]) == ("cancelled", "moved", None)
    assert await holder(place, BAY, begins_at) == Holder()
    assert (await holder(place, OTHER_BAY, begins_at)).reservation_id == moved.json()["id"]


async def test_what_was_kept_free_since_its_begin_is_not_given_back_for_nothing_by_moving(place: HttpPlace) -> None:
    made = await reserved(place, BAY, begins_at=place.clock() + 30 * MINUTE)
    place.clock.advance(31 * MINUTE)

    refused = await post(place, f"/{made['id']}/move", {"places": [body_of(OTHER_BAY)]}, key="move-it-now")

    assert refused.status_code == 409
    assert (await read(place, made["id"]))["state"] == "confirmed"


async def test_reservation_that_is_prolonged_while_it_is_moved_stays_as_long(place: HttpPlace, others: Others) -> None:
    made = await reserved(place, BAY)
    longer = datetime.fromisoformat(made["ends_at"]) + MINUTE
    others.may_describe[OTHER_BAY.key] = asyncio.Event()
    moving = asyncio.create_task(
        post(place, f"/{made['id']}/move", {"places": [body_of(OTHER_BAY)]}, key="move-it-now")
    )
    await eventually(asked(others, DescribePlace, len(others.were_asked(DescribePlace)) + 1))

    extended = await post(place, f"/{made['id']}/extend", {"ends_at": longer.isoformat()})
    others.may_describe[OTHER_BAY.key].set()

    assert extended.status_code == 200
    assert datetime.fromisoformat((await moving).json()["ends_at"]) == longer


@pytest.mark.parametrize(
    "query",
    [
        "?from=0001-01-01T00:00:00Z",
        "?until=9999-12-31T23:59:59-23:00",
        "/places/evse/CP001/1/slots?from=0001-01-01T00:00:00%2B14:00&until=0001-01-02T00:00:00Z",
        "/places/evse/CP001/1/slots?from=9999-12-31T00:00:00Z&until=9999-12-31T23:00:00Z",
    ],
)
async def test_time_at_the_end_of_the_calendar_is_refused(place: HttpPlace, query: str) -> None:
    answer = await place.http.get(f"/api/v1/reservations{query}", headers=place.driver_headers())

    assert answer.status_code == 422


async def test_move_to_a_place_that_is_reserved_leaves_everything_as_it_was(place: HttpPlace) -> None:
    begins_at = place.clock() + 2 * HOUR
    made = await reserved(place, BAY, begins_at=begins_at)
    await reserved(place, OTHER_BAY, begins_at=begins_at, driver="driver-2")

    refused = await post(place, f"/{made['id']}/move", {"places": [body_of(OTHER_BAY)]}, key="move-it-now")

    assert refused.status_code == 409
    assert (await read(place, made["id"]))["state"] == "confirmed"
    assert (await holder(place, BAY, begins_at)).driver_id == "driver-1"


async def test_policy_is_an_operators_and_binds_only_what_is_made_after_it(place: HttpPlace) -> None:
    before = await reserved(place, BAY)
    denied = await place.http.put("/api/v1/reservations/policy", json=POLICY, headers=place.driver_headers())
    await set_policy(place, grace_s=120, free_cancellation_s=0)
    after = await reserved(place, OTHER_BAY)

    def lengths(view: dict[str, Any]) -> tuple[timedelta, timedelta]:
        begin, *others = (datetime.fromisoformat(view[name]) for name in ("begins_at", "expires_at", "free_until"))
        return others[0] - begin, begin - others[1]

    assert denied.status_code == 403
    assert lengths(before) == (15 * MINUTE, HOUR)
    assert lengths(await read(place, before["id"])) == (15 * MINUTE, HOUR)
    assert lengths(after) == (2 * MINUTE, timedelta())


async def test_stations_are_asked_about_the_very_window(place: HttpPlace, others: Others) -> None:
    begins_at = place.clock() + 2 * HOUR
    await reserved(place, BAY, begins_at=begins_at)

    assert DescribePlace(DEFAULT_TENANT, BAY, begins_at, begins_at + HOUR) in others.were_asked(DescribePlace)


async def test_database_itself_lets_no_two_active_reservations_overlap(place: HttpPlace, database_url: str) -> None:
    made = await reserved(place, BAY)
    other = await reserved(place, OTHER_BAY, driver="driver-2")
    give_it_the_same_bay = """
        INSERT INTO reservations.reserved_places
        SELECT tenant_id, $2, place_key, NULL, held_from + interval '59 minutes', held_until, $3
        FROM reservations.reserved_places WHERE reservation_id = $1"""
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        with pytest.raises(asyncpg.ExclusionViolationError):
            await connection.execute(give_it_the_same_bay, made["id"], other["id"], True)
        inactive = await connection.execute(give_it_the_same_bay, made["id"], other["id"], False)
    finally:
        await connection.close()

    assert inactive == "INSERT 0 1"
