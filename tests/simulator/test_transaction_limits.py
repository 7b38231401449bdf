"""How far a 2.1 transaction may go: at a bound no energy flows until it is raised, and what it costs is shown."""

import json
from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from protocol.blocks.remote_control.messages import TriggerKind, TriggerMessage
from protocol.blocks.smart_charging.messages import ClearChargingProfile, SetChargingProfile
from protocol.blocks.tariff_and_cost.messages import CostUpdated
from protocol.blocks.transactions.machine import TransactionState
from protocol.blocks.transactions.messages import TransactionEnd, TransactionReply, TransactionStart, TransactionUpdate
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.charging_profile import ProfilePurpose
from protocol.domain.identifiers import DEFAULT_TENANT, TransactionId
from protocol.domain.status import ChargingState
from protocol.domain.transaction_limit import TransactionLimit
from protocol.domain.version import OcppVersion
from simulator.control.schemas import EventView
from simulator.control.views import show_event
from simulator.evse import Outlet
from simulator.figures import Observer, measure
from simulator.fleet import FleetEvent
from simulator.plan import DriverPlan, StationPlan
from simulator.reports.html import write_html
from simulator.reports.report import judge
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import TOKEN, booted, car
from tests.simulator.test_commands import ask
from tests.simulator.test_smart_charging import profile

V21 = OcppVersion.V21


def limited(limit: TransactionLimit | None, *, soc: float = 0.3, **fields: Any) -> World:
    """A charge whose start was answered with the limit."""
    world = booted(V21, **fields)
    info = IdTokenInfo(AuthorizationStatus.ACCEPTED)
    world.csms.scripts[TransactionStart] = lambda _: TransactionReply(id_token_info=info, limit=limit)
    world.station.plug_in(1, car(soc))
    world.station.present_token(1, TOKEN)
    world.run_for(10)
    return world


def name_of(world: World) -> TransactionId:
    transaction = world.station.state.evses[0].transaction
    assert transaction is not None
    assert transaction.transaction_id is not None
    return transaction.transaction_id


def end_of(world: World) -> TransactionEnd:
    (end,) = world.csms.of(TransactionEnd)
    assert isinstance(end, TransactionEnd)
    return end


def said_limits(world: World) -> list[TransactionLimit]:
    return [one.limit for one in world.csms.of(TransactionUpdate) if one.trigger == "LimitSet"]


def reached(world: World) -> list[str]:
    """The bounds that were said to be reached, each with the EVSE suspended (E16.FR.05)."""
    said = [one for one in world.csms.of(TransactionUpdate) if one.trigger.endswith("LimitReached")]
    assert all(one.charging_state is ChargingState.SUSPENDED_EVSE for one in said)
    return [one.trigger for one in said]


def is_held(world: World) -> bool:
    """Whether the transaction goes on and nothing flows."""
    (evse,) = world.station.state.evses
    transaction = evse.transaction
    return transaction is not None and transaction.state is TransactionState.SUSPENDED_EVSE and evse.meter.power_mw == 0


def delivered_wh(world: World) -> int:
    (evse,) = world.station.state.evses
    evse.advance(world.clock.now())
    assert evse.transaction is not None
    return evse.meter.register_wh - evse.transaction.start_register_wh


def test_limit_of_the_csms_is_taken_said_once_and_kept() -> None:
    limit = TransactionLimit(max_energy_wh=Decimal(500), max_time_s=3600)
    world = limited(limit)

    world.csms.scripts[TransactionUpdate] = lambda _: TransactionReply(limit=limit)
    world.run_for(100)

    assert said_limits(world) == [limit]
    assert world.csms.of(TransactionEnd) == []


@pytest.mark.parametrize(
    "limit",
    [
        TransactionLimit(max_energy_wh=Decimal("999999999.5"), max_cost=Decimal(999_999_999)),
        TransactionLimit(max_time_s=10**18),
        TransactionLimit(max_time_s=-5),
    ],
)
def test_whatever_limit_the_csms_says_is_shown(limit: TransactionLimit) -> None:
    told: list[EventView] = []
    world = World(StationPlan("CP1", version=V21), on_event=lambda event: told.append(show_event(event)))
    world.run_for(5)
    world.csms.scripts[TransactionStart] = lambda _: TransactionReply(limit=limit)
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(60)

    shown = [one.transaction.limit for one in told if one.transaction is not None and one.transaction.limit is not None]
    assert shown
    assert {(one.max_cost, one.max_energy_wh, one.max_time_s) for one in shown} == {
        (limit.max_cost, limit.max_energy_wh, limit.max_time_s)
    }


