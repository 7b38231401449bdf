"""A plan for a vehicle: below every limit, with room for what it wants, and no longer than it can read."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from backoffice.stations.charging_plan import plan_for, seconds_to_plan
from protocol.blocks.smart_charging.messages import AcParameters, ChargingNeeds, DcParameters
from protocol.domain.charging_profile import ChargingPeriod, ChargingSchedule, RateUnit, find_flaw
from protocol.domain.identifiers import TransactionId

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ceiling(*limits: tuple[int, int], seconds: int = 3600) -> ChargingSchedule:
    periods = tuple(ChargingPeriod(start_s, Decimal(watts)) for start_s, watts in limits)
    return ChargingSchedule(RateUnit.WATTS, periods, duration_s=seconds, starts_at=NOW)


def ac(energy_wh: float, *, kind: str = "AC_three_phase", leaves: datetime | None = NOW + HOUR) -> ChargingNeeds:
    return ChargingNeeds(kind, leaves, ac=AcParameters(energy_wh, 6, 16, 400))


def planned(needs: ChargingNeeds, under: ChargingSchedule, *, max_periods: int | None = None) -> list[tuple[int, str]]:
    profile = plan_for(
        needs, under, profile_id=1, stack_level=0, transaction_id=TransactionId("t"), max_periods=max_periods
    )
    assert find_flaw(profile) is None
    return [(period.start_s, str(period.limit)) for period in profile.schedule.periods]


def test_plan_is_the_least_power_that_suffices() -> None:
    assert planned(ac(5_000), ceiling((0, 11_000))) == [(0, "5000.1")]


def test_plan_uses_what_another_hour_leaves() -> None:
    # 2 kW for half an hour is 1 kWh; the other 2 kWh take 4 kW.
    needs = ChargingNeeds("DC", NOW + HOUR, dc=DcParameters(200, 500, energy_wh=3_000))

    assert planned(needs, ceiling((0, 2_000), (1800, 9_000))) == [(0, "2000"), (1800, "4000.1")]


def test_what_cannot_be_had_in_time_is_the_ceiling() -> None:
    assert planned(ac(50_000), ceiling((0, 2_000), (1800, 9_000))) == [(0, "2000"), (1800, "9000")]


def test_alternating_current_is_never_below_what_the_vehicle_charges_with() -> None:
    assert planned(ac(100), ceiling((0, 11_000))) == [(0, "4140.0")]
    assert planned(ac(100, kind="AC_single_phase"), ceiling((0, 11_000))) == [(0, "1380.0")]
    assert planned(ac(100), ceiling((0, 3_000))) == [(0, "3000")]


@pytest.mark.parametrize(
    ("needs", "watts"),
    [
        (ac(5_000, leaves=None), "11040.0"),
        (ChargingNeeds("DC", dc=DcParameters(100, 400)), "40000.0"),
        (ChargingNeeds("DC", dc=DcParameters(100, 400, max_power_w=30_000)), "30000.0"),
        (ChargingNeeds("WPT"), "50000"),
    ],
)
def test_who_does_not_say_when_he_leaves_may_take_what_he_can(needs: ChargingNeeds, watts: str) -> None:
    assert planned(needs, ceiling((0, 50_000))) == [(0, watts)]


def test_plan_is_no_longer_than_the_vehicle_can_read() -> None:
    under = ceiling((0, 5_000), (600, 4_000), (1200, 6_000), (1800, 3_000))

    assert planned(ac(50_000), under, max_periods=2) == [(0, "5000"), (600, "3000")]
    assert planned(ac(50_000), under, max_periods=0) == [(0, "3000")]


@pytest.mark.parametrize(
    ("leaves", "seconds"),
    [(None, 86_400), (NOW - HOUR, 300), (NOW + HOUR, 3_600), (NOW + 90 * HOUR, 86_400)],
)
def test_plan_lasts_until_the_vehicle_leaves_within_bounds(leaves: datetime | None, seconds: int) -> None:
    assert seconds_to_plan(ac(1, leaves=leaves), NOW) == seconds


@given(
    limits=st.dictionaries(st.integers(1, 3_599), st.integers(0, 22_000), max_size=6),
    first=st.integers(0, 22_000),
    energy_wh=st.integers(0, 30_000),
    max_periods=st.none() | st.integers(0, 8),
)
def test_plan_keeps_its_promises(limits: dict[int, int], first: int, energy_wh: int, max_periods: int | None) -> None:
    under = ceiling((0, first), *sorted(limits.items()))
    needs = ChargingNeeds("DC", NOW + HOUR, dc=DcParameters(200, 500, energy_wh=energy_wh))

    plan = planned(needs, under, max_periods=max_periods)

    def watts_at(periods: list[tuple[int, Decimal]], second: int) -> Decimal:
        return [watts for start_s, watts in periods if start_s <= second][-1]

    mine = [(start_s, Decimal(watts)) for start_s, watts in plan]
    allowed = [(period.start_s, period.limit or Decimal(0)) for period in under.periods]
    bounds = sorted({0, 3_600, *(start_s for start_s, _ in mine), *(start_s for start_s, _ in allowed)})
    stretches = [(start_s, end_s - start_s) for start_s, end_s in pairwise(bounds)]
    assert all(watts_at(mine, start_s) <= watts_at(allowed, start_s) for start_s, _ in stretches)
    if max_periods is not None:
        assert len(plan) <= max(1, max_periods)
        return
    given_ws = sum(watts_at(mine, start_s) * seconds for start_s, seconds in stretches)
    most_ws = sum(watts_at(allowed, start_s) * seconds for start_s, seconds in stretches)
    assert given_ws >= min(most_ws, energy_wh * 3600)
