"""The course of a reservation: the station is told, somebody is still there, the driver comes or not, and the price."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from backoffice.contracts.identity import IssueVirtualToken
from backoffice.contracts.reservations import (
    ReservationCancelled,
    ReservationCharged,
    ReservationCreated,
    ReservationEndangered,
    ReservationExpired,
    ReservationHonoured,
    ReservationOutcome,
)
from backoffice.contracts.sessions import ChargingSessionStarted
from backoffice.contracts.stations import (
    BayOccupied,
    CancelOnEvse,
    CommandResult,
    CommandStatus,
    Place,
    PlacesClosed,
    ReserveOnEvse,
    StationStatusChanged,
)
from backoffice.contracts.tariffs import TariffInForce
from backoffice.kit.testing import eventually
from protocol.domain.identifiers import DriverId, TransactionId
from tests.backoffice.reservations.harness import (
    BAY,
    CP001,
    EVSE,
    FREE,
    HOUR,
    MINUTE,
    OTHER_BAY,
    OTHER_EVSE,
    Others,
    becomes,
    count_said,
    post,
    read,
    reserve,
    reserved,
    said,
)
from tests.factories.places import HttpPlace

OFFLINE = CommandResult(CommandStatus.OFFLINE)


def asked(others: Others, kind: type, count: int) -> Callable[[], Awaitable[list[Any]]]:
    """Whether at least so many questions came."""

    async def found() -> list[Any]:
        questions = others.were_asked(kind)
        return questions if len(questions) >= count else []

    return found


async def session_starts(place: HttpPlace, at: datetime, *, driver: str | None = "driver-1", evse: int = 1) -> None:
    started = ChargingSessionStarted(
        session_id="session-1",
        station_id=CP001,
        evse=evse,
        transaction_id=TransactionId("17"),
        driver_id=DriverId(driver) if driver else None,
        started_at=at,
    )
    await place.publish_domain(started, key="session-1")


async def comes_online(place: HttpPlace) -> None:
    await place.publish_domain(StationStatusChanged(CP001, "yard", None, None, True), key=CP001)


def begin_of(view: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(view["begins_at"])


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


async def test_bay_alone_needs_no_station(place: HttpPlace, others: Others) -> None:
    made = await reserved(place, BAY, after=MINUTE)
    await reserved(place, EVSE, after=MINUTE, driver="driver-2")

    await eventually(asked(others, ReserveOnEvse, 1))

    assert [command.reservation_id for command in others.were_asked(ReserveOnEvse)] != [made["number"]]
    assert (await read(place, made["id"]))["station"] == "unsent"


async def test_station_that_was_away_is_told_when_it_is_back(place: HttpPlace, others: Others) -> None:
    others.reserve = OFFLINE
    made = await reserved(place, EVSE, after=10 * MINUTE)
    await becomes(place, made["id"], station="lost")

    others.reserve = CommandResult(CommandStatus.ACCEPTED)
    await comes_online(place)

    await becomes(place, made["id"], station="accepted")


async def test_station_that_was_away_after_it_accepted_is_told_again(place: HttpPlace, others: Others) -> None:
    made = await reserved(place, EVSE, after=10 * MINUTE)
    await becomes(place, made["id"], station="accepted")

    await comes_online(place)

    commands = await eventually(asked(others, ReserveOnEvse, 2))
    assert commands[0] == commands[1]


async def test_station_that_refuses_is_asked_again_a_bounded_number_of_times(place: HttpPlace, others: Others) -> None:
    others.reserve = CommandResult(CommandStatus.REFUSED, "Occupied")
    made = await reserved(place, EVSE, after=14 * MINUTE)
    await becomes(place, made["id"], station="refused", station_detail="Occupied")
    for _ in range(3):
        so_far = len(others.were_asked(ReserveOnEvse))
        place.clock.advance(2 * MINUTE)
        await eventually(asked(others, ReserveOnEvse, so_far + 1))

    assert (await read(place, made["id"]))["state"] == "confirmed"  # its place is the driver's all the same
    place.clock.advance(40 * MINUTE)
    await becomes(place, made["id"], state="expired")
    assert len(others.were_asked(ReserveOnEvse)) <= 10


async def test_station_is_told_when_a_reservation_ends_early(place: HttpPlace, others: Others) -> None:
    made = await reserved(place, EVSE, after=10 * MINUTE)
    await becomes(place, made["id"], station="accepted")

    await post(place, f"/{made['id']}/cancel", {})

    await becomes(place, made["id"], station="withdrawn")
    [command] = others.were_asked(CancelOnEvse)
    assert (command.station_id, command.reservation_id) == (CP001, made["number"])


async def test_station_that_is_away_hears_of_the_cancellation_when_it_is_back(place: HttpPlace, others: Others) -> None:
    made = await reserved(place, EVSE, after=10 * MINUTE)
    await becomes(place, made["id"], station="accepted")
    others.withdraw = OFFLINE
    await post(place, f"/{made['id']}/cancel", {})
    await eventually(asked(others, CancelOnEvse, 1))
    assert (await read(place, made["id"]))["station"] == "accepted"

    others.withdraw = CommandResult(CommandStatus.REFUSED, "Rejected")  # it has forgotten it meanwhile
    await comes_online(place)

    await becomes(place, made["id"], station="withdrawn")


async def test_nothing_is_taken_back_from_a_station_that_was_told_nothing(place: HttpPlace, others: Others) -> None:
    first = await reserved(place, EVSE, after=2 * HOUR)
    await post(place, f"/{first['id']}/cancel", {})
    second = await reserved(place, OTHER_EVSE, after=5 * MINUTE)
    await becomes(place, second["id"], station="accepted")
    await post(place, f"/{second['id']}/cancel", {})
    await becomes(place, second["id"], station="withdrawn")

    assert [command.reservation_id for command in others.were_asked(CancelOnEvse)] == [second["number"]]
    assert (await read(place, first["id"]))["station"] == "withdrawn"


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


async def test_outage_whose_end_nobody_knows_gives_up_only_what_begins_soon(place: HttpPlace) -> None:
    soon = await reserved(place, BAY, after=HOUR)
    later = await reserved(place, BAY, after=5 * HOUR)

    await place.publish_domain(PlacesClosed("c1", "yard", (BAY,), place.clock(), None, "no power"), key="c1")

    await becomes(place, soon["id"], state="cancelled")
    assert (await read(place, later["id"]))["state"] == "confirmed"


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


async def test_vehicle_in_the_bay_is_an_arrival_and_the_station_goes_on_keeping_the_evse(
    place: HttpPlace, others: Others
) -> None:
    made = await reserved(place, EVSE, BAY, after=5 * MINUTE)
    await becomes(place, made["id"], station="accepted")

    await place.publish_domain(BayOccupied("B1", "yard", begin_of(made) + MINUTE), key="B1")

    view = await becomes(place, made["id"], state="honoured")
    assert (view["session_id"], view["station"]) == (None, "accepted")
    assert not others.were_asked(CancelOnEvse)
    place.clock.advance(HOUR)
    assert (await read(place, made["id"]))["state"] == "honoured"


async def test_nobody_comes_and_the_places_are_free_again_after_the_grace(place: HttpPlace, others: Others) -> None:
    made = await reserved(place, EVSE, BAY, after=5 * MINUTE)

    place.clock.advance(5 * MINUTE + 15 * MINUTE + 2 * MINUTE)

    # A fee of ten for not coming, and a quarter of an hour at six euro.
    view = await becomes(place, made["id"], state="expired", total_incl_vat="11.50")
    assert view["ended_at"] == made["expires_at"]
    _, expired, charged = await said(place, made["id"], 3)
    assert isinstance(expired, ReservationExpired)
    assert expired.at == datetime.fromisoformat(made["expires_at"])
    assert isinstance(charged, ReservationCharged)
    assert charged.outcome is ReservationOutcome.EXPIRED
    assert (await reserve(place, EVSE, BAY, after=MINUTE, driver="driver-2")).status_code == 201


async def test_arrival_that_is_heard_of_after_the_grace_still_counts(place: HttpPlace) -> None:
    made = await reserved(place, BAY, after=5 * MINUTE)
    place.clock.advance(5 * MINUTE + 15 * MINUTE + MINUTE / 2)

    await place.publish_domain(BayOccupied("B1", "yard", begin_of(made) + 14 * MINUTE), key="B1")

    await becomes(place, made["id"], state="honoured")


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


async def test_prolonged_reservation_waits_longer_where_it_was_shorter_than_the_grace(
    place: HttpPlace, others: Others
) -> None:
    made = await reserved(place, EVSE, after=MINUTE, length=10 * MINUTE)
    await becomes(place, made["id"], station="accepted")

    await post(place, f"/{made['id']}/extend", {"ends_at": (begin_of(made) + HOUR).isoformat()})

    commands = await eventually(asked(others, ReserveOnEvse, 2))
    assert [command.expires_at - begin_of(made) for command in commands] == [10 * MINUTE, 15 * MINUTE]
