"""How many are there when."""

import pytest

from loadtest.shapes import SHAPES


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_reaches_all_users_never_more_and_ends(name: str) -> None:
    shape = SHAPES[name]

    counts = [shape.users_at(float(second), length_s=600.0, users=1000) for second in range(601)]

    assert counts[-1] is None
    during = [count for count in counts[:-1] if count is not None]
    assert len(during) == 600
    assert min(during) >= 1
    assert max(during) == 1000


def test_ramp_is_up_after_a_quarter_and_stays() -> None:
    ramp = SHAPES["ramp"]

    counts = [ramp.users_at(second, length_s=120.0, users=100) for second in (15.0, 30.0, 119.0)]

    assert counts == [50, 100, 100]


def test_morning_has_a_night_a_peak_and_a_day() -> None:
    morning = SHAPES["morning"]

    counts = [morning.users_at(second, length_s=100.0, users=100) for second in (0.0, 20.0, 50.0, 70.0, 95.0)]

    assert counts == [20, 60, 100, 80, 60]


def test_storms_come_twice_when_everybody_is_there() -> None:
    storm = SHAPES["storm"]

    due = [storm.storms_until(second, length_s=100.0) for second in (39.0, 40.0, 69.0, 70.0, 99.0)]

    assert due == [0, 1, 1, 2, 2]
    assert storm.users_at(40.0, length_s=100.0, users=100) == 100
    assert SHAPES["ramp"].storms_until(99.0, length_s=100.0) == 0


def test_soak_is_up_within_a_minute_however_long_it_is() -> None:
    assert SHAPES["soak"].users_at(60.0, length_s=4 * 3600.0, users=1000) == 1000
