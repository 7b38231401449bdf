"""How far a 2.1 transaction may go: each bound ends it in time, and what it costs is shown."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from protocol.blocks.smart_charging.messages import SetChargingProfile
from protocol.blocks.tariff_and_cost.messages import CostUpdated
from protocol.blocks.transactions.messages import TransactionEnd, TransactionReply, TransactionStart, TransactionUpdate
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.charging_profile import ProfilePurpose
from protocol.domain.identifiers import TransactionId
from protocol.domain.transaction_limit import TransactionLimit
from protocol.domain.version import OcppVersion
from simulator.control.schemas import EventView
from simulator.control.views import show_event
from simulator.evse import Outlet
from simulator.figures import Observer, measure
from simulator.fleet import FleetEvent
from simulator.plan import StationPlan
from simulator.reports.html import write_html
from simulator.reports.report import judge
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import TOKEN, booted, car
from tests.simulator.test_commands import ask
from tests.simulator.test_smart_charging import profile

V21 = OcppVersion.V21


def limited(limit: TransactionLimit | None, **fields: Any) -> World:
    """A charge whose start was answered with the limit."""
    world = booted(V21, **fields)
    info = IdTokenInfo(AuthorizationStatus.ACCEPTED)
    world.csms.scripts[TransactionStart] = lambda _: TransactionReply(id_token_info=info, limit=limit)
    world.station.plug_in(1, car())
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


def test_energy_ends_with_the_watt_hour_that_is_reached() -> None:
    world = limited(TransactionLimit(max_energy_wh=Decimal(500)))

    world.run_for(600)

    end, (entry,) = end_of(world), world.fleet.ledger.entries()
    assert (end.trigger, end.stopped_reason) == ("EnergyLimitReached", "EnergyLimitReached")
    assert entry.energy_wh == 500
    assert entry.is_end_acknowledged


def test_energy_is_bound_although_the_power_changes() -> None:
    world = limited(TransactionLimit(max_energy_wh=Decimal(500)))

    slower = profile((0, "8"), purpose=ProfilePurpose.TX)
    world.csms.command(SetChargingProfile(slower, 1))
    world.run_for(1200)

    (entry,) = world.fleet.ledger.entries()
    assert entry.energy_wh == 500


def test_time_counts_from_the_start() -> None:
    world = limited(TransactionLimit(max_time_s=90))

    world.run_for(200)

    (start,), end = world.csms.of(TransactionStart), end_of(world)
    assert end.occurred_at - start.occurred_at == timedelta(seconds=90)
    assert (end.trigger, end.stopped_reason) == ("TimeLimitReached", "TimeLimitReached")


def test_state_of_charge_bounds_where_the_vehicle_says_it() -> None:
    world = limited(TransactionLimit(max_soc_percent=31), outlet=Outlet(50_000, is_dc=True))
    blind = limited(TransactionLimit(max_soc_percent=31))

    world.run_for(600)
    blind.run_for(3600)

    end, vehicle = end_of(world), world.station.state.evses[0].vehicle
    assert vehicle is not None
    assert 0.31 <= vehicle.soc < 0.315
    assert (end.trigger, end.stopped_reason) == ("SoCLimitReached", "SOCLimitReached")
    assert blind.csms.of(TransactionEnd) == []


def test_cost_that_the_csms_says_bounds() -> None:
    world = limited(TransactionLimit(max_cost=Decimal(5)))

    ask(world, CostUpdated(name_of(world), Decimal("4.99")))
    assert world.csms.of(TransactionEnd) == []
    ask(world, CostUpdated(name_of(world), Decimal("5.0")))

    assert (end_of(world).trigger, end_of(world).stopped_reason) == ("CostLimitReached", "LocalOutOfCredit")


def test_cost_in_an_answer_bounds_too() -> None:
    world = limited(TransactionLimit(max_cost=Decimal(5)))

    world.csms.scripts[TransactionUpdate] = lambda _: TransactionReply(total_cost=Decimal("5.5"))
    world.run_for(30)

    assert end_of(world).trigger == "CostLimitReached"


def test_limit_that_changes_takes_the_place_of_the_one_before() -> None:
    world = limited(TransactionLimit(max_time_s=60))

    later = TransactionLimit(max_time_s=120)
    world.csms.scripts[TransactionUpdate] = lambda _: TransactionReply(limit=later)
    world.run_for(90)

    assert said_limits(world) == [TransactionLimit(max_time_s=60), later]
    assert world.csms.of(TransactionEnd) == []
    world.run_for(40)
    assert end_of(world).trigger == "TimeLimitReached"


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
    assert end_of(world).trigger == "CostLimitReached"


def test_csms_takes_nothing_of_what_the_driver_wants() -> None:
    world = limited(None)
    world.station.limit(1, TransactionLimit(max_energy_wh=Decimal(500)))

    world.csms.scripts[TransactionUpdate] = lambda _: TransactionReply(limit=TransactionLimit(max_cost=Decimal(5)))
    world.run_for(600)

    assert said_limits(world)[-1] == TransactionLimit(max_cost=Decimal(5), max_energy_wh=Decimal(500))
    assert end_of(world).trigger == "EnergyLimitReached"


def test_limit_that_is_reached_already_ends_at_once() -> None:
    world = limited(TransactionLimit(max_time_s=0))

    assert end_of(world).trigger == "TimeLimitReached"


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
