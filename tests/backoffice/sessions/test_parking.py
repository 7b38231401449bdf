"""Stays in parking bays: begun and ended by the bay, claimed, priced and said."""

from datetime import timedelta
from typing import Any

import msgspec

from backoffice.contracts.reservations import Holder, ReservationHonoured
from backoffice.contracts.sessions import (
    ChargingSessionStarted,
    ParkingSessionCompleted,
    ParkingSessionStarted,
    parking_session_id_of,
)
from backoffice.contracts.stations import BayOccupied, BayVacated, Place
from backoffice.contracts.tariffs import TariffInForce
from backoffice.kit.testing import eventually
from protocol.domain.identifiers import DriverId
from tests.backoffice.sessions.harness import CP001, DEFAULT, T0, TX, Others, ended, publish, said, session_in, started
from tests.factories.places import HttpPlace

STAY = parking_session_id_of(DEFAULT, "P1", T0)
# Two euros an hour; from the third hour on eight.
PARKING = b"""{"id":"P","currency":"EUR","elements":[
    {"price_components":[{"type":"PARKING_TIME","price":8,"step_size":1,"vat":20}],"restrictions":{"min_duration":7200}},
    {"price_components":[{"type":"PARKING_TIME","price":2,"step_size":1,"vat":20}]}]}"""


async def occupy(place: HttpPlace, *, minutes: int = 0, bay_id: str = "P1", **fields: Any) -> None:
    event = BayOccupied(bay_id=bay_id, location_id="BER", at=T0 + timedelta(minutes=minutes), **fields)
    await place.publish_domain(event, key=bay_id)


async def vacate(place: HttpPlace, *, minutes: int, bay_id: str = "P1") -> None:
    event = BayVacated(bay_id=bay_id, location_id="BER", at=T0 + timedelta(minutes=minutes))
    await place.publish_domain(event, key=bay_id)


async def stay_in(place: HttpPlace, state: str, *, stay_id: str = STAY, **wanted: object) -> dict[str, Any]:
    async def found() -> dict[str, Any]:
        answer = await place.http.get(f"/api/v1/parking-sessions/{stay_id}", headers=place.operator_headers())
        body: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        is_it = body.get("state") == state and all(body[name] == value for name, value in wanted.items())
        return body if is_it else {}

    return await eventually(found, what=f"a stay that is {state} {wanted}")


async def claim(place: HttpPlace, *, driver: str = "driver-1", bay_id: str = "P1") -> Any:
    headers = place.driver_headers(driver)
    return await place.http.post("/api/v1/parking-sessions/claims", json={"bay_id": bay_id}, headers=headers)


async def test_stay_of_who_checks_in_is_priced_when_the_vehicle_has_left(place: HttpPlace, others: Others) -> None:
    others.tariff = PARKING
    await occupy(place)
    await stay_in(place, "parked", driver_id=None)
    assert (await claim(place)).json()["driver_id"] == "driver-1"
    assert (await claim(place)).status_code == 200
    await stay_in(place, "parked", tariff_id="T", currency="EUR")

    await vacate(place, minutes=180)

    stay = await stay_in(place, "completed")
    assert (stay["cost_excl_vat"], stay["cost_incl_vat"]) == ("12.00", "14.40")
    assert [line["dimension"] for line in stay["lines"]] == ["PARKING_TIME", "PARKING_TIME"]
    [first, claimed, completed] = await said(place, 3, session_id=STAY)
    assert (type(first), first.driver_id) == (ParkingSessionStarted, None)
    assert (type(claimed), claimed.driver_id) == (ParkingSessionStarted, "driver-1")
    assert isinstance(completed, ParkingSessionCompleted)
    assert str(completed.total_incl_vat) == "14.40"


async def test_stay_costs_so_far_what_it_would_if_it_ended_now(place: HttpPlace, others: Others) -> None:
    others.tariff = PARKING
    began_at = place.clock() - timedelta(minutes=30)
    await place.publish_domain(BayOccupied(bay_id="P1", location_id="BER", at=began_at), key="P1")
    stay_id = parking_session_id_of(DEFAULT, "P1", began_at)

    stay = await stay_in(place, "parked", stay_id=stay_id, currency="EUR")

    assert 1.0 <= float(stay["cost_excl_vat"]) <= 1.1


async def test_stay_within_a_reservation_is_its_holders(place: HttpPlace, others: Others) -> None:
    others.holder = Holder(DriverId("driver-7"), "R1")
    await occupy(place)

    await stay_in(place, "parked", driver_id="driver-7", reservation_id="R1", tariff_id="T")

    asked = others.were_asked(TariffInForce)[-1]
    assert (asked.driver_id, asked.bay_id, asked.location_id) == ("driver-7", "P1", "BER")
    assert (await claim(place)).status_code == 409


