"""What stations are told of reservations, when they are away, refuse, or come back."""

import pytest

from backoffice.contracts.stations import (
    BayOccupied,
    CancelOnEvse,
    CommandResult,
    CommandStatus,
    ReserveOnEvse,
)
from backoffice.kit.testing import eventually
from tests.backoffice.reservations.harness import (
    BAY,
    EVSE,
    HOUR,
    MINUTE,
    OTHER_EVSE,
    Others,
    asked,
    becomes,
    begin_of,
    comes_online,
    post,
    read,
    reserved,
)
from tests.factories.places import HttpPlace

OFFLINE = CommandResult(CommandStatus.OFFLINE)
pytestmark = pytest.mark.slow


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


async def test_prolonged_reservation_waits_longer_where_it_was_shorter_than_the_grace(
    place: HttpPlace, others: Others
) -> None:
    made = await reserved(place, EVSE, after=MINUTE, length=10 * MINUTE)
    await becomes(place, made["id"], station="accepted")

    await post(place, f"/{made['id']}/extend", {"ends_at": (begin_of(made) + HOUR).isoformat()})

    commands = await eventually(asked(others, ReserveOnEvse, 2))
    assert [command.expires_at - begin_of(made) for command in commands] == [10 * MINUTE, 15 * MINUTE]


async def test_what_a_station_accepts_after_it_was_given_up_is_taken_back(place: HttpPlace, others: Others) -> None:
    others.may_answer.clear()
    made = await reserved(place, EVSE, after=10 * MINUTE)
    await eventually(asked(others, ReserveOnEvse, 1))

    given_up = await post(place, f"/{made['id']}/cancel", {})
    others.may_answer.set()

    assert given_up.json()["station"] == "sent"
    await becomes(place, made["id"], station="withdrawn")
    [command] = others.were_asked(CancelOnEvse)
    assert command.reservation_id == made["number"]


async def test_station_is_told_as_soon_as_identity_gives_a_token(place: HttpPlace, others: Others) -> None:
    others.are_tokens_away = True
    made = await reserved(place, EVSE, after=10 * MINUTE)
    await becomes(place, made["id"], station="lost")
    assert not others.were_asked(ReserveOnEvse)

    others.are_tokens_away = False
    place.clock.advance(MINUTE)

    await becomes(place, made["id"], station="accepted")
