"""The course of a reservation: the station is told, somebody is still there, the driver comes or not, and the price."""

from datetime import datetime
from decimal import Decimal

from backoffice.contracts.identity import IssueVirtualToken
from backoffice.contracts.reservations import (
    ReservationCharged,
    ReservationEndangered,
    ReservationExpired,
    ReservationHonoured,
    ReservationOutcome,
)
from backoffice.contracts.stations import (
    CancelOnEvse,
    Place,
    PlacesClosed,
    ReserveOnEvse,
)
from backoffice.contracts.tariffs import TariffInForce
from tests.backoffice.reservations.harness import (
    BAY,
    CP001,
    EVSE,
    HOUR,
    MINUTE,
    OTHER_BAY,
    Others,
    becomes,
    begin_of,
    post,
    read,
    reserve,
    reserved,
    said,
    session_starts,
)
from tests.factories.places import HttpPlace


async def test_driver_who_charges_there_has_come_and_pays_for_the_time_until_then(
    place: HttpPlace, others: Others
) -> None:
    made = await reserved(place, EVSE, BAY, after=5 * MINUTE)

    await session_starts(place, begin_of(made) + 9 * MINUTE)

    view = await becomes(place, made["id"], state="honoured", total_incl_vat="2.90")
    assert view["session_id"] == "session-1"
    _, honoured, charged = await said(place, made["id"], 3)
    assert isinstance(honoured, ReservationHonoured)
    assert (honoured.at, honoured.session_id) == (begin_of(made) + 9 * MINUTE, "session-1")
    assert isinstance(charged, ReservationCharged)
    assert charged.outcome is ReservationOutcome.HONOURED
    assert (charged.tariff_id, charged.tariff_version, charged.currency) == ("T", 3, "EUR")
    assert charged.total_excl_vat == Decimal("2.90")
    assert sum(line.amount_excl_vat for line in charged.lines) == charged.total_excl_vat
    [question] = others.were_asked(TariffInForce)
    assert question.at == datetime.fromisoformat(made["created_at"])
    assert (question.station_id, question.evse, question.bay_id, question.location_id) == (CP001, 1, "B1", "yard")
    assert question.driver_id == "driver-1"


async def test_nobody_comes_and_the_places_are_free_again_after_the_grace(place: HttpPlace, others: Others) -> None:
    made = await reserved(place, EVSE, BAY, after=5 * MINUTE)

    place.clock.advance(5 * MINUTE + 15 * MINUTE + 2 * MINUTE)

    await becomes(place, made["id"], state="expired")
    place.clock.advance(HOUR)
    # A fee of ten for not coming, and a quarter of an hour at six euro.
    view = await becomes(place, made["id"], state="expired", total_incl_vat="11.50")
    assert view["ended_at"] == made["expires_at"]
    _, expired, charged = await said(place, made["id"], 3)
    assert isinstance(expired, ReservationExpired)
    assert expired.at == datetime.fromisoformat(made["expires_at"])
    assert isinstance(charged, ReservationCharged)
    assert charged.outcome is ReservationOutcome.EXPIRED
    assert (await reserve(place, EVSE, BAY, after=MINUTE, driver="driver-2")).status_code == 201


async def test_closure_gives_up_what_overlaps_it_and_nothing_else(place: HttpPlace) -> None:
    begin = place.clock() + 3 * HOUR
    during = await reserved(place, EVSE, BAY, begins_at=begin)
    before = await reserved(place, BAY, begins_at=begin - HOUR)
    after = await reserved(place, BAY, begins_at=begin + HOUR)
    elsewhere = await reserved(place, OTHER_BAY, begins_at=begin)
    closed = PlacesClosed("c1", "yard", (BAY,), begin, begin + HOUR, "the lamp is broken")

    await place.publish_domain(closed, key="c1")

    view = await becomes(place, during["id"], state="cancelled")
    assert (view["cancelled_by"], view["reason"]) == ("closure", "the lamp is broken")
    for other in (before, after, elsewhere):
        assert (await read(place, other["id"]))["state"] == "confirmed"
    assert (await reserve(place, EVSE, begins_at=begin, driver="driver-2")).status_code == 201


async def test_driver_is_warned_of_somebody_at_the_place_and_shown_what_is_free(
    place: HttpPlace, others: Others
) -> None:
    made = await reserved(place, BAY, after=30 * MINUTE)
    third = Place(bay_id="B3")
    others.say(BAY, is_taken=True)
    others.others = (OTHER_BAY, third)
    await reserved(place, OTHER_BAY, begins_at=begin_of(made), driver="driver-2")

    place.clock.advance(21 * MINUTE)
    endangered = await becomes(place, made["id"], is_endangered=True)

    assert endangered["state"] == "confirmed"
    _, event = await said(place, made["id"], 2)
    assert isinstance(event, ReservationEndangered)
    assert event.others == (third,)


async def test_station_is_told_in_time_with_the_drivers_token(place: HttpPlace, others: Others) -> None:
    made = await reserved(place, EVSE, after=HOUR)
    assert not others.were_asked(ReserveOnEvse)

    place.clock.advance(45 * MINUTE)
    await becomes(place, made["id"], station="accepted")

    [command] = others.were_asked(ReserveOnEvse)
    [token] = others.were_asked(IssueVirtualToken)
    assert (command.station_id, command.evse, command.reservation_id) == (CP001, 1, made["number"])
    assert command.expires_at == datetime.fromisoformat(made["expires_at"])
    assert (token.driver_id, token.purpose) == ("driver-1", made["id"])
    assert command.id_token.value == f"V{made['id'][-8:]}"


async def test_station_is_told_when_a_reservation_ends_early(place: HttpPlace, others: Others) -> None:
    made = await reserved(place, EVSE, after=10 * MINUTE)
    await becomes(place, made["id"], station="accepted")

    await post(place, f"/{made['id']}/cancel", {})

    await becomes(place, made["id"], station="withdrawn")
    [command] = others.were_asked(CancelOnEvse)
    assert (command.station_id, command.reservation_id) == (CP001, made["number"])
