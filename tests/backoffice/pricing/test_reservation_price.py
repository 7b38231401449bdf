"""What holds of the price of every reservation, and single rules of it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from backoffice.pricing.calculation import Price
from backoffice.pricing.periods import ChargingPeriod, cut_at_time, pieces
from backoffice.pricing.reservation import price_reservation, reserved_period
from backoffice.pricing.tariff import (
    Dimension,
    PriceComponent,
    PriceLimit,
    Reservation,
    Restrictions,
    Tariff,
    TariffElement,
    read_tariff,
)
from tests.vectors.examples import Json, component, element, tariff

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
BEGIN = datetime(2022, 10, 29, 20, tzinfo=UTC)  # the clock goes back in the night that follows
ZERO = Decimal(0)

prices = st.integers(0, 50_000).map(lambda units: Decimal(units).scaleb(-4))
times_of_day = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.sampled_from((0, 30)))


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    elements = st.builds(
        TariffElement,
        price_components=st.lists(
            st.builds(
                PriceComponent,
                type=st.sampled_from(Dimension),
                price=prices,
                step_size=st.integers(0, 1800),
                vat=st.none() | st.integers(0, 25).map(Decimal),
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
        restrictions=st.none()
        | st.builds(
            Restrictions,
            start_time=st.none() | times_of_day,
            end_time=st.none() | times_of_day,
            min_duration=st.none() | st.integers(0, 20_000),
            max_duration=st.none() | st.integers(0, 20_000),
            reservation=st.none() | st.sampled_from(Reservation),
        ),
    )
    limits = st.none() | st.builds(PriceLimit, excl_vat=prices)
    found = draw(st.lists(elements, min_size=1, max_size=5))
    return Tariff("T", "EUR", tuple(found), min_price=draw(limits), max_price=draw(limits))


windows = st.builds(
    lambda after_min, seconds: reserved_period(
        BEGIN + timedelta(minutes=after_min), BEGIN + timedelta(minutes=after_min, seconds=seconds)
    ),
    st.integers(0, 300),
    st.integers(0, 40_000),
)


def priced(tariff: Tariff, periods: Sequence[ChargingPeriod], *, has_expired: bool = False) -> Price:
    return price_reservation(tariff, periods, has_expired=has_expired, timezone=AMSTERDAM)


@given(tariffs(), windows, st.booleans())
def test_no_reservation_costs_less_than_nothing(tariff: Tariff, window: ChargingPeriod, has_expired: bool) -> None:
    result = priced(tariff, [window], has_expired=has_expired)

    assert result.total_excl_vat >= 0
    assert result.total_incl_vat >= result.total_excl_vat
    assert all(line.amount_excl_vat >= 0 for line in result.lines)


@given(tariffs(), windows, st.integers(1, 99), st.booleans())
def test_cutting_a_reservation_changes_nothing(
    tariff: Tariff, window: ChargingPeriod, percent: int, has_expired: bool
) -> None:
    cut = cut_at_time(window, window.started_at + window.duration * percent / 100)
    halves = list(pieces(window, [cut] if cut else []))

    assert (
        priced(tariff, halves, has_expired=has_expired).lines == priced(tariff, [window], has_expired=has_expired).lines
    )


@given(tariffs(), windows, st.booleans())
def test_every_line_is_of_a_reservation_element_and_its_periods_add_up_to_it(
    tariff: Tariff, window: ChargingPeriod, has_expired: bool
) -> None:
    result = priced(tariff, [window], has_expired=has_expired)

    for line in result.lines:
        assert line.element is not None
        restrictions = tariff.elements[line.element].restrictions
        assert restrictions is not None
        assert restrictions.reservation is not None
        assert has_expired or restrictions.reservation is Reservation.RESERVATION
        assert line.dimension in (Dimension.FLAT, Dimension.TIME)
        parts = [
            part.amount_excl_vat
            for each in result.periods
            for part in each.parts
            if (part.dimension, part.element) == (line.dimension, line.element)
        ]
        assert abs(sum(parts, ZERO) - line.amount_excl_vat) <= Decimal("0.00005")


def of(content: Json) -> Tariff:
    return read_tariff(json.dumps(content).encode())


def hours(number: int) -> list[ChargingPeriod]:
    return [reserved_period(BEGIN, BEGIN + timedelta(hours=number))]


def test_tariff_without_reservation_elements_costs_nothing_even_with_a_minimum() -> None:
    content = tariff(element(component("TIME", "3"), component("FLAT", "1")), min_price={"excl_vat": 5})

    assert priced(of(content), hours(1)).lines == ()


def test_fee_for_not_coming_stands_in_for_the_fee_of_reserving() -> None:
    content = tariff(
        element(component("FLAT", "1"), component("TIME", "2"), reservation="RESERVATION"),
        element(component("FLAT", "7"), reservation="RESERVATION_EXPIRES"),
    )

    used, expired = priced(of(content), hours(1)), priced(of(content), hours(1), has_expired=True)

    assert used.total_excl_vat == 3
    assert [(line.dimension, line.element) for line in expired.lines] == [("FLAT", 1), ("TIME", 0)]
    assert expired.total_excl_vat == 9


def test_price_follows_the_clock_of_the_location() -> None:
    # Ten in the evening in Amsterdam is eight in UTC.
    content = tariff(
        element(component("TIME", "1"), reservation="RESERVATION", end_time="23:00"),
        element(component("TIME", "10"), reservation="RESERVATION"),
    )

    assert priced(of(content), hours(2)).total_excl_vat == 11


def test_reservation_given_up_before_it_began_takes_no_time() -> None:
    content = tariff(element(component("FLAT", "1"), component("TIME", "60"), reservation="RESERVATION"))

    assert priced(of(content), [reserved_period(BEGIN, BEGIN - timedelta(hours=3))]).total_excl_vat == 1
