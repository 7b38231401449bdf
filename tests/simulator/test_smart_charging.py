"""What the CSMS allows is what the car gets: profiles set, stacked, shared and cleared on a 1.6 station."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from protocol.blocks.remote_control.messages import RequestStart
from protocol.blocks.smart_charging.messages import (
    ClearChargingProfile,
    GetCompositeSchedule,
    SetChargingProfile,
)
from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
)
from protocol.domain.identifiers import IdToken, TransactionId
from protocol.domain.status import ChargingState
from protocol.domain.version import OcppVersion
from simulator.evse import Outlet
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import TOKEN, booted, car
from tests.simulator.test_commands import ask, charging

V16 = OcppVersion.V16
TX, DEFAULT, MAX = ProfilePurpose.TX, ProfilePurpose.TX_DEFAULT, ProfilePurpose.STATION_MAX


def profile(
    *limits: tuple[int, str],
    purpose: ProfilePurpose = DEFAULT,
    profile_id: int = 1,
    stack_level: int = 0,
    unit: RateUnit = RateUnit.AMPERES,
    kind: ProfileKind = ProfileKind.RELATIVE,
    **fields: Any,
) -> ChargingProfile:
    periods = tuple(ChargingPeriod(start_s, Decimal(limit)) for start_s, limit in limits)
    schedule = ChargingSchedule(unit, periods, starts_at=fields.pop("starts_at", None))
    return ChargingProfile(profile_id, stack_level, purpose, kind, schedule, **fields)


def set_profile(world: World, one: ChargingProfile, evse: int | None = 1) -> str:
    return str(ask(world, SetChargingProfile(one, evse)).status)  # type: ignore[attr-defined]


def currents_a(world: World, evse: int = 1) -> list[float]:
    return [line.current_ca / 100 for line in world.station.state.evses[evse - 1].meter.lines]


def test_limit_in_amperes_holds_on_every_phase_at_once() -> None:
    world = charging(V16)
    assert max(currents_a(world)) > 15

    assert set_profile(world, profile((0, "10"), purpose=TX)) == "Accepted"

    assert all(9 < current <= 10 for current in currents_a(world))


def test_limit_in_watts_holds_over_all_phases() -> None:
    world = charging(V16)

    set_profile(world, profile((0, "5000"), purpose=TX, unit=RateUnit.WATTS))

    assert 4900 < world.station.state.evses[0].meter.power_mw / 1000 <= 5000


def test_next_period_begins_in_time_and_nothing_is_offered_below_six_amperes() -> None:
    world = charging(V16)
    starts_at = world.csms.now
    stepped = profile((0, "8"), (60, "0"), (120, "5.9"), (180, "6"), kind=ProfileKind.ABSOLUTE, starts_at=starts_at)
    set_profile(world, stepped)
    evse = world.station.state.evses[0]

    world.run_for(62)
    assert currents_a(world) == [0, 0, 0]
    assert evse.status[1] is ChargingState.SUSPENDED_EVSE
    register_wh = evse.meter.register_wh

    world.run_for(60)
    assert currents_a(world) == [0, 0, 0]
    assert evse.meter.register_wh == register_wh

    world.run_for(60)
    assert all(5 < current <= 6 for current in currents_a(world))
    assert evse.status[1] is ChargingState.CHARGING


def test_default_of_the_station_limits_a_charge_that_begins_later() -> None:
    world = booted(V16)
    assert set_profile(world, profile((0, "7")), evse=None) == "Accepted"

    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(10)

    assert all(6 < current <= 7 for current in currents_a(world))


def test_profile_of_a_transaction_ends_with_it() -> None:
    world = charging(V16)
    set_profile(world, profile((0, "6"), purpose=TX))
    world.station.unplug(1)
    world.run_for(5)

    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(10)

    assert max(currents_a(world)) > 15


def test_remote_start_brings_its_profile() -> None:
    world = booted(V16)
    world.station.plug_in(1, car())
    start = RequestStart(TOKEN, remote_start_id=1, evse=1, charging_profile=profile((0, "9"), purpose=TX))

    assert ask(world, start, seconds=10).is_accepted  # type: ignore[attr-defined]

    assert all(8 < current <= 9 for current in currents_a(world))


@pytest.mark.parametrize(
    "wrong",
    [
        profile((0, "9")),
        profile((5, "9"), purpose=TX),
        profile((0, "9"), purpose=TX, transaction_id=TransactionId("1")),
    ],
)
def test_remote_start_with_a_profile_that_is_none_for_it_is_rejected(wrong: ChargingProfile) -> None:
    world = booted(V16)
    world.station.plug_in(1, car())

    assert ask(world, RequestStart(TOKEN, 1, 1, wrong)).status == "Rejected"  # type: ignore[attr-defined]
    assert world.station.state.evses[0].transaction is None


def test_evses_share_the_limit_of_the_station_and_one_has_it_all_when_the_others_end() -> None:
    world = booted(V16, evse_count=2)
    for number in (1, 2):
        world.station.plug_in(number, car())
        world.station.present_token(number, IdToken(f"CARD{number}"))
    world.run_for(10)

    assert set_profile(world, profile((0, "14"), purpose=MAX, kind=ProfileKind.ABSOLUTE), evse=None) == "Accepted"
    shared = [currents_a(world, 1)[0], currents_a(world, 2)[0]]
    world.station.unplug(1)
    world.run_for(2)

    assert all(6 < current <= 7 for current in shared)
    assert 13 < currents_a(world, 2)[0] <= 14


@pytest.mark.parametrize(
    ("wrong", "evse"),
    [
        (profile((0, "9")), 7),
        (profile((0, "9"), purpose=MAX, kind=ProfileKind.ABSOLUTE), 1),
        (profile((0, "9"), purpose=TX), None),
        (profile((0, "9"), purpose=TX, transaction_id=TransactionId("4711")), 1),
        (profile((0, "9"), stack_level=9), 1),
        (profile((3, "9")), 1),
        (profile((0, "9"), kind=ProfileKind.RECURRING), 1),
    ],
)
def test_profile_that_nobody_can_follow_is_rejected(wrong: ChargingProfile, evse: int | None) -> None:
    world = charging(V16)

    assert set_profile(world, wrong, evse=evse) == "Rejected"
    assert world.station.state.profiles == ()


def test_profile_of_a_transaction_needs_one_that_runs() -> None:
    assert set_profile(booted(V16), profile((0, "9"), purpose=TX)) == "Rejected"


def test_dc_outlet_knows_watts_alone() -> None:
    world = booted(V16, outlet=Outlet(50_000, is_dc=True))

    assert set_profile(world, profile((0, "9"))) == "Rejected"
    assert set_profile(world, profile((0, "9000"), unit=RateUnit.WATTS)) == "Accepted"
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(10)

    assert 8900 < world.station.state.evses[0].meter.power_mw / 1000 <= 9000


def test_profile_takes_the_place_of_its_like() -> None:
    world = charging(V16)
    set_profile(world, profile((0, "9"), profile_id=1))
    set_profile(world, profile((0, "8"), profile_id=2))
    set_profile(world, profile((0, "7"), profile_id=2, stack_level=3))

    assert [one.profile.schedule.periods[0].limit for one in world.station.state.profiles] == [Decimal(7)]


@pytest.mark.parametrize(
    ("criteria", "left"),
    [
        (ClearChargingProfile(), []),
        (ClearChargingProfile(profile_id=2), [1, 3]),
        (ClearChargingProfile(evse=0), [1, 2]),
        (ClearChargingProfile(evse=1), [3]),
        (ClearChargingProfile(purpose=DEFAULT), [2]),
        (ClearChargingProfile(evse=1, stack_level=1), [2, 3]),
    ],
)
def test_clearing_takes_what_fits_all_that_is_asked(criteria: ClearChargingProfile, left: list[int]) -> None:
    world = charging(V16)
    set_profile(world, profile((0, "9"), profile_id=1, stack_level=1))
    set_profile(world, profile((0, "9"), profile_id=2, purpose=TX))
    set_profile(world, profile((0, "9"), profile_id=3), evse=None)

    assert ask(world, criteria).status == "Accepted"  # type: ignore[attr-defined]

    assert [one.profile.profile_id for one in world.station.state.profiles] == left
    assert ask(world, ClearChargingProfile(profile_id=99)).status == "Unknown"  # type: ignore[attr-defined]


def test_composite_schedule_is_what_happens() -> None:
    world = charging(V16)
    starts_at = world.csms.now
    set_profile(world, profile((0, "12"), (100, "8"), kind=ProfileKind.ABSOLUTE, starts_at=starts_at))
    set_profile(world, profile((0, "10"), purpose=MAX, kind=ProfileKind.ABSOLUTE, profile_id=2), evse=None)

    reply: Any = ask(world, GetCompositeSchedule(300, evse=1))
    said = [(period.start_s, period.limit) for period in reply.schedule.periods]
    (_, first_a), (change_s, second_a) = said
    change_at = reply.starts_at + timedelta(seconds=change_s)

    assert (first_a, second_a) == (10, 8)
    assert abs(change_at - (starts_at + timedelta(seconds=100))) < timedelta(seconds=1)
    assert 9 < currents_a(world)[0] <= first_a
    world.run_for(110)
    assert 7 < currents_a(world)[0] <= second_a


def test_composite_schedule_of_the_station_is_its_own_limit() -> None:
    world = booted(V16, evse_count=2)
    set_profile(world, profile((0, "13000"), purpose=MAX, kind=ProfileKind.ABSOLUTE, unit=RateUnit.WATTS), evse=None)

    reply: Any = ask(world, GetCompositeSchedule(60, unit=RateUnit.WATTS))

    assert [period.limit for period in reply.schedule.periods] == [Decimal(13_000)]


@pytest.mark.parametrize("wrong", [GetCompositeSchedule(60, evse=9), GetCompositeSchedule(0, evse=1)])
def test_composite_schedule_of_nothing_is_rejected(wrong: GetCompositeSchedule) -> None:
    reply: Any = ask(booted(V16), wrong)

    assert (reply.status, reply.schedule) == ("Rejected", None)