def test_limit_without_a_bound_is_none() -> None:
    world = limited(TransactionLimit())

    transaction = world.station.state.evses[0].transaction
    assert transaction is not None
    assert transaction.limit is None
    assert said_limits(world) == []


def test_energy_stops_at_the_watt_hour_that_is_reached() -> None:
    world = limited(TransactionLimit(max_energy_wh=Decimal(500)))

    world.run_for(600)
    assert (reached(world), is_held(world), delivered_wh(world)) == (["EnergyLimitReached"], True, 500)
    world.station.present_token(1, TOKEN)
    world.run_for(5)

    end, (entry,) = end_of(world), world.fleet.ledger.entries()
    assert (end.trigger, end.stopped_reason) == ("StopAuthorized", "Local")
    assert entry.energy_wh == 500
    assert entry.is_end_acknowledged


def test_energy_is_bound_although_the_power_changes() -> None:
    world = limited(TransactionLimit(max_energy_wh=Decimal(500)))

    slower = profile((0, "8"), purpose=ProfilePurpose.TX)
    world.csms.command(SetChargingProfile(slower, 1))
    world.run_for(1200)

    assert (reached(world), delivered_wh(world)) == (["EnergyLimitReached"], 500)


def test_standby_of_a_full_car_counts_too() -> None:
    world = limited(TransactionLimit(max_energy_wh=Decimal(3)), soc=1.0)

    world.run_for(3 * 3600)

    assert (reached(world), is_held(world), delivered_wh(world)) == (["EnergyLimitReached"], True, 3)


def test_time_counts_from_the_start() -> None:
    world = limited(TransactionLimit(max_time_s=90))

    world.run_for(200)

    (start,) = world.csms.of(TransactionStart)
    (said,) = (one for one in world.csms.of(TransactionUpdate) if one.trigger == "TimeLimitReached")
    assert said.occurred_at - start.occurred_at == timedelta(seconds=90)
    assert is_held(world)


def test_state_of_charge_bounds_where_the_vehicle_says_it() -> None:
    world = limited(TransactionLimit(max_soc_percent=31), outlet=Outlet(50_000, is_dc=True))
    blind = limited(TransactionLimit(max_soc_percent=31))

    world.run_for(600)
    blind.run_for(3600)

    vehicle = world.station.state.evses[0].vehicle
    assert vehicle is not None
    assert 0.31 <= vehicle.soc < 0.315
    assert (reached(world), is_held(world)) == (["SoCLimitReached"], True)
    assert reached(blind) == []


def test_cost_that_the_csms_says_bounds() -> None:
    world = limited(TransactionLimit(max_cost=Decimal(5)))

    ask(world, CostUpdated(name_of(world), Decimal("4.99")))
    assert reached(world) == []
    ask(world, CostUpdated(name_of(world), Decimal("5.0")))

    assert (reached(world), is_held(world)) == (["CostLimitReached"], True)


def test_cost_in_an_answer_bounds_too() -> None:
    world = limited(TransactionLimit(max_cost=Decimal(5)))

    world.csms.scripts[TransactionUpdate] = lambda _: TransactionReply(total_cost=Decimal("5.5"))
    world.run_for(30)

    assert (reached(world), is_held(world)) == (["CostLimitReached"], True)


def test_limit_that_changes_takes_the_place_of_the_one_before() -> None:
    world = limited(TransactionLimit(max_time_s=60))

    later = TransactionLimit(max_time_s=120)
    world.csms.scripts[TransactionUpdate] = lambda _: TransactionReply(limit=later)
    world.run_for(90)

    assert said_limits(world) == [TransactionLimit(max_time_s=60), later]
    assert reached(world) == []
    world.run_for(40)
    assert reached(world) == ["TimeLimitReached"]


