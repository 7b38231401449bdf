"""What 2.1 adds to limits shows in the power: dynamic schedules, priority, and vehicles that give."""

from decimal import Decimal
from typing import Any

import pytest

from protocol.blocks.smart_charging.messages import (
    GetCompositeSchedule,
    NotifyAllowedEnergyTransfer,
    NotifyChargingNeeds,
    PullScheduleUpdate,
    ScheduleUpdateReply,
    SetChargingProfile,
    UpdateDynamicSchedule,
    UsePriorityCharging,
)
from protocol.blocks.transactions.messages import TransactionUpdate
from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    ScheduleUpdate,
)
from protocol.domain.identifiers import TransactionId
from protocol.domain.status import ChargingState
from protocol.domain.version import OcppVersion
from simulator.evse import Outlet
from simulator.plan import Settings, StationPlan
from simulator.vehicle import VEHICLE_MODELS, Vehicle
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import TOKEN
from tests.simulator.test_commands import ask

BOTH_WAYS = Outlet(50_000, is_dc=True, give_power_w=20_000)
GIVING = next(model for model in VEHICLE_MODELS if model.give_power_w)
EXPORT = (
    "Energy.Active.Import.Register",
    "Energy.Active.Export.Register",
    "Power.Active.Export",
)


def profile(
    limit: int | None,
    *,
    purpose: ProfilePurpose = ProfilePurpose.TX_DEFAULT,
    kind: ProfileKind = ProfileKind.DYNAMIC,
    profile_id: int = 1,
    interval_s: int | None = None,
    **period: object,
) -> ChargingProfile:
    only = ChargingPeriod(0, None if limit is None else Decimal(limit), **period)  # type: ignore[arg-type]
    schedule = ChargingSchedule(RateUnit.WATTS, (only,), schedule_id=1)
    return ChargingProfile(profile_id, 0, purpose, kind, schedule, update_interval_s=interval_s)


def charging(outlet: Outlet = BOTH_WAYS, soc: float = 0.5) -> World:
    settings = Settings(sample_interval_s=20, sampled=EXPORT)
    world = World(StationPlan("CP1", version=OcppVersion.V21, outlet=outlet, settings=settings))
    world.run_for(5)
    world.station.plug_in(1, Vehicle(GIVING, soc=soc))
    world.station.present_token(1, TOKEN)
    world.run_for(10)
    return world


def status(world: World, message: object) -> str:
    return str(ask(world, message).status)  # type: ignore[attr-defined]


def composite(world: World, evse: int | None) -> ChargingPeriod:
    reply: Any = ask(world, GetCompositeSchedule(60, evse=evse, unit=RateUnit.WATTS))
    (only,) = reply.schedule.periods
    assert isinstance(only, ChargingPeriod)
    return only


def power_w(world: World) -> float:
    return world.station.state.evses[0].meter.power_mw / 1000


def name(world: World) -> TransactionId:
    transaction = world.station.state.evses[0].transaction
    assert transaction is not None
    assert transaction.transaction_id is not None
    return transaction.transaction_id


def test_dynamic_profile_says_what_it_was_last_told() -> None:
    world = charging()
    assert status(world, SetChargingProfile(profile(9_000))) == "Accepted"
    at_first_w = power_w(world)

    assert status(world, UpdateDynamicSchedule(1, ScheduleUpdate(limit=Decimal(4_000)))) == "Accepted"

    assert 8_900 < at_first_w <= 9_000
    assert 3_900 < power_w(world) <= 4_000


def test_update_of_no_dynamic_profile_is_rejected() -> None:
    world = charging()
    ask(world, SetChargingProfile(profile(9_000, kind=ProfileKind.RELATIVE)))

    assert status(world, UpdateDynamicSchedule(1, ScheduleUpdate(limit=Decimal(4_000)))) == "Rejected"
    assert status(world, UpdateDynamicSchedule(2, ScheduleUpdate(limit=Decimal(4_000)))) == "Rejected"
    assert power_w(world) > 8_900


def test_station_asks_for_updates_as_often_as_the_profile_says() -> None:
    world = charging()
    limits = iter(range(8_000, 1_000, -1_000))
    world.csms.scripts[PullScheduleUpdate] = lambda _: ScheduleUpdateReply(
        "Accepted", ScheduleUpdate(limit=Decimal(next(limits)))
    )
    ask(world, SetChargingProfile(profile(9_000, interval_s=30)))

    world.run_for(100)

    assert world.csms.of(PullScheduleUpdate) == [PullScheduleUpdate(1)] * 3
    assert 5_900 < power_w(world) <= 6_000


def test_setpoint_is_met() -> None:
    world = charging()

    ask(world, SetChargingProfile(profile(None, mode="CentralSetpoint", setpoint=Decimal(5_000))))

    assert 4_900 < power_w(world) <= 5_000


