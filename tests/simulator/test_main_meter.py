"""The meter in front of a station's EVSEs: what they took and what the station itself draws, to the last watt hour."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from protocol.blocks.meter_values.messages import MeterValues
from protocol.blocks.transactions.messages import TransactionUpdate
from protocol.domain.metering import MeterValue
from protocol.domain.version import OcppVersion
from simulator.faults.power import cut_power, restore_power
from simulator.main_meter import MainMeter
from simulator.meter import MICROJOULES_PER_WH, Line, Meter
from simulator.plan import Settings, StationPlan
from simulator.state import PowerLoss
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import EVERY, TOKEN, car

REGISTER, POWER, EXPORT = "Energy.Active.Import.Register", "Power.Active.Import", "Energy.Active.Export.Register"
SETTINGS = Settings(sample_interval_s=0, aligned_interval_s=60, aligned=(REGISTER, POWER, "Voltage"))


def station(version: OcppVersion, *, idle_w: float | None = 30, settings: Settings = SETTINGS) -> World:
    world = World(StationPlan("CP1", version=version, evse_count=2, idle_w=idle_w, settings=settings))
    world.run_for(5)
    return world


def main_values(world: World) -> list[MeterValue]:
    return [value for one in world.csms.of(MeterValues) if one.evse is None for value in one.meter_values]


def read(value: MeterValue, measurand: str) -> Decimal:
    (reading,) = [one for one in value.readings if one.measurand == measurand]
    return Decimal(reading.value)


@EVERY
def test_main_meter_says_the_sum_of_the_evses_and_the_stations_own(version: OcppVersion) -> None:
    world = station(version)
    first_wh = sum(evse.meter.register_wh for evse in world.station.state.evses)
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(600)

    first, *_, last = main_values(world)
    evses = [
        {value.measured_at: value for value in one.meter_values}
        for one in (*world.csms.of(MeterValues), *world.csms.of(TransactionUpdate))
        if one.evse is not None and one.meter_values
    ]
    parts = [one[last.measured_at] for one in evses if last.measured_at in one]
    assert len(main_values(world)) == 10
    assert len(parts) == 2
    assert read(last, POWER) == sum(read(one, POWER) for one in parts) + 30
    seconds = (last.measured_at - first.measured_at).total_seconds()
    own_wh = Decimal(30 * seconds / 3600)
    of_evses = sum(read(one, REGISTER) for one in parts)
    assert abs(read(last, REGISTER) - of_evses - own_wh) <= 3  # each register is rounded down, and there was a minute
    assert read(first, REGISTER) >= first_wh
    assert {one.measurand for one in last.readings} == {REGISTER, POWER}


def test_station_without_a_main_meter_says_nothing_of_it() -> None:
    world = station(OcppVersion.V201, idle_w=None)

    world.run_for(300)

    assert world.csms.of(MeterValues)
    assert main_values(world) == []


def test_main_meter_that_measures_nothing_of_what_is_asked_for_is_silent() -> None:
    world = station(OcppVersion.V201, settings=Settings(aligned_interval_s=60, aligned=("Voltage",)))

    world.run_for(300)

    assert main_values(world) == []


def test_station_without_power_draws_nothing() -> None:
    world = station(OcppVersion.V201, idle_w=3600)
    state, main = world.station.state, world.station.state.main_meter
    assert main is not None
    meters = [evse.meter for evse in state.evses]
    now = world.clock.now()
    main.advance(round(now * 1000))
    before_wh = main.register_wh(meters)

    cut_power(state, now, why=PowerLoss.POWER_CUT)
    restore_power(state, now + 100, why=PowerLoss.POWER_CUT)
    main.advance(round((now + 110) * 1000))

    assert main.register_wh(meters) - before_wh == 10
    assert main.own_power_mw == 3_600_000


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(-3200, 3200)), min_size=1, max_size=20),
    st.floats(min_value=0, max_value=500),
)
def test_register_is_exact_and_never_falls(steps: list[tuple[int, int]], idle_w: float) -> None:
    meters = [Meter(register_wh=1000, lines=(), at_ms=0) for _ in range(2)]
    main, at_ms, before_wh = MainMeter(idle_w=idle_w, at_ms=0), 0, 0

    for elapsed_ms, current_ca in steps:
        meters[0].carry((Line(2300, current_ca),))
        at_ms += elapsed_ms
        for meter in meters:
            meter.advance(at_ms)
        main.advance(at_ms)
        assert main.register_wh(meters) >= before_wh
        before_wh = main.register_wh(meters)

    own_uj = round(idle_w * 1000) * at_ms
    assert main.register_wh(meters) == (own_uj + sum(meter.energy_uj for meter in meters)) // MICROJOULES_PER_WH
    assert main.power_mw(meters) - main.export_power_mw(meters) == main.own_power_mw + meters[0].power_mw


@pytest.mark.parametrize("idle_w", [0, 12.5])
def test_energy_that_cars_give_is_export(idle_w: float) -> None:
    meter, main = Meter(register_wh=0, lines=(Line(2300, -1000),), at_ms=0), MainMeter(idle_w=idle_w, at_ms=0)
    meter.advance(3_600_000)
    main.advance(3_600_000)

    assert main.export_register_wh([meter]) == 2300
    assert main.register_wh([meter]) == int(idle_w)
    assert (main.power_mw([meter]), main.export_power_mw([meter])) == (round(idle_w * 1000), 2_300_000)