def test_driver_and_csms_both_bound() -> None:
    credit = TransactionLimit(max_cost=Decimal(5), max_time_s=3600)
    world = limited(credit)

    world.station.limit(1, TransactionLimit(max_energy_wh=Decimal(500), max_time_s=7200))
    world.run_for(5)
    world.station.limit(1, TransactionLimit(max_energy_wh=Decimal(900), max_cost=Decimal(50)))
    world.run_for(5)

    assert said_limits(world) == [
        credit,
        TransactionLimit(max_cost=Decimal(5), max_energy_wh=Decimal(500), max_time_s=3600),
        TransactionLimit(max_cost=Decimal(5), max_energy_wh=Decimal(900), max_time_s=3600),
    ]
    ask(world, CostUpdated(name_of(world), Decimal("5.0")))
    assert reached(world) == ["CostLimitReached"]


def test_csms_takes_nothing_of_what_the_driver_wants() -> None:
    world = limited(None)
    world.station.limit(1, TransactionLimit(max_energy_wh=Decimal(500)))

    world.csms.scripts[TransactionUpdate] = lambda _: TransactionReply(limit=TransactionLimit(max_cost=Decimal(5)))
    world.run_for(600)

    assert said_limits(world)[-1] == TransactionLimit(max_cost=Decimal(5), max_energy_wh=Decimal(500))
    assert reached(world) == ["EnergyLimitReached"]


def test_limit_that_is_reached_already_lets_nothing_flow() -> None:
    world = limited(TransactionLimit(max_time_s=0))

    world.run_for(60)

    assert (reached(world), is_held(world), delivered_wh(world)) == (["TimeLimitReached"], True, 0)


@pytest.mark.parametrize(
    ("low", "high", "outlet"),
    [
        pytest.param({"max_energy_wh": Decimal(200)}, {"max_energy_wh": Decimal(90_000)}, Outlet(), id="energy"),
        pytest.param({"max_time_s": 60}, {"max_time_s": 90_000}, Outlet(), id="time"),
        pytest.param({"max_soc_percent": 31}, {"max_soc_percent": 90}, Outlet(50_000, is_dc=True), id="soc"),
        pytest.param({"max_cost": Decimal(0)}, {"max_cost": Decimal(9)}, Outlet(), id="cost"),
    ],
)
def test_limit_that_is_raised_lets_it_flow_again(low: Any, high: Any, outlet: Outlet) -> None:
    world = limited(TransactionLimit(**low), outlet=outlet)
    ask(world, CostUpdated(name_of(world), Decimal(1)))
    world.run_for(600)
    assert is_held(world)
    before_wh = delivered_wh(world)

    world.csms.scripts[TransactionUpdate] = lambda _: TransactionReply(limit=TransactionLimit(**high))
    world.run_for(120)

    said = [(one.trigger, one.charging_state) for one in world.csms.of(TransactionUpdate)]
    raised = len(said) - said[::-1].index(("LimitSet", ChargingState.SUSPENDED_EVSE)) - 1
    assert said[raised + 1] == ("ChargingStateChanged", ChargingState.CHARGING)
    assert len(reached(world)) == 1
    assert delivered_wh(world) > before_wh


def test_driver_raises_his_limit_at_the_station() -> None:
    world = limited(None)
    world.station.limit(1, TransactionLimit(max_energy_wh=Decimal(200)))
    world.run_for(600)
    assert is_held(world)

    world.station.limit(1, TransactionLimit(max_energy_wh=Decimal(300)))
    world.run_for(600)

    assert (reached(world), delivered_wh(world)) == (["EnergyLimitReached"] * 2, 300)


def test_what_was_reached_meanwhile_holds_on_and_is_said() -> None:
    world = limited(TransactionLimit(max_energy_wh=Decimal(200), max_time_s=300))
    world.run_for(600)
    assert reached(world) == ["EnergyLimitReached"]

    world.csms.scripts[TransactionUpdate] = lambda _: TransactionReply(
        limit=TransactionLimit(max_energy_wh=Decimal(900), max_time_s=300)
    )
    world.run_for(60)

    assert (reached(world), delivered_wh(world)) == (["EnergyLimitReached", "TimeLimitReached"], 200)


