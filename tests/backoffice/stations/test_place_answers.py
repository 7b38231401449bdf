"""What stations answers other services about places."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from backoffice.contracts.stations import (
    CANCEL_ON_EVSE,
    DESCRIBE_PLACE,
    FIND_OTHER_PLACES,
    RESERVE_ON_EVSE,
    CancelOnEvse,
    CommandStatus,
    DescribePlace,
    FindOtherPlaces,
    Place,
    PlaceDescription,
    ReserveOnEvse,
)
from protocol.bus.commands import CommandAnswer, Outcome
from protocol.domain.identifiers import IdToken, StationId, TenantId
from protocol.domain.status import ConnectorStatus
from tests.backoffice.stations.harness import (
    CP001,
    DEFAULT,
    Node,
    add_station,
    become,
    connect,
    put,
    report,
)
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow

EVSE, BAY = Place(station_id=CP001, evse=1), Place(bay_id="B1")


async def add_bay(place: HttpPlace, bay_id: str = "B1", *, at: str = "at-CP001", **fields: Any) -> None:
    await put(place, f"/bays/{bay_id}", {"location_id": at, "name": bay_id} | fields)


async def occupy(place: HttpPlace, bay_id: str = "B1") -> None:
    body = {"kind": "sensor", "change": "occupied", "at": place.clock().isoformat()}
    answer = await place.http.post(f"/api/v1/bays/{bay_id}/events", json=body, headers=place.operator_headers())
    assert answer.status_code == 200, answer.text


async def close(place: HttpPlace, *, begins_in_h: int, **fields: Any) -> None:
    begin = place.clock() + timedelta(hours=begins_in_h)
    times = {"since": begin.isoformat(), "until": (begin + timedelta(hours=1)).isoformat()}
    body = {"location_id": "at-CP001", "kind": "maintenance", "reason": "r"} | times | fields
    answer = await place.http.post("/api/v1/closures", json=body, headers=place.operator_headers())
    assert answer.status_code == 201, answer.text


async def describe(place: HttpPlace, which: Place, *, hours: int = 1, tenant: TenantId = DEFAULT) -> PlaceDescription:
    now = place.clock()
    return await place.bus.ask(
        DESCRIBE_PLACE, DescribePlace(tenant, which, now, now + timedelta(hours=hours)), timeout_s=5
    )


async def others(place: HttpPlace, which: Place, *, in_h: int = 0, limit: int = 10) -> tuple[Place, ...]:
    since = place.clock() + timedelta(hours=in_h)
    question = FindOtherPlaces(DEFAULT, which, since, since + timedelta(minutes=30), limit)
    return (await place.bus.ask(FIND_OTHER_PLACES, question, timeout_s=5)).places


async def test_evse_and_its_bay_are_described_by_each_other(place: HttpPlace) -> None:
    await add_station(place)
    await add_bay(place, station_id="CP001", evse=1, is_reservable=False)
    await connect(place, epoch=1)
    await report(place, ConnectorStatus.AVAILABLE)
    await become(place, is_online=True, status="Available")

    evse, bay = await describe(place, EVSE), await describe(place, BAY)

    assert evse == PlaceDescription(True, "at-CP001", "Europe/Berlin", is_reservable=True, is_online=True, serves=BAY)
    assert bay == PlaceDescription(True, "at-CP001", "Europe/Berlin", is_reservable=False, is_online=True, serves=EVSE)


@pytest.mark.parametrize("which", [EVSE, BAY])
async def test_vehicle_in_the_bay_takes_its_evse_too(place: HttpPlace, which: Place) -> None:
    await add_station(place)
    await add_bay(place, station_id="CP001", evse=1)
    before = await describe(place, which)

    await occupy(place)

    assert (before.is_taken, (await describe(place, which)).is_taken) == (False, True)


async def test_charging_vehicle_takes_the_bay_too(place: HttpPlace) -> None:
    await add_station(place)
    await add_bay(place, station_id="CP001", evse=1)
    await report(place, ConnectorStatus.OCCUPIED)
    await become(place, is_online=False, status="Occupied")

    assert (await describe(place, BAY)).is_taken
    assert not (await describe(place, EVSE)).is_online


async def test_place_is_closed_where_a_closure_falls_into_the_time(place: HttpPlace) -> None:
    await add_station(place)
    await add_bay(place)
    await close(place, begins_in_h=2, places=[{"bay_id": "B1"}])

    closed = [(await describe(place, which, hours=hours)).is_closed for which in (BAY, EVSE) for hours in (1, 3)]

    assert closed == [False, True, False, False]


@pytest.mark.parametrize(
    "which",
    [Place(bay_id="B9"), Place(station_id=CP001, evse=9), Place(station_id=StationId("CP9"), evse=1), Place()],
)
async def test_place_that_is_not_there_is_not_known(place: HttpPlace, which: Place) -> None:
    await add_station(place)

    assert await describe(place, which) == PlaceDescription(is_known=False)
    assert await others(place, which) == ()


async def test_places_of_another_tenant_are_not_known(place: HttpPlace) -> None:
    await add_station(place)
    await add_bay(place)

    for which in (EVSE, BAY):
        assert await describe(place, which, tenant=TenantId("other")) == PlaceDescription(is_known=False)


async def test_other_evses_are_like_it_reservable_open_and_the_nearest_first(place: HttpPlace) -> None:
    def evse(number: int, standard: str = "IEC_62196_T2", **fields: Any) -> dict[str, Any]:
        return {"evse": number, "connectors": [{"standard": standard}], **fields}

    await add_station(place, evses=[evse(1), evse(2, "CHADEMO"), evse(3, is_reservable=False), evse(4)])
    await add_station(place, "FAR", latitude=52.55, evses=[evse(1)])
    await add_station(place, "NEAR", latitude=52.53, evses=[evse(1)])
    await add_station(place, "AWAY", latitude=48.0, evses=[evse(1)])
    await close(place, begins_in_h=2, location_id="at-NEAR")

    later = await others(place, EVSE, in_h=4)
    meanwhile = await others(place, EVSE, in_h=2)
    one = await others(place, EVSE, in_h=4, limit=1)

    assert [place_.key for place_ in later] == ["evse/CP001/4", "evse/NEAR/1", "evse/FAR/1"]
    assert [place_.key for place_ in meanwhile] == ["evse/CP001/4", "evse/FAR/1"]
    assert one == later[:1]


async def test_who_is_there_now_counts_for_what_begins_soon(place: HttpPlace) -> None:
    await add_station(place)
    for bay_id in ("B1", "B2", "B3"):
        await add_bay(place, bay_id)
    await occupy(place, "B2")

    assert await others(place, BAY) == (Place(bay_id="B3"),)
    assert await others(place, BAY, in_h=5) == (Place(bay_id="B2"), Place(bay_id="B3"))


async def test_station_is_told_what_to_keep_free_and_for_how_long(place: HttpPlace) -> None:
    await add_station(place)
    node = Node(place)
    await node.listen()
    expires_at = place.clock() + timedelta(hours=1)
    question = ReserveOnEvse(DEFAULT, CP001, 1, 7, IdToken("CARD1234"), expires_at)

    reserved = await place.bus.ask(RESERVE_ON_EVSE, question, timeout_s=5)
    held = (await reservations(place))[0]
    cancelled = await place.bus.ask(CANCEL_ON_EVSE, CancelOnEvse(DEFAULT, CP001, 7), timeout_s=5)

    assert (reserved.status, cancelled.status) == (CommandStatus.ACCEPTED, CommandStatus.ACCEPTED)
    assert [one.command for one in node.sent] == ["reserve", "cancel_reservation"]
    assert (held["reservation_id"], held["evse"], held["state"]) == (7, 1, "held")
    assert (await reservations(place))[0]["state"] == "cancelled"


async def test_station_that_refuses_or_is_away_is_told_apart(place: HttpPlace) -> None:
    await add_station(place)
    question = ReserveOnEvse(DEFAULT, CP001, 1, 7, IdToken("CARD1234"), place.clock() + timedelta(hours=1))
    away = await place.bus.ask(RESERVE_ON_EVSE, question, timeout_s=5)
    node = Node(place)
    await node.listen()
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(b'{"status":"Occupied"}'))

    refused = await place.bus.ask(RESERVE_ON_EVSE, question, timeout_s=5)
    node.answer = None
    silent = await place.bus.ask(CANCEL_ON_EVSE, CancelOnEvse(DEFAULT, CP001, 7), timeout_s=5)
    nobody = await place.bus.ask(CANCEL_ON_EVSE, CancelOnEvse(DEFAULT, StationId("CP9"), 7), timeout_s=5)

    assert (away.status, refused.status) == (CommandStatus.OFFLINE, CommandStatus.REFUSED)
    assert refused.detail == "Occupied"
    assert (silent.status, nobody.status) == (CommandStatus.UNKNOWN, CommandStatus.OFFLINE)
    assert await reservations(place) == []


async def reservations(place: HttpPlace) -> list[dict[str, Any]]:
    answer = await place.http.get("/api/v1/stations/CP001/reservations", headers=place.operator_headers())
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
