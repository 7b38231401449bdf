"""Who is in a parking bay, by reports in whatever order. The numbers are the invariants of `bay_occupancy.py`."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from backoffice.stations.bay_occupancy import BAY, BayState, Occupancy, Seen, Sighting, Verdict, observe

T0 = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)

Reports = list[tuple[Sighting, int, str | None]]


def play(*reports: tuple[Sighting, int, str | None]) -> list[Seen]:
    """What is seen after each report: sighting, minute, plate."""
    seen = [Seen(Occupancy(), Verdict.NEWS)]
    for sighting, minute, plate in reports:
        at = T0 + timedelta(minutes=minute)
        seen.append(observe(seen[-1].occupancy, sighting, at=at, plate_ref=plate))
    return seen[1:]


def test_vehicle_comes_once_and_leaves_once() -> None:
    came, again, left, gone = play(
        (Sighting.OCCUPIED, 0, None),
        (Sighting.OCCUPIED, 1, None),
        (Sighting.VACATED, 2, None),
        (Sighting.VACATED, 3, None),
    )

    assert (came.has_come, again.has_come, left.has_left, gone.has_left) == (True, False, True, False)
    assert (again.verdict, gone.verdict) == (Verdict.REPEATED, Verdict.REPEATED)
    assert again.occupancy.occupied_since == T0


def test_older_report_changes_nothing() -> None:
    _, late = play((Sighting.VACATED, 5, None), (Sighting.OCCUPIED, 4, None))

    assert late.verdict is Verdict.LATE
    assert late.occupancy.state is BayState.FREE


def test_broken_sensor_moves_nobody() -> None:
    _, broken, back, left = play(
        (Sighting.OCCUPIED, 0, None),
        (Sighting.OUT_OF_ORDER, 1, None),
        (Sighting.OCCUPIED, 2, None),
        (Sighting.VACATED, 3, None),
    )

    assert (broken.occupancy.state, broken.has_left) == (BayState.OUT_OF_ORDER, False)
    assert (back.has_come, back.occupancy.occupied_since) == (False, T0)
    assert left.has_left


def test_plate_that_is_read_later_is_told_once_of_the_same_stay() -> None:
    _, read, again = play((Sighting.OCCUPIED, 0, None), (Sighting.OCCUPIED, 1, "A"), (Sighting.OCCUPIED, 2, "A"))

    assert (read.has_shown_plate, read.has_come, read.occupancy.occupied_since) == (True, False, T0)
    assert (again.has_shown_plate, again.verdict) == (False, Verdict.REPEATED)


def test_sensor_that_repeats_does_not_forget_the_plate() -> None:
    *_, last = play((Sighting.OCCUPIED, 0, "A"), (Sighting.OCCUPIED, 1, None))

    assert last.occupancy.plate_ref == "A"


def test_another_plate_is_another_vehicle() -> None:
    _, other = play((Sighting.OCCUPIED, 0, "A"), (Sighting.OCCUPIED, 7, "B"))

    assert (other.has_left, other.has_come) == (True, True)
    assert other.occupancy.occupied_since == T0 + timedelta(minutes=7)


@pytest.mark.parametrize("state", list(BayState))
@pytest.mark.parametrize("sighting", list(Sighting))
def test_every_sighting_is_believed_in_every_state(state: BayState, sighting: Sighting) -> None:
    assert BAY.advance(state, sighting) is not BayState.UNKNOWN


@given(
    st.lists(
        st.tuples(st.sampled_from(Sighting), st.integers(0, 20), st.sampled_from([None, "A", "B"])), max_size=30
    ).map(lambda reports: [(one, at, plate if one is Sighting.OCCUPIED else None) for one, at, plate in reports])
)
def test_vehicles_come_and_leave_in_turn(reports: Reports) -> None:
    told = []
    for seen in play(*reports):
        told += ["left"] * seen.has_left + ["came"] * seen.has_come

    assert all(one != other for one, other in pairwise(told))
    assert not told or told[0] == "came"


@given(
    st.lists(
        st.tuples(st.sampled_from(Sighting), st.integers(0, 20), st.none()),
        min_size=1,
        max_size=8,
        unique_by=lambda one: one[1],
    ),
    st.randoms(use_true_random=False),
)
def test_order_of_arrival_does_not_matter_for_what_is_said_last(reports: Reports, random: object) -> None:
    shuffled = list(reports)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    newest = max(reports, key=lambda one: one[1])

    assert play(*shuffled)[-1].occupancy.state == BAY.advance(BayState.UNKNOWN, newest[0])
