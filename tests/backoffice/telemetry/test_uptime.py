"""Uptime by 23 CFR 680.116(b): what is outage, what is excluded, and what adds up whatever happens."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st

from backoffice.telemetry.uptime import PortChange, Window, measure_uptime, united, year_until
from protocol.domain.status import ConnectorStatus

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minutes: int) -> datetime:
    return BEGIN + minutes * MINUTE


def window(begin: int, end: int) -> Window:
    return Window(at(begin), at(end))


UP = PortChange(BEGIN, is_online=True, status=ConnectorStatus.AVAILABLE)
HOUR_AND_FORTY = window(0, 100)


def test_year_of_a_month_is_the_twelve_months_that_end_with_it() -> None:
    assert year_until(2026, 12) == Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert year_until(2026, 2) == Window(datetime(2025, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))


def test_minutes_of_a_common_year_are_those_of_the_rule() -> None:
    window_of_year = year_until(2025, 12)
    down = PortChange(window_of_year.begin + timedelta(days=10), is_online=False)
    back = PortChange(down.at + 15_768 * MINUTE, is_online=True)
    first = PortChange(window_of_year.begin, is_online=True, status=ConnectorStatus.AVAILABLE)

    found = measure_uptime(window_of_year, [first, down, back], [])

    assert found.total == 525_600 * MINUTE
    assert found.percent == Decimal("97.000")


def test_faulted_unavailable_and_offline_are_outage_and_use_and_reservation_are_not() -> None:
    changes = [
        UP,
        PortChange(at(10), is_online=True, status=ConnectorStatus.OCCUPIED),
        PortChange(at(20), is_online=True, status=ConnectorStatus.RESERVED),
        PortChange(at(30), is_online=True, status=ConnectorStatus.FAULTED),
        PortChange(at(35), is_online=True, status=ConnectorStatus.UNAVAILABLE),
        PortChange(at(40), is_online=True, status=ConnectorStatus.AVAILABLE),
        PortChange(at(50), is_online=False),
        PortChange(at(60), is_online=True),
    ]

    assert measure_uptime(HOUR_AND_FORTY, changes, []).outage == 20 * MINUTE


def test_station_that_is_out_of_order_takes_its_ports_with_it() -> None:
    changes = [
        UP,
        PortChange(at(10), is_online=True, status=ConnectorStatus.FAULTED, is_of_station=True),
        PortChange(at(20), is_online=True, status=ConnectorStatus.AVAILABLE),
        PortChange(at(30), is_online=True, status=ConnectorStatus.AVAILABLE, is_of_station=True),
    ]

    assert measure_uptime(HOUR_AND_FORTY, changes, []).outage == 20 * MINUTE


def test_port_that_comes_back_while_the_window_is_over_was_down_until_its_end() -> None:
    changes = [UP, PortChange(at(90), is_online=False), PortChange(at(500), is_online=True)]

    assert measure_uptime(HOUR_AND_FORTY, changes, []).percent == Decimal("90.000")


def test_outage_that_began_before_the_window_counts_from_its_begin() -> None:
    changes = [UP, PortChange(at(10), is_online=False), PortChange(at(60), is_online=True)]

    found = measure_uptime(window(50, 150), changes, [])

    assert (found.total, found.outage) == (100 * MINUTE, 10 * MINUTE)


def test_excluded_minutes_count_once_and_only_where_the_port_was_down() -> None:
    changes = [UP, PortChange(at(20), is_online=False), PortChange(at(60), is_online=True)]

    found = measure_uptime(HOUR_AND_FORTY, changes, [window(0, 30), window(25, 40), window(90, 95)])

    assert (found.outage, found.excluded, found.percent) == (40 * MINUTE, 20 * MINUTE, Decimal("80.000"))


def test_port_that_was_closed_without_a_plan_was_down_whatever_it_said() -> None:
    changes = [UP, PortChange(at(20), is_online=False), PortChange(at(60), is_online=True)]

    found = measure_uptime(HOUR_AND_FORTY, changes, [window(85, 90)], [window(50, 70), window(80, 90)])

    assert (found.outage, found.excluded) == (60 * MINUTE, 5 * MINUTE)


def test_port_that_is_new_is_measured_since_it_was_heard_of() -> None:
    changes = [PortChange(at(50), is_online=True), PortChange(at(75), is_online=False)]

    assert measure_uptime(HOUR_AND_FORTY, changes, []).percent == Decimal("50.000")


def test_port_that_nobody_heard_of_has_no_uptime() -> None:
    assert measure_uptime(HOUR_AND_FORTY, [], []).percent is None
    assert measure_uptime(HOUR_AND_FORTY, [PortChange(at(100), is_online=True)], []).percent is None


minutes = st.integers(min_value=-200, max_value=400)
statuses = st.none() | st.sampled_from(ConnectorStatus)
changes_in_time = st.lists(
    st.builds(PortChange, minutes.map(at), is_online=st.booleans(), status=statuses, is_of_station=st.booleans()),
    max_size=12,
    unique_by=lambda change: change.at,
)
windows = st.lists(st.tuples(minutes, minutes).map(lambda ends: window(min(ends), max(ends))), max_size=6)


@given(changes_in_time, windows, st.integers(min_value=-150, max_value=350))
def test_time_cut_in_two_adds_up_and_stays_within_bounds(
    changes: list[PortChange], excluded: list[Window], cut: int
) -> None:
    whole = measure_uptime(window(-150, 350), changes, excluded)
    parts = [measure_uptime(part, changes, excluded) for part in (window(-150, cut), window(cut, 350))]

    assert timedelta() <= whole.excluded <= whole.outage <= whole.total <= 500 * MINUTE
    assert sum((part.total for part in parts), timedelta()) == whole.total
    assert sum((part.outage for part in parts), timedelta()) == whole.outage
    assert sum((part.excluded for part in parts), timedelta()) == whole.excluded


@given(changes_in_time, windows, st.randoms(use_true_random=False))
def test_order_in_which_it_is_told_changes_nothing(changes: list[PortChange], excluded: list[Window], rng) -> None:  # type: ignore[no-untyped-def]
    told = list(changes)
    rng.shuffle(told)

    assert measure_uptime(HOUR_AND_FORTY, told, excluded[::-1]) == measure_uptime(HOUR_AND_FORTY, changes, excluded)


@given(windows)
def test_united_windows_hold_each_minute_once(some: list[Window]) -> None:
    result = united(some)

    in_any = {minute for minute in range(-200, 400) if any(one.begin <= at(minute) < one.end for one in some)}
    held = [minute for minute in range(-200, 400) for one in result if one.begin <= at(minute) < one.end]
    assert (len(held), set(held)) == (len(in_any), in_any)
