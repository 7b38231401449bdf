"""Physics of a whole EVSE as its readings tell it: what is counted, shown and stored agrees, whatever happens."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings, strategies as st

from protocol.blocks.transactions.machine import TransactionState
from protocol.domain.metering import MeterValue, ReadingContext
from simulator.behaviours.meter_values import read_meter
from simulator.chance import Chance
from simulator.evse import Cap, Evse, Outlet
from simulator.meter import MICROJOULES_PER_WH
from simulator.plan import Settings, StationPlan
from simulator.state import StationState
from simulator.vehicle import VEHICLE_MODELS, Vehicle
from tests.simulator.test_evse import charging

MEASURANDS = (
    "Energy.Active.Import.Register",
    "Energy.Active.Export.Register",
    "Power.Active.Import",
    "Power.Active.Export",
    "Current.Import",
    "Current.Export",
    "Voltage",
    "SoC",
)
OUTLETS = st.sampled_from(
    (
        Outlet(7_400, phases=1),
        Outlet(11_000, phases=3, give_power_w=11_000),
        Outlet(22_000, phases=3),
        Outlet(50_000, is_dc=True, give_power_w=10_000),
    )
)
FITTING = st.tuples(OUTLETS, st.sampled_from(VEHICLE_MODELS)).filter(
    lambda pair: pair[1].can_charge(is_dc=pair[0].is_dc)
)
CAPS = st.none() | st.builds(
    Cap,
    power_w=st.sampled_from((0.0, 2_000.0, 6_000.0, 30_000.0)),
    phases=st.integers(1, 3),
    give_w=st.sampled_from((0.0, 0.0, 3_000.0, 20_000.0)),
)
STATES = st.sampled_from((TransactionState.CHARGING, TransactionState.CHARGING, TransactionState.SUSPENDED_EV))
STEPS = st.lists(st.tuples(CAPS, STATES, st.floats(0, 3_000, allow_nan=False)), min_size=1, max_size=8)


def living(fitting, soc: float, seed: int, temperature_c: float = 20.0) -> Evse:
    outlet, model = fitting
    evse = charging(outlet, model, soc)
    evse.meter.error_ppm = Chance(str(seed)).whole(-7_000, 7_000)
    evse.vehicle = Vehicle(model, soc=soc, temperature_c=temperature_c)
    evse.transaction.may_give = True
    return evse


def step(evse: Evse, cap: Cap | None, state: TransactionState, until_s: float) -> int:
    """Live until then, and return the integral of the power in microjoules, asked for every second or so."""
    now_ms = evse.meter.read_at_ms
    evse.cap, evse.transaction.state = cap, state
    evse.settle()
    total_uj = 0
    while now_ms < round(until_s * 1000):
        next_ms = min(round(until_s * 1000), now_ms + 60_000)
        counted_uj = evse.meter.energy_uj - evse.meter.exported_uj
        evse.advance(next_ms / 1000)
        total_uj += evse.meter.energy_uj - evse.meter.exported_uj - counted_uj
        now_ms = next_ms
    return total_uj


@settings(deadline=None)
@given(FITTING, st.floats(0, 1), STEPS, st.integers(0, 99), st.floats(-30, 40))
def test_registers_never_fall_and_batteries_stay_within_their_bounds(fitting, soc, steps, seed, degrees) -> None:
    evse, now = living(fitting, soc, seed, degrees), 0.0
    registers = evse.meter.register_wh, evse.meter.export_register_wh

    for cap, state, seconds in steps:
        now += seconds
        step(evse, cap, state, now)
        later = evse.meter.register_wh, evse.meter.export_register_wh
        assert later[0] >= registers[0]
        assert later[1] >= registers[1]
        assert 0 <= evse.vehicle.soc <= 1
        registers = later


@settings(deadline=None)
@given(FITTING, st.floats(0, 1), STEPS, st.integers(0, 99), st.floats(-30, 40))
def test_power_is_within_every_limit(fitting, soc, steps, seed, degrees) -> None:
    (outlet, model), evse, now = fitting, living(fitting, soc, seed, degrees), 0.0

    for cap, state, seconds in steps:
        evse.cap, evse.transaction.state = cap, state
        evse.settle()
        power_w = evse.meter.power_mw / 1000
        limits_w = [outlet.max_power_w, model.inlet_power_w(is_dc=outlet.is_dc), *([cap.power_w] if cap else [])]
        if power_w > 0:
            assert power_w <= min(limits_w) or state is TransactionState.SUSPENDED_EV
            assert power_w <= max(evse.vehicle.wanted_power_w(is_dc=outlet.is_dc), model.standby_w)
        else:
            assert -power_w <= min(outlet.give_power_w, model.give_power_w, cap.give_w if cap else 0)
        now += seconds
        evse.advance(now)


@settings(deadline=None)
@given(FITTING, st.floats(0.1, 0.9), STEPS, st.integers(0, 99))
def test_battery_gains_what_came_in_less_what_went_out_and_was_lost(fitting, soc, steps, seed) -> None:
    (outlet, model), evse, now = fitting, living(fitting, soc, seed), 0.0
    percent = model.efficiency_percent(is_dc=outlet.is_dc)

    for cap, _, seconds in steps:
        imported_uj, exported_uj, stored_uj = evse.meter.energy_uj, evse.meter.exported_uj, evse.vehicle.stored_uj
        now += seconds
        step(evse, cap, TransactionState.CHARGING, now)
        came_uj = evse.meter.true_uj(evse.meter.energy_uj - imported_uj) * percent / 100
        went_uj = evse.meter.true_uj(evse.meter.exported_uj - exported_uj) * 100 / percent
        gained_uj = evse.vehicle.stored_uj - stored_uj
        # Each of the steps loses some microjoules to rounding, and one at the end may run a millisecond over.
        assert abs(gained_uj - came_uj + went_uj) <= 50_000 + max(outlet.max_power_w, outlet.give_power_w) * 1100


@settings(deadline=None)
@given(FITTING, st.floats(0, 1), STEPS, st.integers(0, 99))
def test_what_readings_say_of_an_instant_agrees(fitting, soc, steps, seed) -> None:
    evse, now = living(fitting, soc, seed), 0.0
    before_wh, total_uj = evse.meter.energy_uj - evse.meter.exported_uj, 0

    for cap, state, seconds in steps:
        now += seconds
        total_uj += step(evse, cap, state, now)
        said = values_of(evse, now)
        volts, amperes, returned = (said[name] for name in ("Voltage", "Current.Import", "Current.Export"))
        power_w = said["Power.Active.Import"][0] - said["Power.Active.Export"][0]
        assert len(volts) == len(amperes) == evse.outlet.line_count
        assert power_w == sum(v * (a - r) for v, a, r in zip(volts, amperes, returned, strict=True))
        assert 0 in (said["Power.Active.Import"][0], said["Power.Active.Export"][0])
        assert said["Energy.Active.Import.Register"][0] == evse.meter.energy_uj // MICROJOULES_PER_WH
        assert said["Energy.Active.Export.Register"][0] == evse.meter.exported_uj // MICROJOULES_PER_WH

    assert evse.meter.energy_uj - evse.meter.exported_uj == before_wh + total_uj


def values_of(evse: Evse, now: float) -> dict[str, list[Decimal]]:
    plan = StationPlan("A", outlet=evse.outlet, settings=Settings(sampled=MEASURANDS))
    epoch = datetime(2026, 1, 1, tzinfo=UTC)
    state = StationState.of(plan, rng=Chance("1"), instant=lambda at: epoch + timedelta(seconds=at))
    value: MeterValue = read_meter(state, evse, now, context=ReadingContext.SAMPLE_PERIODIC)
    said: dict[str, list[Decimal]] = {}
    for reading in value.readings:
        said.setdefault(reading.measurand, []).append(Decimal(reading.value))
    return said
