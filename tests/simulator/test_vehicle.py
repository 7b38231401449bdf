"""The numbered invariants of simulator/vehicle.py."""

import pytest
from hypothesis import given, strategies as st

from simulator.chance import Chance
from simulator.meter import MICROJOULES_PER_WH
from simulator.vehicle import VEHICLE_MODELS, Vehicle, draw_vehicle, share_at

MODELS = st.sampled_from(VEHICLE_MODELS)
SHARES = st.floats(0, 1, allow_nan=False)


@given(MODELS, SHARES, st.booleans(), st.lists(st.integers(0, 10**12), max_size=20))
def test_the_state_of_charge_never_falls_and_stays_within_its_bounds(model, soc, is_dc, deliveries) -> None:
    vehicle = Vehicle(model, soc=soc)

    for energy_uj in deliveries:
        before = vehicle.soc
        vehicle.store(energy_uj, is_dc=is_dc)
        assert before <= vehicle.soc <= 1


@given(MODELS, st.floats(0, 0.5), st.integers(0, 10**9), st.booleans())
def test_what_is_stored_is_what_was_delivered_less_the_loss(model, soc, energy_uj, is_dc) -> None:
    vehicle = Vehicle(model, soc=soc)
    before_uj = vehicle.stored_uj

    vehicle.store(energy_uj, is_dc=is_dc)

    percent = model.dc_efficiency_percent if is_dc else model.ac_efficiency_percent
    assert vehicle.stored_uj - before_uj == energy_uj * percent // 100


@given(MODELS, SHARES, SHARES, st.booleans())
def test_the_fuller_the_battery_the_less_is_wanted(model, one, other, is_dc) -> None:
    emptier, fuller = (Vehicle(model, soc=soc) for soc in sorted((one, other)))
    full_power_w = model.dc_power_w if is_dc else model.ac_power_w

    assert full_power_w >= emptier.wanted_power_w(is_dc=is_dc) >= fuller.wanted_power_w(is_dc=is_dc) >= 0


@given(MODELS, SHARES)
def test_a_car_that_has_what_it_wants_draws_nothing(model, soc) -> None:
    vehicle = Vehicle(model, soc=soc, target_soc=max(soc, 0.01) if soc <= 0.99 else 1.0)
    vehicle.store(10**14, is_dc=False)

    assert vehicle.is_satisfied
    assert vehicle.wanted_power_w(is_dc=False) == 0


@given(MODELS, st.floats(0, 0.999), st.integers(1, 150_000_000))
def test_a_steady_step_always_moves_on_and_never_overshoots_by_more_than_a_millisecond(model, soc, power_mw) -> None:
    vehicle = Vehicle(model, soc=soc)

    step_ms = vehicle.steady_ms(power_mw, is_dc=True)

    assert step_ms >= 1
    assert power_mw * (step_ms - 1) * model.dc_efficiency_percent / 100 <= model.battery_uj - vehicle.stored_uj


@given(MODELS, st.floats(0, 1), st.lists(st.tuples(st.booleans(), st.integers(0, 10**13)), max_size=20), st.booleans())
def test_giving_never_fills_a_battery_nor_empties_it_below_the_reserve(model, soc, moves, is_dc) -> None:
    vehicle = Vehicle(model, soc=soc)

    for is_given, energy_uj in moves:
        before, spare = vehicle.soc, vehicle.soc - model.reserve_soc
        (vehicle.give if is_given else vehicle.store)(energy_uj, is_dc=is_dc)
        assert 0 <= vehicle.soc <= 1
        assert (vehicle.soc <= before) if is_given else (vehicle.soc >= before)
        assert vehicle.soc >= min(before, model.reserve_soc) - 1e-9 or spare < 0
        assert (vehicle.offered_power_w() > 0) <= (model.give_power_w > 0 and vehicle.soc > model.reserve_soc - 1e-9)


@given(MODELS, st.floats(0, 0.99), st.floats(-40, 60), st.floats(-40, 60), st.booleans())
def test_a_colder_battery_never_asks_for_more(model, soc, one, other, is_dc) -> None:
    colder, warmer = (Vehicle(model, soc=soc, temperature_c=degrees) for degrees in sorted((one, other)))

    assert colder.wanted_power_w(is_dc=is_dc) <= warmer.wanted_power_w(is_dc=is_dc)
    assert colder.wanted_power_w(is_dc=is_dc) > 0 or not model.can_charge(is_dc=is_dc)


def test_a_cold_battery_takes_less_and_warms_up_while_it_charges() -> None:
    model = VEHICLE_MODELS[2]
    cold, mild = (Vehicle(model, soc=0.1, temperature_c=degrees) for degrees in (-10, 20))
    at_first_w = cold.wanted_power_w(is_dc=True)
    assert at_first_w < 0.5 * mild.wanted_power_w(is_dc=True)

    for _ in range(20):
        cold.store(model.battery_wh * MICROJOULES_PER_WH // 100, is_dc=True)

    assert -10 < cold.temperature_c < 35
    assert cold.wanted_power_w(is_dc=True) > at_first_w


@given(MODELS)
def test_curves_begin_at_full_power_and_fall(model) -> None:
    shares = [share_at(model.curve, step / 100) for step in range(101)]

    assert shares[0] == 1
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] > 0


def test_there_are_ten_classes_of_cars_that_differ() -> None:
    assert len({model.name for model in VEHICLE_MODELS}) >= 10
    assert {model.ac_phases for model in VEHICLE_MODELS} == {1, 3}
    assert any(model.give_power_w for model in VEHICLE_MODELS)


def test_only_cars_with_an_inlet_come_to_a_dc_outlet() -> None:
    rng = Chance("3")

    assert all(draw_vehicle(rng, is_dc=True).model.dc_power_w > 0 for _ in range(100))


def test_a_state_of_charge_beyond_full_is_refused() -> None:
    with pytest.raises(ValueError, match="within 0 and 1"):
        Vehicle(VEHICLE_MODELS[0], soc=1.2)
