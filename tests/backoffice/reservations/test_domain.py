"""The plain rules of time, arrival and states."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from backoffice.contracts.stations import Place
from backoffice.reservations.domain import (
    HOLD,
    RESERVATION,
    Candidate,
    HoldState,
    HoldTrigger,
    ReservationState,
    ReservationTrigger,
    Window,
    find_arrival,
    free_slots,
    place_of_key,
)
from backoffice.reservations.errors import UnknownPlaceKey
from protocol.domain.identifiers import DriverId, StationId
from protocol.errors import IllegalTransition

T0 = datetime(2026, 5, 4, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EARLY = 15 * MINUTE
ANNA, BEN = DriverId("anna"), DriverId("ben")


def window(begin: int, end: int) -> Window:
    return Window(T0 + begin * MINUTE, T0 + end * MINUTE)


def candidate(
    begin: int,
    end: int,
    *,
    driver: DriverId = ANNA,
    state: ReservationState = ReservationState.CONFIRMED,
    is_of_place: bool = True,
) -> Candidate:
    return Candidate(f"{driver}-{begin}", driver, window(begin, end), state, is_of_place)


def arrival(candidates: Sequence[Candidate], minute: int, driver: DriverId | None = None) -> str | None:
    return find_arrival(candidates, T0 + minute * MINUTE, early=EARLY, driver_id=driver)


@pytest.mark.parametrize("trigger", ReservationTrigger)
@pytest.mark.parametrize("state", ReservationState)
def test_reservation_ends_once_but_for_news_that_somebody_had_come(
    state: ReservationState, trigger: ReservationTrigger
) -> None:
    if state is ReservationState.CONFIRMED:
        assert RESERVATION.advance(state, trigger) is not state
    elif (state, trigger) == (ReservationState.EXPIRED, ReservationTrigger.CAME):
        assert RESERVATION.is_terminal(RESERVATION.advance(state, trigger))
    else:
        with pytest.raises(IllegalTransition):
            RESERVATION.advance(state, trigger)


@pytest.mark.parametrize("state", HoldState)
def test_station_may_be_told_again_until_nothing_is_to_be_kept(state: HoldState) -> None:
    if state is HoldState.WITHDRAWN:
        assert HOLD.is_terminal(state)
    else:
        assert HOLD.advance(state, HoldTrigger.SEND) is HoldState.SENT
        assert HOLD.advance(state, HoldTrigger.WITHDRAW) is HoldState.WITHDRAWN
    for answer in (HoldTrigger.ACCEPT, HoldTrigger.REFUSE, HoldTrigger.NO_ANSWER):
        assert (answer in HOLD.transitions[state]) is (state is HoldState.SENT)


def test_known_driver_honours_only_their_own_and_may_come_a_little_early() -> None:
    both = [candidate(0, 60, driver=BEN), candidate(60, 120)]

    assert arrival(both, 50, ANNA) == "anna-60"
    assert arrival(both, 44, ANNA) is None
    assert arrival(both, 30, BEN) == "ben-0"
    assert arrival(both, 119, BEN) is None
    assert arrival(both, 120, ANNA) is None


def test_somebody_unknown_is_taken_for_the_one_whose_time_it_is() -> None:
    both = [candidate(0, 60, driver=BEN), candidate(60, 120)]

    assert arrival(both, 59) == "ben-0"
    assert arrival(both, 60) == "anna-60"
    assert arrival(both, -10) == "ben-0"
    assert arrival(both, -16) is None


def test_somebody_who_comes_back_to_their_place_honours_no_later_one() -> None:
    there = candidate(0, 60, driver=BEN, state=ReservationState.HONOURED)

    assert arrival([there, candidate(60, 120)], 50) is None
    assert arrival([candidate(60, 120)], 50) == "anna-60"


def test_reservation_of_the_place_itself_comes_before_one_beside_it() -> None:
    beside = candidate(0, 60, driver=BEN, state=ReservationState.HONOURED, is_of_place=False)

    assert arrival([beside, candidate(5, 60)], 10) == "anna-5"
    assert arrival([candidate(0, 60, is_of_place=False)], 10) == "anna-0"


windows = st.builds(lambda begin, length: window(begin, begin + length), st.integers(-100, 700), st.integers(1, 120))


@given(st.lists(windows, max_size=8), st.integers(0, 30))
def test_every_instant_is_free_or_taken_and_a_free_slot_keeps_the_buffer(taken: list[Window], buffer: int) -> None:
    whole = window(0, 600)
    ordered: list[Window] = []
    for each in sorted(taken):
        if not ordered or ordered[-1].end <= each.begin:
            ordered.append(each)

    free = list(free_slots(whole, ordered, buffer=buffer * MINUTE))

    for minute in range(600):
        at = T0 + minute * MINUTE
        is_had = any(each.begin - buffer * MINUTE <= at < each.end for each in ordered)
        assert any(slot.holds(at) for slot in free) is not is_had
    assert all(slot.length > timedelta() and whole.begin <= slot.begin and slot.end <= whole.end for slot in free)


@given(st.text(min_size=1), st.integers(1, 9_999))
def test_key_of_a_place_is_read_back(name: str, evse: int) -> None:
    for place in (Place(bay_id=name), Place(station_id=StationId(name), evse=evse)):
        assert place_of_key(place.key) == place


@pytest.mark.parametrize("key", ["", "bay", "bay/", "evse/CP001", "evse//1", "evse/CP001/0", "evse/CP001/²", "x/1"])
def test_what_names_no_place_is_refused(key: str) -> None:
    with pytest.raises(UnknownPlaceKey):
        place_of_key(key)
