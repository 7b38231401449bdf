"""How a reservation ends, and what that costs."""

from typing import Any

import pytest

from backoffice.contracts.reservations import (
    ReservationCancelled,
    ReservationCharged,
    ReservationCreated,
    ReservationEndangered,
    ReservationExpired,
    ReservationHonoured,
    ReservationSoon,
)
from backoffice.contracts.stations import (
    BayOccupied,
    DescribePlace,
    PlacesClosed,
)
from backoffice.kit.testing import eventually
from tests.backoffice.reservations.harness import (
    BAY,
    EVSE,
    FREE,
    HOUR,
    MINUTE,
    OTHER_BAY,
    OTHER_EVSE,
    Others,
    asked,
    becomes,
    begin_of,
    count_said,
    post,
    read,
    reserved,
    said,
    session_starts,
)
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow


async def test_giving_up_an_endangered_reservation_costs_nothing(place: HttpPlace, others: Others) -> None:
    made = await reserved(place, BAY, after=30 * MINUTE)
    others.say(BAY, is_taken=True)
    place.clock.advance(21 * MINUTE)
    await becomes(place, made["id"], is_endangered=True)

    await post(place, f"/{made['id']}/cancel", {})

    events = await said(place, made["id"], 3)
    assert [type(event) for event in events] == [ReservationCreated, ReservationEndangered, ReservationCancelled]
    # A second one, which is not free, is charged meanwhile: the first never is.
    other = await reserved(place, OTHER_BAY, after=30 * MINUTE)
    await post(place, f"/{other['id']}/cancel", {})
    await becomes(place, other["id"], total_incl_vat="2.00")
    assert (await read(place, made["id"]))["total_incl_vat"] is None


async def test_place_that_closes_before_the_begin_gives_the_reservation_up_for_nothing(
    place: HttpPlace, others: Others
) -> None:
    made = await reserved(place, BAY, after=30 * MINUTE)
    others.say(BAY, is_closed=True)

    place.clock.advance(21 * MINUTE)

    view = await becomes(place, made["id"], state="cancelled")
    assert (view["cancelled_by"], view["total_incl_vat"]) == ("closure", None)


async def test_place_that_is_no_more_gives_the_reservation_up_for_nothing(place: HttpPlace, others: Others) -> None:
    made = await reserved(place, BAY, after=30 * MINUTE)
    del others.places[BAY.key]

    place.clock.advance(21 * MINUTE)

    view = await becomes(place, made["id"], state="cancelled")
    assert (view["cancelled_by"], view["total_incl_vat"]) == ("closure", None)
    assert view["reason"] == "the place does not exist any more"


async def test_whoever_does_not_come_to_a_station_that_was_away_at_the_begin_pays_nothing(
    place: HttpPlace, others: Others
) -> None:
    witness = await reserved(place, OTHER_EVSE, after=30 * MINUTE, driver="driver-2")
    made = await reserved(place, EVSE, after=30 * MINUTE)
    others.say(EVSE, is_online=False)
    others.others = (OTHER_BAY,)
    for minutes in (21, 8.5):
        looked = len(others.were_asked(DescribePlace)) + 2
        place.clock.advance(minutes * MINUTE)
        await eventually(asked(others, DescribePlace, looked))
    assert not (await read(place, made["id"]))["is_endangered"], "it may be back by then"

    # Whoever is there at the begin is taken for the driver.
    others.say(OTHER_EVSE, is_taken=True)
    place.clock.advance(MINUTE)
    await becomes(place, made["id"], is_endangered=True)
    place.clock.advance(30 * MINUTE)

    view = await becomes(place, made["id"], state="expired")
    await becomes(place, witness["id"], state="expired")
    place.clock.advance(HOUR)
    await becomes(place, witness["id"], total_incl_vat="11.50")
    assert (await read(place, made["id"]))["total_incl_vat"] is None
    _, soon, endangered, _ = await said(place, made["id"], 4)
    assert isinstance(soon, ReservationSoon), "said once, however often somebody looked"
    assert isinstance(endangered, ReservationEndangered)
    assert endangered.others == (OTHER_BAY,)
    assert view["ended_at"] == view["expires_at"]


