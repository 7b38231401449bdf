"""Arrivals keep to their mean over a day, and to their shape within it."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from simulator.arrivals import HOURS, WEIGHTS, Arrivals, Shape
from simulator.chance import Chance
from simulator.errors import InvalidPlan

DAYS = 60
MEAN_S = 1200.0
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


def arrive(arrivals: Arrivals) -> Counter[int]:
    """How many came in each hour of the day, over many days."""
    rng, now, hours = Chance("1"), 0.0, Counter[int]()
    while now < DAYS * arrivals.day_s:
        now += arrivals.draw_wait_s(arrivals.hour_at(now, MIDNIGHT), rng=rng)
        hours[int(arrivals.hour_at(now, MIDNIGHT))] += 1
    return hours


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("day_s", [86_400.0, 21_600.0])
def test_mean_over_a_day_is_kept(shape: Shape, day_s: float) -> None:
    hours = arrive(Arrivals(shape, MEAN_S, day_s=day_s, begins_at_h=0.0))

    assert hours.total() == pytest.approx(DAYS * day_s / MEAN_S, rel=0.08)


@pytest.mark.parametrize("shape", list(WEIGHTS))
def test_each_hour_has_its_share(shape: Shape) -> None:
    weights = WEIGHTS[shape]
    hours = arrive(Arrivals(shape, 60.0, begins_at_h=0.0))

    for hour in range(HOURS):
        expected = weights[hour] / sum(weights)
        assert hours[hour] / hours.total() == pytest.approx(expected, abs=0.01)


def test_constant_arrivals_are_one_mean_apart() -> None:
    assert Arrivals(Shape.CONSTANT, 30).draw_wait_s(5, rng=Chance("1")) == 30


def test_hour_is_the_clocks_unless_the_day_begins_elsewhere() -> None:
    noon = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)

    assert Arrivals(Shape.MOTORWAY, 1).hour_at(99, noon) == 12.5
    assert Arrivals(Shape.MOTORWAY, 1, day_s=240, begins_at_h=22).hour_at(30, noon) == 1


@pytest.mark.parametrize("fields", [{"mean_s": 0}, {"mean_s": 1, "day_s": 0}, {"mean_s": 1, "begins_at_h": 24}])
def test_arrivals_that_make_no_sense_are_refused(fields: dict[str, float]) -> None:
    with pytest.raises(InvalidPlan):
        Arrivals(Shape.POISSON, **fields)
