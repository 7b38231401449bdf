"""The numbered invariants of simulator/meter.py."""

import pytest
from hypothesis import given, strategies as st

from simulator.meter import MICROJOULES_PER_WH, Line, Meter

LINES = st.lists(
    st.builds(Line, voltage_dv=st.integers(0, 10_000), current_ca=st.integers(0, 50_000)), min_size=1, max_size=3
)
HISTORY = st.lists(st.tuples(LINES, st.integers(0, 3_600_000)), max_size=20)


@given(LINES)
def test_power_is_voltage_times_current_summed_over_the_lines(lines: list[Line]) -> None:
    meter = Meter(register_wh=0, lines=lines, at_ms=0)

    assert meter.power_mw == sum(line.voltage_dv * line.current_ca for line in lines)


@given(HISTORY, st.integers(0, 10**7))
def test_energy_is_the_integral_of_the_power(history: list[tuple[list[Line], int]], register_wh: int) -> None:
    meter = Meter(register_wh=register_wh, lines=[Line(2300, 0)], at_ms=0)
    integral_uj = 0

    for lines, duration_ms in history:
        meter.carry(lines)
        before_wh = meter.register_wh
        integral_uj += meter.power_mw * duration_ms
        meter.advance(meter.read_at_ms + duration_ms)
        assert meter.register_wh >= before_wh

    assert meter.energy_uj == register_wh * MICROJOULES_PER_WH + integral_uj
    assert meter.register_wh == meter.energy_uj // MICROJOULES_PER_WH


@given(st.integers(0, 10**6), st.integers(1, 10**7))
def test_it_does_not_matter_how_often_a_meter_is_read(cut_ms: int, total_ms: int) -> None:
    often, once = (Meter(register_wh=5, lines=[Line(2301, 1599)], at_ms=0) for _ in range(2))

    often.advance(min(cut_ms, total_ms))
    often.advance(total_ms)
    once.advance(total_ms)

    assert often.energy_uj == once.energy_uj


def test_a_time_in_the_past_changes_nothing() -> None:
    meter = Meter(register_wh=7, lines=[Line(2300, 1600)], at_ms=1000)

    assert meter.advance(500) == 0
    assert meter.read_at_ms == 1000


def test_a_meter_refuses_energy_that_flows_back() -> None:
    meter = Meter(register_wh=7, lines=[], at_ms=0)

    with pytest.raises(ValueError, match="import register"):
        meter.carry([Line(2300, -1)])