async def test_reservation_made_shortly_before_its_begin_reminds_nobody(place: HttpPlace, others: Others) -> None:
    made = await reserved(place, BAY, after=5 * MINUTE)
    await eventually(asked(others, DescribePlace, 2))

    place.clock.advance(30 * MINUTE)

    await becomes(place, made["id"], state="expired")
    _, expired = await said(place, made["id"], 2)
    assert isinstance(expired, ReservationExpired)


async def test_outage_whose_end_nobody_knows_gives_up_only_what_begins_soon(place: HttpPlace) -> None:
    soon = await reserved(place, BAY, after=HOUR)
    later = await reserved(place, BAY, after=5 * HOUR)

    await place.publish_domain(PlacesClosed("c1", "yard", (BAY,), place.clock(), None, "no power"), key="c1")

    await becomes(place, soon["id"], state="cancelled")
    assert (await read(place, later["id"]))["state"] == "confirmed"


async def test_somebody_elses_session_is_no_arrival(place: HttpPlace) -> None:
    made = await reserved(place, EVSE, after=5 * MINUTE)
    other = await reserved(place, OTHER_EVSE, after=5 * MINUTE, driver="driver-2")

    await session_starts(place, begin_of(made) + MINUTE, driver="driver-9")
    await session_starts(place, begin_of(made) + MINUTE, driver="driver-2", evse=2)

    await becomes(place, other["id"], state="honoured")
    assert (await read(place, made["id"]))["state"] == "confirmed"


async def test_session_at_the_evse_that_a_reserved_bay_serves_is_an_arrival(place: HttpPlace) -> None:
    made = await reserved(place, BAY, after=5 * MINUTE)

    await session_starts(place, begin_of(made) - MINUTE)

    # Early: no time of the reservation has passed, and the fee for it stands.
    await becomes(place, made["id"], state="honoured", total_incl_vat="2.00")


async def test_arrival_that_is_heard_of_after_the_grace_still_counts(place: HttpPlace) -> None:
    made = await reserved(place, BAY, after=5 * MINUTE)
    place.clock.advance(5 * MINUTE + 15 * MINUTE + MINUTE / 2)

    await place.publish_domain(BayOccupied("B1", "yard", begin_of(made) + 14 * MINUTE), key="B1")

    await becomes(place, made["id"], state="honoured")


async def test_arrival_that_is_heard_of_after_it_expired_makes_a_no_show_good(place: HttpPlace) -> None:
    witness = await reserved(place, OTHER_EVSE, after=5 * MINUTE, driver="driver-2")
    made = await reserved(place, EVSE, after=5 * MINUTE)
    place.clock.advance(5 * MINUTE + 15 * MINUTE + 2 * MINUTE)
    for each in (made, witness):
        await becomes(place, each["id"], state="expired")
    taken = await reserved(place, EVSE, after=MINUTE, driver="driver-3")

    await session_starts(place, begin_of(made) + MINUTE)
    # Somebody who came only when it had expired.
    await session_starts(place, begin_of(made) + 16 * MINUTE, driver="driver-2", evse=2)

    view = await becomes(place, made["id"], state="honoured", total_incl_vat="2.10")
    assert view["session_id"] == "session-1"
    _, _, honoured, charged = await said(place, made["id"], 4)
    assert isinstance(honoured, ReservationHonoured)
    assert isinstance(charged, ReservationCharged)
    assert (await read(place, taken["id"]))["state"] == "confirmed"
    place.clock.advance(HOUR)
    await becomes(place, witness["id"], state="expired", total_incl_vat="11.50")


async def test_arrival_that_is_heard_of_after_the_bill_changes_nothing(place: HttpPlace) -> None:
    made = await reserved(place, EVSE, after=5 * MINUTE)
    place.clock.advance(5 * MINUTE + 15 * MINUTE + 2 * MINUTE)
    await becomes(place, made["id"], state="expired")
    place.clock.advance(HOUR)
    await becomes(place, made["id"], total_incl_vat="11.50")

    await session_starts(place, begin_of(made) + MINUTE)
    other = await reserved(place, OTHER_EVSE, after=5 * MINUTE, driver="driver-2")
    await session_starts(place, begin_of(other), driver="driver-2", evse=2)
    await becomes(place, other["id"], state="honoured")

    view = await read(place, made["id"])
    assert (view["state"], view["total_incl_vat"]) == ("expired", "11.50")


