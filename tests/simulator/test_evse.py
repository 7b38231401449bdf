"""The numbered invariants of simulator/evse.py."""

from datetime import UTC, datetime

from hypothesis import given, strategies as st

from protocol.blocks.transactions.machine import TransactionState
from protocol.domain.identifiers import IdToken
from simulator.chance import Chance
from simulator.evse import Evse, Outlet, Transaction
from simulator.meter import MICROJOULES_PER_WH
from simulator.vehicle import VEHICLE_MODELS, Vehicle, VehicleModel

OUTLETS = st.sampled_from(
    (Outlet(3_700, phases=1), Outlet(11_000, phases=3), Outlet(22_000, phases=3), Outlet(150_000, is_dc=True))
)
FITTING = st.tuples(OUTLETS, st.sampled_from(VEHICLE_MODELS)).filter(
    lambda pair: pair[1].can_charge(is_dc=pair[0].is_dc)
)
STEPS_S = st.lists(st.floats(0, 4000, allow_nan=False), min_size=1, max_size=12)


def charging(outlet: Outlet, model: VehicleModel, soc: float) -> Evse:
    evse = Evse(1, outlet, rng=Chance("1"), at_ms=0)
    evse.vehicle = Vehicle(model, soc=soc)
    evse.transaction = Transaction(
        "T-1", 1, IdToken("A"), datetime(2026, 1, 1, tzinfo=UTC), 0, state=TransactionState.CHARGING
    )
    evse.settle()
    return evse


@given(FITTING, st.floats(0, 1), STEPS_S)
def test_the_power_exceeds_neither_the_outlet_nor_the_car(fitting, soc, steps_s) -> None:
    (outlet, model), now = fitting, 0.0
    evse = charging(outlet, model, soc)

    for step_s in steps_s:
        now += step_s
        evse.advance(now)
        wanted_w = evse.vehicle.wanted_power_w(is_dc=outlet.is_dc)
        assert evse.meter.power_mw <= 1000 * outlet.max_power_w
        assert evse.meter.power_mw <= 1000 * wanted_w * 1.01 + 1


@given(FITTING, st.floats(0, 1), STEPS_S)
def test_the_battery_gains_what_the_meter_counts_less_the_loss(fitting, soc, steps_s) -> None:
    (outlet, model), now = fitting, 0.0
    evse = charging(outlet, model, soc)
    counted_uj, stored_uj = evse.meter.energy_uj, evse.vehicle.stored_uj

    for step_s in steps_s:
        now += step_s
        evse.advance(now)

    percent = model.dc_efficiency_percent if outlet.is_dc else model.ac_efficiency_percent
    gained_uj = evse.vehicle.stored_uj - stored_uj
    flowed_uj = evse.meter.true_uj(evse.meter.energy_uj - counted_uj)
    # Each step loses less than a microjoule to rounding, and the last may run a millisecond over.
    assert abs(gained_uj - flowed_uj * percent / 100) <= 2000 + outlet.max_power_w * 1000


@given(FITTING, STEPS_S)
def test_without_a_transaction_the_register_stands_still(fitting, steps_s) -> None:
    evse, now = charging(*fitting, 0.2), 0.0
    evse.transaction = None
    evse.settle()
    before_wh = evse.meter.register_wh

    for step_s in steps_s:
        now += step_s
        evse.advance(now)

    assert evse.meter.register_wh == before_wh


def test_a_car_on_one_phase_leaves_the_others_without_current_but_with_voltage() -> None:
    evse = charging(Outlet(11_000, phases=3), VEHICLE_MODELS[0], 0.2)

    first, *others = evse.meter.lines

    assert first.current_ca > 1500
    assert [line.current_ca for line in others] == [0, 0]
    assert all(2200 < line.voltage_dv < 2400 for line in evse.meter.lines)


def test_a_day_on_the_cable_fills_the_battery_and_no_more() -> None:
    evse = charging(Outlet(11_000, phases=3), VEHICLE_MODELS[2], 0.1)
    before_wh = evse.meter.register_wh

    evse.advance(86_400.0)

    assert evse.vehicle.is_satisfied
    assert evse.meter.power_mw == 0
    drawn_wh = evse.vehicle.model.battery_wh * 0.9 / 0.91
    counted_wh = evse.meter.register_wh - before_wh
    assert abs(counted_wh - drawn_wh * (1 + evse.meter.error_ppm / 1e6)) <= 2
    assert evse.vehicle.stored_uj == evse.vehicle.model.battery_wh * MICROJOULES_PER_WH
