"""What holds of every price, whatever the tariff and the session."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from backoffice.pricing.calculation import MAX_PRICE, Price, price
from backoffice.pricing.periods import ChargingPeriod, Cut, Span, cut_at_time, pieces
from backoffice.pricing.restrictions import Boundaries, cuts_of
from backoffice.pricing.tariff import (
    DayOfWeek,
    Dimension,
    PriceComponent,
    PriceLimit,
    Restrictions,
    Tariff,
    TariffElement,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# The clock goes back in the night of this Sunday.
BEGIN = datetime(2022, 10, 29, 20, tzinfo=UTC)
ZERO = Decimal(0)


def decimals(highest: int, places: int = 2) -> st.SearchStrategy[Decimal]:
    return st.integers(0, highest * 10**places).map(lambda units: Decimal(units).scaleb(-places))


def components(steps: st.SearchStrategy[int]) -> st.SearchStrategy[PriceComponent]:
    return st.builds(
        PriceComponent,
        type=st.sampled_from(Dimension),
        price=decimals(5, places=4),
        step_size=steps,
        vat=st.none() | decimals(25, places=1),
    )


times_of_day = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.sampled_from((0, 30)))
restrictions = st.builds(
    Restrictions,
    start_time=st.none() | times_of_day,
    end_time=st.none() | times_of_day,
    min_kwh=st.none() | decimals(20, places=1),
    max_kwh=st.none() | decimals(20, places=1),
    min_power=st.none() | decimals(30, places=0),
    max_power=st.none() | decimals(30, places=0),
    min_duration=st.none() | st.integers(0, 20_000),
    max_duration=st.none() | st.integers(0, 20_000),
    day_of_week=st.none() | st.lists(st.sampled_from(DayOfWeek), min_size=1).map(tuple),
)


@st.composite
def tariffs(draw: st.DrawFn, *, highest_step: int = 1800) -> Tariff:
    elements = draw(
        st.lists(
            st.builds(
                TariffElement,
                price_components=st.lists(components(st.integers(1, highest_step)), min_size=1, max_size=3).map(tuple),
                restrictions=st.none() | restrictions,
            ),
            min_size=1,
            max_size=4,
        )
    )
    limits = st.none() | st.builds(PriceLimit, excl_vat=decimals(20), incl_vat=st.none() | decimals(25))
    return Tariff("T", "EUR", tuple(elements), min_price=draw(limits), max_price=draw(limits))


@st.composite
def sessions(draw: st.DrawFn) -> tuple[ChargingPeriod, ...]:
    """Periods that follow each other from the evening on, some of them over midnight."""
    at = BEGIN + timedelta(minutes=draw(st.integers(0, 300)))
    periods = []
    for _ in range(draw(st.integers(1, 5))):
        minutes = draw(st.integers(0, 240))
        is_charging = draw(st.booleans())
        energy_wh = Decimal(draw(st.integers(0, 15_000))) if is_charging and minutes else ZERO
        power_w = energy_wh * 60 / minutes if minutes else ZERO
        periods.append(
            ChargingPeriod(
                started_at=at,
                ended_at=at + timedelta(minutes=minutes),
                energy_wh=energy_wh,
                charging_s=Decimal(minutes * 60) if is_charging else ZERO,
                parking_s=ZERO if is_charging else Decimal(minutes * 60),
                power_w=Span(power_w, power_w),
            )
        )
        at = periods[-1].ended_at
    return tuple(periods)


def priced(tariff: Tariff, periods: Sequence[ChargingPeriod]) -> Price:
    return price(tariff, periods, timezone=AMSTERDAM)


def cut_everywhere(tariff: Tariff, periods: Sequence[ChargingPeriod]) -> list[ChargingPeriod]:
    """The session with a period of its own for every boundary of the tariff, as OCPI asks of a CDR."""
    boundaries = Boundaries.of(tariff, periods, AMSTERDAM)
    cut: list[ChargingPeriod] = []
    energy_wh = ZERO
    for period in periods:
        cuts = cuts_of(period, boundaries, energy_before_wh=energy_wh)
        cut += pieces(period, cuts)
        energy_wh += period.energy_wh
    return cut


@given(tariffs(), sessions())
def test_lines_add_up_to_the_totals_and_parts_to_the_lines(tariff: Tariff, periods: tuple[ChargingPeriod, ...]) -> None:
    result = priced(tariff, periods)

    cent, line_unit = Decimal("0.01"), Decimal("0.0001")
    excl_vat = sum((line.amount_excl_vat for line in result.lines), ZERO)
    incl_vat = sum((line.amount_incl_vat for line in result.lines), ZERO)
    assert result.total_excl_vat == excl_vat.quantize(cent, ROUND_HALF_UP)
    assert result.total_incl_vat == incl_vat.quantize(cent, ROUND_HALF_UP)
    for line in (line for line in result.lines if line.element is not None):
        parts = [
            part
            for each in result.periods
            for part in each.parts
            if (part.dimension, part.element) == (line.dimension, line.element)
        ]
        assert parts
        assert abs(sum((part.amount_excl_vat for part in parts), ZERO) - line.amount_excl_vat) <= line_unit / 2


@given(tariffs(), sessions())
def test_cutting_a_session_at_the_tariffs_boundaries_changes_nothing(
    tariff: Tariff, periods: tuple[ChargingPeriod, ...]
) -> None:
    whole, cut = priced(tariff, periods), priced(tariff, cut_everywhere(tariff, periods))

    assert (cut.lines, cut.total_excl_vat, cut.total_incl_vat) == (
        whole.lines,
        whole.total_excl_vat,
        whole.total_incl_vat,
    )


@given(tariffs(), sessions(), st.integers(1, 99))
def test_cutting_a_session_anywhere_changes_nothing(
    tariff: Tariff, periods: tuple[ChargingPeriod, ...], percent: int
) -> None:
    first = periods[0]
    cut = cut_at_time(first, first.started_at + first.duration * percent / 100)

    halves = list(pieces(first, [cut] if cut else []))

    assert priced(tariff, [*halves, *periods[1:]]).lines == priced(tariff, periods).lines


@given(tariffs(), sessions())
def test_no_price_is_negative(tariff: Tariff, periods: tuple[ChargingPeriod, ...]) -> None:
    result = priced(tariff, periods)

    assert result.total_excl_vat >= 0
    assert result.total_incl_vat >= 0
    assert all(line.amount_excl_vat >= 0 for line in result.lines if line.dimension != MAX_PRICE)


@given(tariffs(), sessions())
def test_limits_bind_both_totals(tariff: Tariff, periods: tuple[ChargingPeriod, ...]) -> None:
    result = priced(tariff, periods)

    if tariff.max_price:
        assert result.total_excl_vat <= tariff.max_price.excl_vat
    elif tariff.min_price:
        assert result.total_excl_vat >= tariff.min_price.excl_vat
        least = tariff.min_price
        assert result.total_incl_vat >= (least.excl_vat if least.incl_vat is None else least.incl_vat)


@given(tariffs(highest_step=1), sessions(), st.integers(1, 50))
def test_going_on_never_costs_less(tariff: Tariff, periods: tuple[ChargingPeriod, ...], percent: int) -> None:
    """With steps of one unit: larger ones may round up in a dear element what a cheap one would have taken."""
    last = periods[-1]
    cut = cut_at_time(last, last.started_at + last.duration * percent / 100)
    shorter = [*periods[:-1], next(pieces(last, [cut] if cut else []))]

    one_unit_more = max(component.price for element in tariff.elements for component in element.price_components) / 1000
    assert priced(tariff, periods).total_excl_vat >= priced(tariff, shorter).total_excl_vat - 2 * one_unit_more


@given(sessions(), st.lists(st.integers(1, 99), max_size=5))
def test_pieces_add_up_to_their_period(periods: tuple[ChargingPeriod, ...], percents: list[int]) -> None:
    period = periods[0]

    cut = list(pieces(period, [Cut(Decimal(percent), Decimal(100)) for percent in percents]))

    assert (cut[0].started_at, cut[-1].ended_at) == (period.started_at, period.ended_at)
    assert all(earlier.ended_at == later.started_at for earlier, later in pairwise(cut))
    assert sum((piece.energy_wh for piece in cut), ZERO) == period.energy_wh
    assert sum((piece.charging_s + piece.parking_s for piece in cut), ZERO) == period.charging_s + period.parking_s