@pytest.mark.parametrize(
    ("after", "operator", "total"),
    [(HOUR + 5 * MINUTE, False, None), (30 * MINUTE, False, "2.00"), (30 * MINUTE, True, None)],
    ids=["in time", "too late", "by an operator"],
)
async def test_giving_up_costs_what_it_costs(place: HttpPlace, after: Any, operator: bool, total: str | None) -> None:
    witness = await reserved(place, OTHER_BAY, after=30 * MINUTE, driver="driver-2")
    made = await reserved(place, BAY, after=after)

    await post(place, f"/{made['id']}/cancel", {}, operator=operator)
    await post(place, f"/{witness['id']}/cancel", {}, driver="driver-2")

    await becomes(place, witness["id"], total_incl_vat="2.00")
    view = await becomes(place, made["id"], total_incl_vat=total)
    assert view["cancelled_by"] == ("operator" if operator else "driver")


async def test_late_giving_up_is_paid_until_then(place: HttpPlace) -> None:
    made = await reserved(place, BAY, after=MINUTE)
    place.clock.advance(7 * MINUTE)

    await post(place, f"/{made['id']}/cancel", {})

    # Six minutes and a little: the seventh has begun.
    await becomes(place, made["id"], total_incl_vat="2.70")


async def test_what_costs_nothing_is_not_charged(place: HttpPlace, others: Others) -> None:
    others.tariff = FREE
    made = await reserved(place, BAY, after=MINUTE)
    await post(place, f"/{made['id']}/cancel", {})

    view = await becomes(place, made["id"], total_incl_vat="0.00")

    assert view["lines"] == []
    others.tariff = (
        b'{"id":"T","currency":"EUR","elements":[{"price_components":[{"type":"FLAT","price":1}],'
        b'"restrictions":{"reservation":"RESERVATION"}}]}'
    )
    other = await reserved(place, BAY, after=MINUTE)
    await post(place, f"/{other['id']}/cancel", {})
    assert isinstance((await said(place, other["id"], 3))[-1], ReservationCharged)
    # What was said of the later one comes after what would have been said of the first.
    assert await count_said(place, made["id"]) == 2


async def test_same_event_twice_changes_nothing(place: HttpPlace) -> None:
    made = await reserved(place, EVSE, after=5 * MINUTE)
    for _ in range(2):
        await session_starts(place, begin_of(made) + MINUTE)
    await becomes(place, made["id"], state="honoured", total_incl_vat="2.10")
    other = await reserved(place, BAY, after=5 * MINUTE)
    await place.publish_domain(BayOccupied("B1", "yard", begin_of(other)), key="B1")
    await becomes(place, other["id"], state="honoured")

    events = await said(place, made["id"], 3)

    assert [type(event) for event in events] == [ReservationCreated, ReservationHonoured, ReservationCharged]


async def test_driver_who_is_there_already_is_in_nobodys_way(place: HttpPlace, others: Others) -> None:
    first = await reserved(place, BAY, after=MINUTE)
    second = await reserved(place, BAY, begins_at=begin_of(first) + HOUR)
    third = await reserved(place, OTHER_BAY, begins_at=begin_of(first) + HOUR + 2 * MINUTE, driver="driver-2")
    for bay in ("B1", "B2"):
        await place.publish_domain(BayOccupied(bay, "yard", begin_of(first)), key=bay)
    await becomes(place, first["id"], state="honoured")
    others.say(BAY, is_taken=True)
    others.say(OTHER_BAY, is_taken=True)

    place.clock.advance(52 * MINUTE)
    looked = len(others.were_asked(DescribePlace)) + 1
    await eventually(asked(others, DescribePlace, looked))
    place.clock.advance(2 * MINUTE)

    # The later one is looked at by a later run.
    await becomes(place, third["id"], is_endangered=True)
    assert not (await read(place, second["id"]))["is_endangered"]