def test_bound_is_said_although_a_profile_leaves_nothing_and_raising_it_lifts_no_profile() -> None:
    world = limited(TransactionLimit(max_time_s=90))
    ask(world, SetChargingProfile(profile((0, "0"), purpose=ProfilePurpose.TX), 1))
    world.run_for(200)
    assert (reached(world), is_held(world)) == (["TimeLimitReached"], True)

    world.csms.scripts[TransactionUpdate] = lambda _: TransactionReply(limit=TransactionLimit(max_time_s=9000))
    world.run_for(120)
    assert is_held(world)
    ask(world, ClearChargingProfile(purpose=ProfilePurpose.TX), seconds=10)

    assert not is_held(world)


def test_driver_whose_limit_is_reached_leaves_as_he_would() -> None:
    drivers = DriverPlan(
        tokens={DEFAULT_TENANT: (TOKEN,)}, session_s=(300, 400), arrival_s=5, app_share=0.0, energy_wh=(20_000, 20_000)
    )
    world = World(StationPlan("CP1", version=V21), drivers=drivers)
    info = IdTokenInfo(AuthorizationStatus.ACCEPTED)
    limit = TransactionLimit(max_energy_wh=Decimal(100))
    world.csms.scripts[TransactionStart] = lambda _: TransactionReply(id_token_info=info, limit=limit)

    world.run_for(3600)

    ended = [entry for entry in world.fleet.ledger.entries() if entry.ended_at is not None]
    assert len(ended) > 3
    assert {entry.energy_wh for entry in ended} == {100}
    assert {entry.stopped_reason for entry in ended} <= {"Local", "EVDisconnected"}


@given(
    steps=st.lists(st.tuples(st.integers(0, 400), st.sampled_from([0.3, 5, 40, 90]), st.booleans()), max_size=8),
    is_dc=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_no_more_is_delivered_than_the_limits_allow(steps: list[tuple[int, float, bool]], is_dc: bool) -> None:
    world = limited(TransactionLimit(max_energy_wh=Decimal(50)), outlet=Outlet(50_000, is_dc=is_dc))
    (evse,) = world.station.state.evses
    transaction = evse.transaction
    assert transaction is not None

    for half_wh, seconds, is_by_csms in steps:
        reply = TransactionReply(limit=TransactionLimit(max_energy_wh=Decimal(half_wh) / 2))
        if is_by_csms:
            world.csms.scripts[TransactionUpdate] = lambda _, reply=reply: reply
            ask(world, TriggerMessage(TriggerKind.TRANSACTION_EVENT, 1))
        else:
            assert reply.limit is not None
            world.station.limit(1, reply.limit)
        before_wh, limit = delivered_wh(world), transaction.limit
        assert limit is not None
        assert limit.max_energy_wh is not None
        world.run_for(seconds)

        assert before_wh <= delivered_wh(world) <= max(before_wh, ceil(limit.max_energy_wh))
        assert is_held(world) == (delivered_wh(world) >= ceil(limit.max_energy_wh))


@pytest.mark.parametrize("version", [OcppVersion.V201, OcppVersion.V21])
def test_running_cost_is_shown_in_events_and_the_last_one_in_the_ledger(version: OcppVersion) -> None:
    told: list[FleetEvent] = []
    world = World(StationPlan("CP1", version=version), on_event=told.append)
    began_at = world.fleet.instant
    world.run_for(5)
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(10)

    ask(world, CostUpdated(name_of(world), Decimal("1.5")))
    (shown,) = [show_event(one) for one in told if one.notice.happening == "cost shown"]
    world.csms.scripts[TransactionEnd] = lambda _: TransactionReply(total_cost=Decimal("1.75"))
    world.station.present_token(1, TOKEN)
    world.run_for(5)

    (entry,) = world.fleet.ledger.entries()
    assert [one.notice.detail for one in told if one.notice.happening == "cost shown"] == ["1.5", "1.75"]
    figures = measure(world.fleet, Observer(1), scenario="", seed=1, url="", began_at=began_at, elapsed_s=20)
    assert figures.costs_shown == 1
    assert "Of 1 sessions the station showed" in write_html(judge(figures, ()))
    assert (shown.evse, shown.detail) == (1, "1.5")
    assert json.loads(shown.model_dump_json())["transaction"]["cost"] == "1.5"
    assert entry.shown_cost == Decimal("1.75")
