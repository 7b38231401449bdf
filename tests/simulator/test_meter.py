"""The numbered invariants of simulator/meter.py."""

import pytest
from hypothesis import given, strategies as st

from simulator.meter import CLASS_B_PPM, MICROJOULES_PER_WH, Line, Meter

LINES = st.lists(
    st.builds(Line, voltage_dv=st.integers(0, 10_000), current_ca=st.integers(-50_000, 50_000)), min_size=1, max_size=3
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
        before_wh = meter.register_wh, meter.export_register_wh
        integral_uj += meter.power_mw * duration_ms
        meter.advance(meter.read_at_ms + duration_ms)
        assert meter.register_wh >= before_wh[0]
        assert meter.export_register_wh >= before_wh[1]

    assert meter.energy_uj - meter.exported_uj == register_wh * MICROJOULES_PER_WH + integral_uj
    assert meter.register_wh == meter.energy_uj // MICROJOULES_PER_WH
    assert meter.export_register_wh == meter.exported_uj // MICROJOULES_PER_WH


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


def test_what_flows_back_is_counted_by_the_other_register() -> None:
    meter = Meter(register_wh=7, lines=[Line(2300, -1600)] * 3, at_ms=0)

    meter.advance(3_600_000)

    assert (meter.register_wh, meter.export_register_wh) == (7, 11_040)


def test_a_voltage_below_0_is_refused() -> None:
    meter = Meter(register_wh=7, lines=[], at_ms=0)

    with pytest.raises(ValueError, match="voltage below 0"):
        meter.carry([Line(-1, 100)])


@given(st.integers(-CLASS_B_PPM, CLASS_B_PPM), st.integers(0, 10**15))
def test_what_flowed_is_within_the_class_of_what_was_counted(error_ppm: int, counted_uj: int) -> None:
    meter = Meter(register_wh=0, lines=[], at_ms=0, error_ppm=error_ppm)

    flowed_uj = meter.true_uj(counted_uj)

    assert abs(counted_uj - flowed_uj) * 100 <= flowed_uj + 100
    assert (counted_uj >= flowed_uj) or error_ppm < 0


def test_a_meter_beyond_its_class_is_refused() -> None:
    with pytest.raises(ValueError, match="class B"):
        Meter(register_wh=0, lines=[], at_ms=0, error_ppm=CLASS_B_PPM + 1)
