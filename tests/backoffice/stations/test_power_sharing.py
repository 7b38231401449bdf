"""The invariants of sharing a site's power, and how its policies differ."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from backoffice.stations.power_sharing import Demand, SharingPolicy, changes, share

NOW = datetime(2026, 5, 4, 18, 0, tzinfo=UTC)


def demand(name: str, *, max_w: int = 11_000, min_w: int = 1_400, minutes: int = 0, **fields: object) -> Demand:
    known = {"station_id": name, "min_w": Decimal(min_w), "max_w": Decimal(max_w)}
    return Demand(**known, since=NOW + timedelta(minutes=minutes), **fields)  # type: ignore[arg-type]


@st.composite
def sites(draw: st.DrawFn) -> tuple[Decimal, list[Demand]]:
    demands = [
        demand(
            f"CP{number}",
            max_w=draw(st.integers(1_400, 350_000)),
            min_w=draw(st.sampled_from([0, 1_400])),
            minutes=draw(st.integers(0, 500)),
            priority=draw(st.integers(0, 3)),
            missing_wh=draw(st.none() | st.decimals(0, 90_000, places=1)),
            departs_at=draw(st.none() | st.integers(-60, 2_000).map(minutes_later)),
        )
        for number in range(draw(st.integers(0, 12)))
    ]
    return Decimal(draw(st.integers(0, 500_000))), demands


def minutes_later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize("policy", SharingPolicy)
@given(site=sites())
def test_shares_fit_the_site_and_everybody(policy: SharingPolicy, site: tuple[Decimal, list[Demand]]) -> None:
    limit_w, demands = site

    shares = share(limit_w, demands, policy, now=NOW)

    assert shares.keys() == {one.station_id for one in demands}
    assert sum(shares.values()) <= limit_w
    for one in demands:
        watts = shares[one.station_id]
        assert 0 <= watts <= one.max_w
        assert watts == 0 or watts >= one.min_w


@given(site=sites(), seed=st.data())
def test_limits_that_change_one_after_the_other_never_add_up_to_more(
    site: tuple[Decimal, list[Demand]], seed: st.DataObject
) -> None:
    limit_w, demands = site
    held = {one.station_id: Decimal(0) for one in demands}

    for _ in range(6):
        target = share(limit_w, seed.draw(st.permutations(demands)), SharingPolicy.EQUAL, now=NOW)
        # A vehicle that is full wants nothing.
        wanted = {station: watts if seed.draw(st.booleans()) else Decimal(0) for station, watts in target.items()}
        for station, watts in changes(limit_w, wanted, held).items():
            if seed.draw(st.booleans()):  # some stations do not answer
                held[station] = watts
            assert sum(held.values()) <= limit_w


def test_limits_come_to_what_is_wanted_within_two_rounds() -> None:
    held = {"CP1": Decimal(22_000), "CP2": Decimal(0)}
    wanted = {"CP1": Decimal(11_000), "CP2": Decimal(11_000)}

    first = changes(Decimal(22_000), wanted, held)
    assert first == {"CP1": Decimal(11_000)}
    second = changes(Decimal(22_000), wanted, held | first)
    assert second == {"CP2": Decimal(11_000)}
    assert changes(Decimal(22_000), wanted, held | first | second) == {}


def test_station_of_which_nobody_knows_its_limit_is_told_one_in_any_case() -> None:
    held = {"CP1": Decimal(8_000), "CP2": Decimal(2_000), "CP3": Decimal(0)}

    def told(**wanted: int) -> dict[str, Decimal]:
        return changes(Decimal(10_000), {name: Decimal(watts) for name, watts in wanted.items()}, held, unsure=["CP1"])

    assert told(CP1=8_000, CP2=2_000) == {"CP1": 8_000}
    assert told(CP1=9_000, CP2=1_000) == {"CP2": 1_000, "CP1": 8_000}, "no more than there is room for"
    assert told(CP1=3_000, CP2=2_000) == {"CP1": 3_000}
    assert told(CP2=2_000) == {}, "it is not to be told now"


def test_equal_shares_give_what_one_cannot_take_to_the_others() -> None:
    demands = [demand("CP1", max_w=3_700), demand("CP2"), demand("CP3")]

    shares = share(Decimal(20_000), demands, SharingPolicy.EQUAL, now=NOW)

    assert shares == {"CP1": 3_700, "CP2": 8_150, "CP3": 8_150}


def test_whoever_came_last_waits_where_it_does_not_suffice_for_all() -> None:
    demands = [demand(f"CP{number}", minutes=number) for number in range(4)]

    shares = share(Decimal(5_000), demands, SharingPolicy.EQUAL, now=NOW)

    assert shares == {"CP0": 1_666, "CP1": 1_667, "CP2": 1_667, "CP3": 0}


def test_higher_priority_is_served_first() -> None:
    demands = [demand("GUEST"), demand("TAXI", priority=1)]

    shares = share(Decimal(14_000), demands, SharingPolicy.PRIORITY, now=NOW)

    assert shares == {"TAXI": 11_000, "GUEST": 3_000}


def test_whoever_leaves_sooner_gets_what_it_needs_and_the_rest_is_shared() -> None:
    soon = demand("SOON", missing_wh=Decimal(8_000), departs_at=NOW + timedelta(hours=1))
    demands = [demand("LATE", minutes=-60), soon]

    shares = share(Decimal(11_000), demands, SharingPolicy.DEPARTURE, now=NOW)

    assert shares["SOON"] >= 8_000
    assert shares["LATE"] >= 1_400
    assert sum(shares.values()) in (10_999, 11_000)
