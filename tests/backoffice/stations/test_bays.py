"""Parking bays by REST: what operators keep, what devices report, what is published, who stays too long."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from backoffice.contracts.stations import BayOccupied, BayVacated
from backoffice.kit.testing import SECRETS
from protocol.domain.identifiers import StationId, TenantId
from protocol.domain.plates import plate_ref, tenant_plate_key
from tests.backoffice.stations.harness import DEFAULT, add_station, domain_events, put
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow

BAY = {"location_id": "at-CP001", "name": "P1"}


async def save_bay(
    place: HttpPlace, bay_id: str = "B1", *, if_match: str | None = None, **fields: Any
) -> httpx.Response:
    headers = place.operator_headers() | ({"If-Match": if_match} if if_match else {})
    return await place.http.put(f"/api/v1/bays/{bay_id}", json=BAY | fields, headers=headers)


async def report(place: HttpPlace, change: str, *, at: datetime, kind: str = "sensor", **fields: Any) -> httpx.Response:
    body = {"kind": kind, "change": change, "at": at.isoformat()} | fields
    return await place.http.post("/api/v1/bays/B1/events", json=body, headers=place.operator_headers())


async def read(place: HttpPlace, path: str, *, tenant: TenantId = DEFAULT, is_driver: bool = False) -> Any:
    headers = place.driver_headers(tenant=tenant) if is_driver else place.operator_headers(tenant=tenant)
    return (await place.http.get(f"/api/v1{path}", headers=headers)).json()


async def test_bay_is_made_read_changed_and_deleted(place: HttpPlace) -> None:
    await add_station(place)
    body = {"name": "P1", "station_id": "CP001", "evse": 1, "is_accessible": True, "max_height_cm": 210}
    made = await place.http.post("/api/v1/locations/at-CP001/bays", json=body, headers=place.operator_headers())
    path = f"/bays/{made.json()['bay_id']}"

    listed = await read(place, "/locations/at-CP001/bays", is_driver=True)
    gone = await place.http.delete(f"/api/v1{path}", headers=place.operator_headers())

    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert [(one["name"], one["evse"], one["is_accessible"], one["state"]) for one in listed["items"]] == [
        ("P1", 1, True, "unknown")
    ]
    assert gone.status_code == 204
    assert (await read(place, path))["status"] == 404


async def test_change_by_somebody_who_saw_an_older_version_is_refused(place: HttpPlace) -> None:
    await add_station(place)
    first = await save_bay(place)
    same = await save_bay(place)
    second = await save_bay(place, name="P2", if_match=first.headers["ETag"])

    stale = await save_bay(place, name="P3", if_match=first.headers["ETag"])
    missing = await save_bay(place, "B9", if_match="*")

    assert (first.headers["ETag"], same.headers["ETag"], second.headers["ETag"]) == ('"1"', '"1"', '"2"')
    assert (stale.status_code, stale.json()["type"]) == (412, "urn:chargeyard:problem:bay-changed-meanwhile")
    assert missing.status_code == 412
    assert (await read(place, "/bays/B1"))["name"] == "P2"


async def test_names_are_one_bay_s_and_an_evse_has_one_bay(place: HttpPlace) -> None:
    await add_station(place)
    await add_station(place, "CP002")
    await save_bay(place, station_id="CP001", evse=1)

    refused = [
        await save_bay(place, "B2"),
        await save_bay(place, "B2", name="P2", station_id="CP001", evse=1),
        await save_bay(place, "B2", name="P2", station_id="CP002", evse=1),
        await save_bay(place, "B2", name="P2", station_id="CP001"),
        await save_bay(place, "B2", location_id="nowhere"),
    ]

    assert [answer.status_code for answer in refused] == [409, 409, 422, 422, 404]


async def test_bay_outlives_its_evse(place: HttpPlace) -> None:
    evses = [{"evse": 1, "connectors": [{}]}, {"evse": 2, "connectors": [{}]}]
    await add_station(place, evses=evses)
    await save_bay(place, station_id="CP001", evse=2)

    await put(place, "/stations/CP001", {"location_id": "at-CP001", "evses": evses[:1]})

    bay = await read(place, "/bays/B1")
    assert (bay["station_id"], bay["evse"]) == (None, None)


async def test_bay_stays_where_it_is_when_its_station_moves(place: HttpPlace) -> None:
    made = await add_station(place)
    await add_station(place, "CP002")
    await save_bay(place, station_id="CP001", evse=1)
    evses = [{"evse": evse["evse"], "connectors": [{}]} for evse in made["evses"]]

    await put(place, "/stations/CP001", {"location_id": "at-CP001", "evses": evses})
    stayed = await read(place, "/bays/B1")
    await put(place, "/stations/CP001", {"location_id": "at-CP002", "evses": evses})
    moved = await read(place, "/bays/B1")

    assert (stayed["location_id"], stayed["station_id"]) == ("at-CP001", "CP001")
    assert (moved["location_id"], moved["station_id"], moved["evse"]) == ("at-CP001", None, None)


async def test_stay_is_published_once_however_often_it_is_reported(place: HttpPlace) -> None:
    await add_station(place)
    await save_bay(place, station_id="CP001", evse=1)
    t0 = place.clock() - timedelta(hours=1)
    minutes = [
        ("occupied", 10),
        ("occupied", 11),
        ("vacated", 5),
        ("out_of_order", 12),
        ("vacated", 20),
        ("vacated", 21),
    ]

    verdicts = [
        (await report(place, change, at=t0 + timedelta(minutes=minute))).json()["verdict"] for change, minute in minutes
    ]
    await report(place, "occupied", at=t0 + timedelta(minutes=30), kind="barrier")

    assert verdicts == ["news", "repeated", "late", "news", "news", "repeated"]
    came, left, came_again = await domain_events(place, "B1", 3)
    assert came == BayOccupied(
        bay_id="B1", location_id="at-CP001", at=t0 + timedelta(minutes=10), station_id=StationId("CP001"), evse=1
    )
    assert left == BayVacated(bay_id="B1", location_id="at-CP001", at=t0 + timedelta(minutes=20))
    assert came_again.at == t0 + timedelta(minutes=30)


async def test_plate_is_kept_and_published_as_a_keyed_hash_alone(place: HttpPlace) -> None:
    await add_station(place)
    await save_bay(place)
    t0 = place.clock() - timedelta(hours=1)
    await report(place, "occupied", at=t0)
    read_later = await report(place, "occupied", at=t0 + timedelta(seconds=2), kind="plate", plate="b-ab 1234")
    other = await report(place, "occupied", at=t0 + timedelta(minutes=9), kind="plate", plate="M-X 1")

    events = await domain_events(place, "B1", 4)

    key = tenant_plate_key(SECRETS["TOKEN_KEY"].encode(), DEFAULT)
    assert [type(event) for event in events] == [BayOccupied, BayOccupied, BayVacated, BayOccupied]
    assert [events[0].plate_ref, events[1].plate_ref] == [None, plate_ref("BAB1234", key)]
    assert events[1].at == events[0].at
    assert events[3].plate_ref == plate_ref("MX1", key)
    assert "1234" not in read_later.text
    assert other.json()["bay"]["has_plate"]


async def test_driver_sees_whether_a_bay_is_occupied_and_nothing_of_who(place: HttpPlace) -> None:
    await add_station(place)
    await save_bay(place)
    await report(place, "occupied", at=place.clock(), kind="plate", plate="B-AB 1234")

    seen = await read(place, "/bays/B1", is_driver=True)

    assert (seen["is_occupied"], seen["state"]) == (True, "occupied")
    assert not {"occupied_since", "has_plate", "plate_ref"} & set(seen)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "plate"}, 422),
        ({"kind": "plate", "plate": "- -"}, 422),
        ({"change": "vacated", "plate": "B-AB 1234"}, 422),
        ({"change": "reserved"}, 422),
        ({"at": "2026-05-04T10:00:00"}, 422),
        ({"at": "0001-01-01T00:00:00+14:00"}, 422),
    ],
)
async def test_report_that_makes_no_sense_is_refused(place: HttpPlace, fields: dict[str, Any], status: int) -> None:
    await add_station(place)
    await save_bay(place)
    body = {"kind": "sensor", "change": "occupied", "at": place.clock().isoformat()} | fields

    answer = await place.http.post("/api/v1/bays/B1/events", json=body, headers=place.operator_headers())

    assert answer.status_code == status, answer.text


async def test_report_of_a_clock_that_is_far_ahead_keeps_nothing_out(place: HttpPlace) -> None:
    await add_station(place)
    await save_bay(place)

    ahead = await report(place, "occupied", at=place.clock() + timedelta(hours=1))
    right = await report(place, "occupied", at=place.clock())

    assert (ahead.status_code, right.json()["verdict"]) == (422, "news")


async def test_bay_under_a_vehicle_is_not_deleted(place: HttpPlace) -> None:
    await add_station(place)
    await save_bay(place)
    await report(place, "occupied", at=place.clock())

    answer = await place.http.delete("/api/v1/bays/B1", headers=place.operator_headers())

    assert answer.status_code == 409


async def test_overstays_are_those_of_longer_than_is_allowed(place: HttpPlace) -> None:
    await add_station(place)
    await save_bay(place, max_stay_s=3600)
    await report(place, "occupied", at=place.clock())
    before = await read(place, "/bays/overstays")

    place.clock.advance(timedelta(minutes=90))

    (over,) = (await read(place, "/bays/overstays?location_id=at-CP001"))["items"]
    assert before["items"] == []
    assert over["bay_id"] == "B1"
    assert 1799 <= over["over_s"] <= 1860
    assert (await read(place, "/bays/overstays?location_id=elsewhere"))["items"] == []


async def test_bays_are_the_tenant_s_own_and_written_by_operators(place: HttpPlace) -> None:
    await add_station(place)
    await save_bay(place)
    body = {"kind": "sensor", "change": "occupied", "at": place.clock().isoformat()}

    by_driver = [
        await place.http.put("/api/v1/bays/B1", json=BAY, headers=place.driver_headers()),
        await place.http.post("/api/v1/bays/B1/events", json=body, headers=place.driver_headers()),
        await place.http.delete("/api/v1/bays/B1", headers=place.driver_headers()),
        await place.http.get("/api/v1/bays/overstays", headers=place.driver_headers()),
    ]

    assert [answer.status_code for answer in by_driver] == [403] * 4
    assert (await read(place, "/bays/B1", tenant=TenantId("other")))["status"] == 404


async def test_bays_that_are_made_at_once_do_not_share_a_name(place: HttpPlace) -> None:
    await add_station(place)

    answers = await asyncio.gather(*(save_bay(place, f"B{number}") for number in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


async def test_reports_that_come_at_once_make_one_stay(place: HttpPlace) -> None:
    await add_station(place)
    await save_bay(place)
    t0 = place.clock() - timedelta(minutes=1)

    answers = await asyncio.gather(*(report(place, "occupied", at=t0) for _ in range(8)))
    await report(place, "vacated", at=t0 + timedelta(seconds=30))

    assert sorted(answer.json()["verdict"] for answer in answers) == ["news"] + ["repeated"] * 7
    assert [type(event) for event in await domain_events(place, "B1", 2)] == [BayOccupied, BayVacated]


async def test_bay_that_is_closed_says_so(place: HttpPlace) -> None:
    await add_station(place)
    await save_bay(place)
    await save_bay(place, "B2", name="P2")
    closure = {"location_id": "at-CP001", "kind": "outage", "reason": "r", "places": [{"bay_id": "B1"}]}

    await place.http.post("/api/v1/closures", json=closure, headers=place.operator_headers())

    listed = await read(place, "/locations/at-CP001/bays", is_driver=True)
    assert [one["is_closed"] for one in listed["items"]] == [True, False]
    assert (await read(place, "/bays/B1"))["is_closed"]
