"""Closures: which places are closed when, what is published, and what is not offered meanwhile."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from backoffice.contracts.stations import (
    START_ON_EVSE,
    CommandStatus,
    Place,
    PlacesClosed,
    PlacesReopened,
    StartOnEvse,
)
from backoffice.kit.testing import eventually
from backoffice.stations.closure_states import CLOSURE, ClosureState, ClosureTrigger
from protocol.domain.identifiers import IdToken, StationId, TenantId
from protocol.domain.status import ConnectorStatus
from protocol.errors import IllegalTransition
from tests.backoffice.stations.harness import (
    CP001,
    DEFAULT,
    Node,
    add_station,
    become,
    connect,
    domain_events,
    put,
    report,
    shown,
)
from tests.factories.places import HttpPlace

EVSE = Place(station_id=StationId("CP001"), evse=1)
BAY = Place(bay_id="B1")


@pytest.mark.parametrize("state", list(ClosureState))
@pytest.mark.parametrize("trigger", list(ClosureTrigger))
def test_closure_moves_on_and_never_back(state: ClosureState, trigger: ClosureTrigger) -> None:
    order = list(ClosureState)
    if trigger not in CLOSURE.transitions[state]:
        with pytest.raises(IllegalTransition):
            CLOSURE.advance(state, trigger)
        return

    assert order.index(CLOSURE.advance(state, trigger)) > order.index(state)


async def close(place: HttpPlace, *, tenant: TenantId = DEFAULT, **fields: Any) -> httpx.Response:
    body = {"location_id": "at-CP001", "kind": "maintenance", "reason": "new cable"} | fields
    return await place.http.post("/api/v1/closures", json=body, headers=place.operator_headers(tenant=tenant))


async def change(place: HttpPlace, closure_id: str, **fields: Any) -> httpx.Response:
    return await place.http.patch(f"/api/v1/closures/{closure_id}", json=fields, headers=place.operator_headers())


async def end(place: HttpPlace, closure_id: str) -> httpx.Response:
    return await place.http.post(f"/api/v1/closures/{closure_id}/end", headers=place.operator_headers())


async def read(place: HttpPlace, closure_id: str) -> Any:
    answer = await place.http.get(f"/api/v1/closures/{closure_id}", headers=place.operator_headers())
    return answer.json()


async def found_nearby(place: HttpPlace, **params: Any) -> list[str]:
    query = {"lat": 52.52, "lon": 13.41} | params
    answer = await place.http.get("/api/v1/places/nearby", params=query, headers=place.driver_headers())
    assert answer.status_code == 200, answer.text
    return [one["station_id"] if one["kind"] == "evse" else one["bay"]["bay_id"] for one in answer.json()["items"]]


def iso(place: HttpPlace, **ahead: int) -> str:
    at: datetime = place.clock() + timedelta(**ahead)
    return at.isoformat()


@pytest.mark.slow
async def test_outage_of_a_location_closes_all_its_places_until_it_is_ended(place: HttpPlace) -> None:
    await add_station(place)
    await put(place, "/bays/B1", {"location_id": "at-CP001", "name": "P1"})
    before = await found_nearby(place), await found_nearby(place, kind="bay")

    made = (await close(place, kind="outage")).json()
    during = await found_nearby(place), await found_nearby(place, kind="bay")
    ended = (await end(place, made["closure_id"])).json()
    after = await found_nearby(place), await found_nearby(place, kind="bay")

    assert (before, during, after) == ((["CP001"], ["B1"]), ([], []), (["CP001"], ["B1"]))
    assert (made["state"], made["until"], ended["state"]) == ("running", None, "over")
    closed, reopened = await domain_events(place, made["closure_id"], 2)
    assert isinstance(closed, PlacesClosed)
    assert (closed.places, closed.until, closed.reason) == ((BAY, EVSE), None, "new cable")
    assert isinstance(reopened, PlacesReopened)
    assert reopened.places == (BAY, EVSE)


@pytest.mark.slow
async def test_planned_closure_runs_and_ends_by_itself(place: HttpPlace) -> None:
    await add_station(place)
    made = (await close(place, since=iso(place, hours=1), until=iso(place, hours=2))).json()
    before = await found_nearby(place)

    async def is_state(state: str) -> bool:
        return bool((await read(place, made["closure_id"]))["state"] == state)

    place.clock.advance(timedelta(minutes=61))
    during = await found_nearby(place)  # whether or not the worker has come by
    await eventually(lambda: is_state("running"))
    place.clock.advance(timedelta(minutes=60))
    after = await found_nearby(place)
    await eventually(lambda: is_state("over"))

    assert (made["state"], before, during, after) == ("planned", ["CP001"], [], ["CP001"])
    assert [type(one) for one in await domain_events(place, made["closure_id"], 2)] == [PlacesClosed, PlacesReopened]


@pytest.mark.slow
async def test_closures_of_every_tenant_end(place: HttpPlace) -> None:
    other = TenantId("other")
    await add_station(place)
    await add_station(place, tenant=other)
    soon = iso(place, minutes=10)
    ids = {tenant: (await close(place, tenant=tenant, until=soon)).json()["closure_id"] for tenant in (DEFAULT, other)}

    place.clock.advance(timedelta(minutes=11))

    for tenant, closure_id in ids.items():
        _, reopened = await domain_events(place, closure_id, 2, tenant=tenant)
        assert isinstance(reopened, PlacesReopened)
        assert reopened.places == (EVSE,)


@pytest.mark.slow
async def test_overlapping_closures_close_until_the_last_is_over(place: HttpPlace) -> None:
    await add_station(place)
    first = (await close(place)).json()["closure_id"]
    second = (await close(place, places=[{"station_id": "CP001"}])).json()["closure_id"]

    await end(place, first)
    still = await found_nearby(place)
    await end(place, second)

    assert (still, await found_nearby(place)) == ([], ["CP001"])


@pytest.mark.slow
async def test_planned_closure_is_changed_and_called_off(place: HttpPlace) -> None:
    await add_station(place, evses=[{"evse": 1, "connectors": [{}]}, {"evse": 2, "connectors": [{}]}])
    made = (await close(place, since=iso(place, hours=1), until=iso(place, hours=2))).json()["closure_id"]

    changed = await change(place, made, until=None, places=[{"station_id": "CP001", "evse": 2}], reason="paint")
    off = await end(place, made)
    again = await end(place, made)

    assert (changed.json()["until"], changed.json()["reason"]) == (None, "paint")
    assert (off.json()["state"], again.status_code) == ("called_off", 409)
    _, said_again, reopened = await domain_events(place, made, 3)
    two = (Place(station_id=StationId("CP001"), evse=2),)
    assert (said_again.places, said_again.until, reopened.places) == (two, None, two)


@pytest.mark.slow
async def test_closure_that_makes_no_sense_is_refused(place: HttpPlace) -> None:
    await add_station(place)
    running = (await close(place)).json()["closure_id"]

    refused = [
        await close(place, location_id="nowhere"),
        await close(place, places=[{"station_id": "CP001", "evse": 7}]),
        await close(place, places=[{"bay_id": "B7"}]),
        await close(place, places=[{"bay_id": "B7", "evse": 1}]),
        await close(place, since=iso(place, hours=2), until=iso(place, hours=1)),
        await close(place, since=iso(place, hours=-2), until=iso(place, hours=-1)),
        await close(place, until="9999-12-31T23:59:59-23:00"),
        await change(place, running, until="9999-12-31T23:59:59-23:00"),
        await change(place, running, since=iso(place, hours=1)),
        await change(place, "nothing", reason="x"),
    ]

    assert [answer.status_code for answer in refused] == [404, 422, 422, 422, 422, 422, 422, 422, 409, 404]


@pytest.mark.slow
async def test_closures_are_listed_by_place_and_state_in_pages(place: HttpPlace) -> None:
    await add_station(place)
    ids = [
        (await close(place, since=iso(place, hours=hours), until=iso(place, hours=hours + 1))).json()["closure_id"]
        for hours in (1, 2, 3)
    ]
    await end(place, ids[1])
    query = {"location_id": "at-CP001", "state": "planned", "limit": "1"}

    first = await place.http.get("/api/v1/closures", params=query, headers=place.operator_headers())
    second = await place.http.get(
        "/api/v1/closures", params=query | {"cursor": first.json()["next_cursor"]}, headers=place.operator_headers()
    )
    by_driver = await place.http.get("/api/v1/closures", headers=place.driver_headers())

    assert [one["closure_id"] for page in (first, second) for one in page.json()["items"]] == [ids[2], ids[0]]
    assert second.json()["next_cursor"] is None
    assert by_driver.status_code == 403


@pytest.mark.slow
async def test_window_of_a_search_leaves_out_what_is_closed_in_it(place: HttpPlace) -> None:
    await add_station(place)
    await close(place, since=iso(place, hours=2), until=iso(place, hours=3))

    windows = [(0, 1), (1, 4), (2, 3), (3, 4)]
    found = [
        await found_nearby(place, free_from=iso(place, hours=begin), free_until=iso(place, hours=end))
        for begin, end in windows
    ]

    assert found == [["CP001"], [], [], ["CP001"]]


@pytest.mark.slow
async def test_nobody_starts_at_a_closed_evse(place: HttpPlace) -> None:
    await add_station(place)
    await connect(place, epoch=1)
    await report(place, ConnectorStatus.AVAILABLE)
    await become(place, is_online=True, status="Available")
    node = Node(place)
    await node.listen()
    question = StartOnEvse(DEFAULT, CP001, 1, IdToken("CARD1234"), 1)

    made = (await close(place)).json()["closure_id"]
    closed = (await shown(place))["evses"][0]
    refused = await place.bus.ask(START_ON_EVSE, question, timeout_s=5)
    sent_while_closed = len(node.sent)
    await end(place, made)
    accepted = await place.bus.ask(START_ON_EVSE, question, timeout_s=5)

    assert (closed["is_closed"], closed["is_available"]) == (True, False)
    assert (refused.status, sent_while_closed, accepted.status) == (CommandStatus.REFUSED, 0, CommandStatus.ACCEPTED)
    assert (await shown(place))["evses"][0]["is_available"]


@pytest.mark.slow
async def test_bay_that_is_deleted_is_closed_no_more(place: HttpPlace) -> None:
    await add_station(place)
    await put(place, "/bays/B1", {"location_id": "at-CP001", "name": "P1"})
    made = (await close(place)).json()["closure_id"]

    await place.http.delete("/api/v1/bays/B1", headers=place.operator_headers())
    await put(place, "/bays/B1", {"location_id": "at-CP001", "name": "P1"})

    assert [one["bay_id"] for one in (await read(place, made))["places"]] == [None]
    assert await found_nearby(place, kind="bay") == ["B1"]