async def test_reservation_that_is_honoured_later_gives_the_stay_to_its_driver(place: HttpPlace) -> None:
    await occupy(place)
    await stay_in(place, "parked")
    honoured = ReservationHonoured(
        reservation_id="R1",
        driver_id=DriverId("driver-3"),
        location_id="BER",
        places=(Place(bay_id="P1"),),
        begins_at=T0,
        ends_at=T0 + timedelta(hours=1),
        at=T0 + timedelta(minutes=1),
        session_id=None,
    )

    await place.publish_domain(honoured, key="R1")

    await stay_in(place, "parked", driver_id="driver-3", reservation_id="R1")


async def test_whoever_charges_at_the_evse_of_a_bay_stands_there(place: HttpPlace) -> None:
    await occupy(place, station_id=CP001, evse=1)
    await stay_in(place, "parked")
    started = ChargingSessionStarted(
        session_id="S",
        station_id=CP001,
        evse=1,
        transaction_id=TX,
        driver_id=DriverId("driver-2"),
        started_at=T0 + timedelta(minutes=2),
    )

    await place.publish_domain(started, key="S")
    await stay_in(place, "parked", driver_id="driver-2")
    await place.publish_domain(msgspec.structs.replace(started, driver_id=DriverId("driver-9")), key="S")
    await vacate(place, minutes=20)

    await stay_in(place, "completed", driver_id="driver-2")


async def test_charge_that_was_heard_of_before_the_stay_says_whose_it_was(place: HttpPlace) -> None:
    await publish(place, started(), minutes=5)
    await publish(place, ended(), minutes=30)
    await session_in(place, "completed")

    for minutes, bay_id in ((0, "P1"), (6, "P2")):
        await occupy(place, minutes=minutes, bay_id=bay_id, station_id=CP001, evse=1)
        await vacate(place, minutes=40, bay_id=bay_id)

    after = parking_session_id_of(DEFAULT, "P2", T0 + timedelta(minutes=6))
    await stay_in(place, "completed", driver_id="driver-1")
    await stay_in(place, "completed", stay_id=after, driver_id=None)


async def test_charge_of_before_the_vehicle_came_is_somebody_elses(place: HttpPlace) -> None:
    await occupy(place, minutes=10, station_id=CP001, evse=1)
    stay_id = parking_session_id_of(DEFAULT, "P1", T0 + timedelta(minutes=10))
    await stay_in(place, "parked", stay_id=stay_id)
    early = ChargingSessionStarted(
        session_id="S",
        station_id=CP001,
        evse=1,
        transaction_id=TX,
        driver_id=DriverId("driver-2"),
        started_at=T0 + timedelta(minutes=9),
    )

    await place.publish_domain(early, key="S")
    await place.publish_domain(
        msgspec.structs.replace(early, driver_id=DriverId("driver-3"), started_at=T0 + timedelta(minutes=11)), key="S"
    )

    await stay_in(place, "parked", stay_id=stay_id, driver_id="driver-3")


async def test_driver_who_is_faster_than_the_news_claims_no_stay_of_before(place: HttpPlace) -> None:
    await occupy(place)
    await stay_in(place, "parked")
    came_at = T0 + timedelta(minutes=5)

    async def claim_since() -> Any:
        body = {"bay_id": "P1", "since": came_at.isoformat()}
        return await place.http.post(
            "/api/v1/parking-sessions/claims", json=body, headers=place.driver_headers("driver-1")
        )

    refused = await claim_since()
    await vacate(place, minutes=4)
    await occupy(place, minutes=5)
    own = parking_session_id_of(DEFAULT, "P1", came_at)
    await stay_in(place, "parked", stay_id=own)
    claimed = await claim_since()

    assert (refused.status_code, claimed.status_code) == (409, 200)
    assert claimed.json()["id"] == own
    await stay_in(place, "completed", driver_id=None)


async def test_vehicle_that_comes_says_that_the_one_before_has_left(place: HttpPlace) -> None:
    await occupy(place)
    await occupy(place, minutes=90)

    await stay_in(place, "completed", driver_id=None)
    second = parking_session_id_of(DEFAULT, "P1", T0 + timedelta(minutes=90))
    await stay_in(place, "parked", stay_id=second)
    listed = await place.http.get("/api/v1/parking-sessions?bay_id=P1", headers=place.operator_headers())
    assert [stay["id"] for stay in listed.json()["items"]] == [second, STAY]


async def test_bay_that_is_empty_cannot_be_claimed_and_stays_are_their_drivers_own(place: HttpPlace) -> None:
    refused = await claim(place, bay_id="P2")
    assert refused.status_code == 409
    assert "Nobody stands in parking bay P2" in refused.json()["detail"]

    await occupy(place)
    await stay_in(place, "parked")
    await claim(place)
    answer = await place.http.get(f"/api/v1/parking-sessions/{STAY}", headers=place.driver_headers("driver-2"))
    assert answer.status_code == 404