def test_priority_profile_stands_in_the_place_of_the_others_while_it_is_on() -> None:
    world = charging()
    ask(world, SetChargingProfile(profile(3_000)))
    assert status(world, UsePriorityCharging(name(world), is_active=True)) == "NoProfile"
    ask(world, SetChargingProfile(profile(30_000, purpose=ProfilePurpose.PRIORITY, profile_id=2)))
    powers_w = [power_w(world)]

    for is_active in (True, False):
        assert status(world, UsePriorityCharging(name(world), is_active=is_active)) == "Accepted"
        powers_w.append(power_w(world))

    assert powers_w[0] == pytest.approx(3_000, rel=0.02)
    assert powers_w[1] == pytest.approx(30_000, rel=0.02)
    assert powers_w[2] == pytest.approx(3_000, rel=0.02)
    assert status(world, UsePriorityCharging(TransactionId("no"), is_active=True)) == "Rejected"


def test_vehicle_gives_once_it_is_allowed_to_and_the_export_register_tells() -> None:
    world = charging()
    ask(world, SetChargingProfile(profile(None, mode="CentralSetpoint", setpoint=Decimal(-6_000))))
    assert power_w(world) == 0
    soc = world.station.state.evses[0].vehicle.soc  # type: ignore[union-attr]

    assert status(world, NotifyAllowedEnergyTransfer(name(world), ("DC", "DC_BPT"))) == "Accepted"
    world.run_for(600)

    (needs,) = world.csms.of(NotifyChargingNeeds)
    assert needs.needs.energy_transfer == "DC_BPT"
    assert needs.needs.v2x.max_discharge_w == GIVING.give_power_w
    assert -6_000 <= power_w(world) < -5_900
    said = [
        {reading.measurand: float(reading.value) for reading in update.meter_values[0].readings}
        for update in world.csms.of(TransactionUpdate)
        if update.meter_values
    ]
    exported = [one["Energy.Active.Export.Register"] for one in said]
    assert exported == sorted(exported)
    assert 800 < exported[-1] < 1_000
    assert said[-1]["Power.Active.Export"] > 5_900
    assert said[-1]["Energy.Active.Import.Register"] == said[-3]["Energy.Active.Import.Register"]
    assert world.station.state.evses[0].vehicle.soc < soc  # type: ignore[union-attr]


def test_vehicle_gives_no_more_than_its_reserve_leaves() -> None:
    world = charging(soc=0.21)
    ask(world, NotifyAllowedEnergyTransfer(name(world), ("DC_BPT",)))

    ask(world, SetChargingProfile(profile(None, mode="CentralSetpoint", setpoint=Decimal(-10_000))))
    world.run_for(600)

    evse = world.station.state.evses[0]
    assert power_w(world) == 0
    assert evse.vehicle is not None
    assert evse.vehicle.soc == pytest.approx(GIVING.reserve_soc, abs=0.001)
    assert evse.status[1] is ChargingState.SUSPENDED_EVSE
    assert evse.meter.export_register_wh > 100


def test_discharge_limit_bounds_what_is_given() -> None:
    world = charging()
    ask(world, NotifyAllowedEnergyTransfer(name(world), ("DC_BPT",)))

    setpoint = {"setpoint": Decimal(-9_000), "discharge_limit": Decimal(-2_000)}
    ask(world, SetChargingProfile(profile(None, mode="CentralSetpoint", **setpoint)))

    assert -2_000 <= power_w(world) < -1_900


@pytest.mark.parametrize(("outlet", "kinds"), [(BOTH_WAYS, ("AC_BPT",)), (Outlet(50_000, is_dc=True), ("DC_BPT",))])
def test_kinds_of_transfer_that_nobody_knows_are_rejected(outlet: Outlet, kinds: tuple[str, ...]) -> None:
    world = charging(outlet)

    assert status(world, NotifyAllowedEnergyTransfer(name(world), kinds)) == "Rejected"
    assert status(world, NotifyAllowedEnergyTransfer(TransactionId("no"), kinds)) == "Rejected"
    assert world.csms.of(NotifyChargingNeeds) == []


def test_local_generation_adds_to_what_the_station_may_take() -> None:
    world = charging()
    most = profile(10_000, purpose=ProfilePurpose.STATION_MAX, kind=ProfileKind.ABSOLUTE)
    sun = profile(4_000, purpose=ProfilePurpose.LOCAL_GENERATION, kind=ProfileKind.ABSOLUTE, profile_id=2)

    assert status(world, SetChargingProfile(most)) == "Accepted"
    assert status(world, SetChargingProfile(sun, 1)) == "Rejected"
    assert 9_500 < power_w(world) <= 10_000
    assert status(world, SetChargingProfile(sun)) == "Accepted"

    assert 13_500 < power_w(world) <= 14_000
    assert composite(world, 1).limit == composite(world, None).limit == Decimal(14_000)


def test_composite_schedule_says_the_setpoint_that_the_station_follows() -> None:
    world = charging()
    told = profile(20_000, kind=ProfileKind.ABSOLUTE, setpoint=Decimal(12_000), mode="CentralSetpoint")

    assert status(world, SetChargingProfile(told, 1)) == "Accepted"

    period = composite(world, 1)
    assert (period.limit, period.setpoint, period.mode) == (Decimal(20_000), Decimal(12_000), "CentralSetpoint")
    assert 11_500 < power_w(world) <= 12_000
    assert composite(world, None).setpoint is None
