"""Each fault shows on the wire between a station and a CSMS in memory, and the same seed repeats it."""

import json
import math
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from protocol.blocks.availability.messages import Heartbeat
from protocol.blocks.provisioning.messages import BootNotification, BootReason
from protocol.blocks.remote_control.messages import TriggerMessage
from protocol.blocks.transactions.messages import TransactionEnd, TransactionStart
from protocol.domain.identifiers import IdToken
from protocol.domain.version import OcppVersion
from simulator.control.errors import Refused
from simulator.control.panel import Panel
from simulator.errors import InvalidPlan
from simulator.faults.kinds import Fault, FaultKind, Way
from simulator.fleet import FleetEvent
from simulator.plan import DriverPlan, PlannedFault, Settings, StationPlan
from simulator.state import Happening
from simulator.vehicle import VEHICLE_MODELS, Vehicle
from tests.simulator.scripted_csms import World

BOTH = pytest.mark.parametrize("version", [OcppVersion.V16, OcppVersion.V201])
QUICK = Settings(call_timeout_s=5, retry_min_s=1, retry_random_s=1, retry_doublings=2, sample_interval_s=10)
TOKEN = IdToken("ABC123")


def world_with(*faults: Fault, version: OcppVersion = OcppVersion.V16, seed: int = 1, **fields: Any) -> World:
    plan = StationPlan("CP1", version=version, settings=QUICK, **fields)
    return World(plan, seed=seed, faults=tuple(PlannedFault(fault) for fault in faults))


def charging(*faults: Fault, version: OcppVersion = OcppVersion.V16, seed: int = 1) -> World:
    """A charge runs for 20 s before a fault can begin."""
    world = world_with(*faults, version=version, seed=seed)
    world.run_until(lambda: world.station.state.is_accepted, within_s=9)
    world.station.plug_in(1, Vehicle(VEHICLE_MODELS[2], soc=0.3))
    world.station.present_token(1, TOKEN)
    world.run_for(20)
    return world


def frames(world: World) -> list[Any]:
    return [json.loads(frame) for frame in world.csms.frames["CP1"]]


def calls(world: World) -> list[str]:
    return [frame[2] for frame in frames(world) if frame[0] == 2]


def beat_every_second(world: World, beats: int) -> None:
    for _ in range(beats):
        world.csms.command(TriggerMessage(requested="Heartbeat"))
        world.run_for(1)


def test_dropped_frames_never_arrive_and_the_call_is_said_again_after_its_time_out() -> None:
    world = world_with(Fault(FaultKind.DROP, lasts_s=8, way=Way.TO_CSMS))

    world.run_for(8)
    assert world.csms.frames == {}

    world.run_for(60)
    assert calls(world)[0] == "BootNotification"
    assert world.station.state.is_accepted
    assert world.fleet.traffic.faults == Counter(drop=1)
    assert world.fleet.traffic.silent["BootNotification"] == 1


def test_delayed_frames_arrive_later_and_in_their_order() -> None:
    world = charging(Fault(FaultKind.DELAY, begins_s=15, span_s=(0.2, 0.4)))
    world.run_for(60)

    latencies = world.fleet.traffic.answered["MeterValues"]
    assert latencies.longest_s >= 0.4
    assert world.fleet.traffic.faults["delay"] >= 10
    stamps = [frame[3]["meterValue"][0]["timestamp"] for frame in frames(world) if frame[2] == "MeterValues"]
    assert stamps == sorted(stamps)
    assert len(stamps) >= 6


def test_duplicated_frames_arrive_twice_and_the_station_takes_one_answer() -> None:
    world = charging(Fault(FaultKind.DUPLICATE, way=Way.TO_CSMS))
    world.station.unplug(1)
    world.run_for(5)

    ids = Counter(frame[1] for frame in frames(world))
    assert set(ids.values()) == {2}
    (entry,) = world.fleet.ledger.entries()
    assert entry.is_end_acknowledged
    assert len(world.csms.of(TransactionStart)) == 1  # the CSMS's connection knows a repeated CALL


def test_reordered_frames_are_overtaken() -> None:
    # The CSMS's commands follow each other closely, so the answers to them can be overtaken by what comes next.
    world = world_with(Fault(FaultKind.REORDER, way=Way.TO_CSMS, probability=0.5, span_s=(2.0, 2.5)), seed=3)
    world.run_for(20)
    said = len(world.csms.frames["CP1"])
    for _ in range(12):
        world.csms.raw(json.dumps([2, f"q{said}", "TriggerMessage", {"requestedMessage": "Heartbeat"}]))
        said += 1
        world.run_for(0.5)
    world.run_for(10)

    answers = [int(frame[1][1:]) for frame in frames(world) if frame[0] == 3]
    assert answers != sorted(answers)
    assert sorted(answers) == list(range(min(answers), min(answers) + 12))


def test_lost_answer_makes_the_station_say_again_what_the_csms_has_heard() -> None:
    world = world_with(Fault(FaultKind.LOST_ANSWER, begins_s=9.55, lasts_s=12))
    world.run_for(9.5)
    world.station.plug_in(1, Vehicle(VEHICLE_MODELS[2], soc=0.3))
    world.station.present_token(1, TOKEN)
    world.run_for(120)

    starts = world.csms.of(TransactionStart)
    assert len(starts) >= 2
    assert {(start.occurred_at, start.meter_wh) for start in starts} == {(starts[0].occurred_at, starts[0].meter_wh)}
    assert world.fleet.traffic.faults["lost_answer"] >= 1
    assert world.station.state.evses[0].transaction.is_start_acknowledged


@BOTH
def test_skewed_clock_stamps_what_is_said_and_is_right_afterwards(version: OcppVersion) -> None:
    world = charging(Fault(FaultKind.CLOCK_SKEW, begins_s=15, lasts_s=60, span_s=(-3600, -3600)), version=version)
    began_at = world.csms.of(TransactionStart)[0].occurred_at
    world.station.unplug(1)
    world.run_for(1)
    ended_at = world.csms.of(TransactionEnd)[0].occurred_at
    world.run_for(70)

    assert timedelta(minutes=-60) < ended_at - began_at < timedelta(minutes=-59)
    assert world.station.state.instant(world.clock.now()) == world.csms.now


def test_what_happens_at_a_station_whose_clock_is_wrong_is_told_by_the_right_one() -> None:
    world = world_with(Fault(FaultKind.CLOCK_SKEW, lasts_s=60, span_s=(-3600, -3600)))
    told: list[tuple[FleetEvent, datetime]] = []
    world.fleet.tell(lambda event: told.append((event, world.csms.now)))
    world.run_for(10)

    assert Happening.BOOTED in {event.notice.happening for event, _ in told}
    assert all(event.at == now for event, now in told)


def test_half_open_socket_swallows_everything_and_the_csms_keeps_its_end() -> None:
    world = charging(Fault(FaultKind.HALF_OPEN, begins_s=25, lasts_s=200))
    world.run_for(5)
    heard = len(world.csms.frames["CP1"])
    world.run_for(10)

    first = world.csms.sockets[0]
    assert world.station.state.is_online
    assert len(world.csms.frames["CP1"]) == heard

    world.run_for(30)  # two CALLs without an answer: the station leaves, and the CSMS does not hear of it
    assert len(world.csms.sockets) == 2
    assert first.is_open
    assert not first.is_left
    assert world.station.state.is_online
    assert len(world.csms.frames["CP1"]) > heard

    world.run_for(200)
    assert not first.is_open
    assert world.fleet.traffic.faults["half_open"] == 1


@BOTH
def test_power_cut_ends_the_charge_in_the_dark_and_boots_afterwards(version: OcppVersion) -> None:
    world = charging(Fault(FaultKind.POWER_CUT, begins_s=25, lasts_s=40), version=version)
    world.run_for(10)

    assert not world.station.state.is_online
    assert world.csms.of(TransactionEnd) == []
    world.station.present_token(1, TOKEN)  # nobody reads it
    world.run_for(60)

    boots = world.csms.of(BootNotification)
    (end,) = world.csms.of(TransactionEnd)
    (entry,) = world.fleet.ledger.entries()
    assert len(boots) == 2
    if version is OcppVersion.V201:
        assert boots[1].reason is BootReason.POWER_UP
        assert end.is_offline
    assert end.stopped_reason == "PowerLoss"
    assert entry.is_end_acknowledged
    assert world.station.state.is_accepted
    assert (end.occurred_at - entry.started_at) < timedelta(seconds=30)


def test_flapping_network_breaks_every_socket_without_a_boot_and_loses_no_fact() -> None:
    world = charging(Fault(FaultKind.FLAPPING, begins_s=20, lasts_s=60, span_s=(3, 6)))
    world.run_for(60)
    assert world.fleet.traffic.faults["flapping"] >= 4
    assert len(world.csms.sockets) >= 5

    world.station.unplug(1)
    world.run_for(60)
    (entry,) = world.fleet.ledger.entries()
    assert len(world.csms.of(BootNotification)) == 1
    assert entry.is_end_acknowledged
    assert entry.readings_said == entry.readings_acknowledged


def test_outage_breaks_every_socket_and_opens_none_until_it_is_over() -> None:
    plans = [StationPlan(f"CP{n}", settings=QUICK) for n in range(4)]
    world = World(*plans, faults=(PlannedFault(Fault(FaultKind.OUTAGE, begins_s=10, lasts_s=30)),))
    world.run_for(9)
    assert world.fleet.summary().online == 4

    world.run_for(20)
    assert world.fleet.summary().online == 0
    assert len(world.csms.sockets) == 4
    assert world.fleet.traffic.faults["refused_connection"] >= 8

    world.run_for(60)
    assert world.fleet.summary().online == 4
    assert world.fleet.traffic.faults["outage"] == 4


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.OUTAGE, lasts_s=5),
        Fault(FaultKind.POWER_CUT, lasts_s=5),
        Fault(FaultKind.FLAPPING, lasts_s=5, span_s=(0.001, 0.001)),
    ],
)
def test_station_that_is_struck_during_its_handshake_connects_afterwards(fault: Fault) -> None:
    world = World(StationPlan("CP1", settings=QUICK))
    disturbance = world.fleet.disturbances.of(world.station)
    world.run_until(lambda: world.station.is_connecting)
    disturbance.add(fault)

    world.run_for(1)
    assert not world.station.state.is_online

    world.run_for(30)
    assert world.station.state.is_accepted


def test_outage_after_a_refused_handshake_is_no_second_failure() -> None:
    world = World(StationPlan("CP1", settings=QUICK))
    disturbance = world.fleet.disturbances.of(world.station)
    world.csms.is_down = True
    world.run_until(lambda: world.station.last_failure)
    next_at = world.fleet.next_wake_at

    disturbance.add(Fault(FaultKind.OUTAGE))
    disturbance.wake(world.station.now)

    assert world.station.last_failure == "connection refused"
    assert world.fleet.next_wake_at == next_at


def test_station_does_not_hear_that_the_other_end_of_a_half_open_socket_is_gone_until_it_is_over() -> None:
    world = charging(Fault(FaultKind.HALF_OPEN, begins_s=25, lasts_s=3))
    world.run_for(5.5)
    world.csms.sockets[0].break_off()
    world.run_for(1)
    assert world.station.state.is_online

    world.run_until(lambda: not world.station.state.is_online, within_s=3)
    world.run_for(30)
    assert world.station.state.is_accepted
    assert len(world.csms.sockets) == 2


def test_share_of_the_stations_is_struck_and_the_others_feel_nothing() -> None:
    plans = [StationPlan(f"CP{n}", settings=QUICK, site="A" if n < 10 else "B") for n in range(20)]
    outage = Fault(FaultKind.OUTAGE, begins_s=10)
    world = World(*plans, faults=(PlannedFault(outage, share=0.3, sites=frozenset("A")),))

    world.run_for(60)

    offline = [running.plan for running in world.fleet.stations.values() if not running.state.is_online]
    assert len(offline) == 3
    assert {plan.site for plan in offline} == {"A"}


def test_fault_that_comes_again_comes_at_random_and_the_same_with_the_same_seed() -> None:
    def live(seed: int) -> tuple[dict[str, list[str]], Counter[str]]:
        faults = (
            PlannedFault(Fault(FaultKind.FLAPPING, every_s=60, lasts_s=20, span_s=(2, 8)), share=0.5),
            PlannedFault(Fault(FaultKind.DROP, probability=0.1)),
            PlannedFault(Fault(FaultKind.POWER_CUT, every_s=200, lasts_s=15), share=0.5),
            PlannedFault(Fault(FaultKind.DELAY, probability=0.3, span_s=(0.01, 2))),
        )
        plans = [StationPlan(f"CP{n}", settings=QUICK, version=list(OcppVersion)[n % 2]) for n in range(6)]
        drivers = DriverPlan(tokens={"default": (TOKEN,) * 6}, session_s=(20, 60), arrival_s=20)
        world = World(*plans, drivers=drivers, seed=seed, faults=faults)
        world.run_for(900)
        return world.csms.frames, world.fleet.traffic.faults

    first, again, other = live(1), live(1), live(2)

    assert first == again
    assert first != other
    assert {"flapping", "drop", "power_cut", "delay"} <= set(first[1])
    assert first[1]["power_cut"] > 3


def test_fault_can_be_added_and_ended_while_the_station_lives() -> None:
    world = World(StationPlan("CP1", settings=QUICK))
    world.run_for(10)
    disturbance = world.fleet.disturbances.of(world.station)
    world.run_for(10)
    assert world.station.state.is_online

    disturbance.add(Fault(FaultKind.OUTAGE))
    world.run_for(10)
    assert not world.station.state.is_online
    assert disturbance.kinds == (FaultKind.OUTAGE,)

    disturbance.clear()
    world.run_for(20)
    assert world.station.state.is_online
    assert disturbance.kinds == ()


@pytest.mark.parametrize(("begins_s", "lasts_s"), [(10, 60), (25, 10)])
def test_station_is_dark_until_the_last_of_two_power_cuts_has_ended(begins_s: float, lasts_s: float) -> None:
    cuts = (Fault(FaultKind.POWER_CUT, begins_s=20, lasts_s=30),)
    world = world_with(*cuts, Fault(FaultKind.POWER_CUT, begins_s=begins_s, lasts_s=lasts_s))

    world.run_for(max(50, begins_s + lasts_s) - 0.5)
    assert world.station.state.is_rebooting
    assert len(world.csms.of(BootNotification)) == 1

    world.run_for(30)
    assert world.station.state.is_accepted


def test_clock_is_wrong_until_the_last_of_two_skews_has_ended() -> None:
    slow, fast = (
        Fault(FaultKind.CLOCK_SKEW, begins_s=5, lasts_s=lasts_s, span_s=(by_s, by_s))
        for by_s, lasts_s in ((-3600, 10), (3600, 30))
    )
    world = world_with(slow, fast)

    world.run_for(20)
    assert world.station.state.instant(world.clock.now()) - world.csms.now == timedelta(hours=1)

    world.run_for(20)
    assert world.station.state.instant(world.clock.now()) == world.csms.now


def test_sockets_break_until_the_last_of_two_flapping_networks_has_ended() -> None:
    world = world_with(
        Fault(FaultKind.FLAPPING, begins_s=10, lasts_s=100, span_s=(20, 20)),
        Fault(FaultKind.FLAPPING, begins_s=12, lasts_s=2, span_s=(20, 20)),
    )

    world.run_for(40)

    assert world.fleet.traffic.faults["flapping"] == 1


def test_station_that_is_switched_off_stays_dark_after_a_power_cut() -> None:
    world = world_with(Fault(FaultKind.POWER_CUT, begins_s=20, lasts_s=10))
    panel = Panel(world.fleet)
    world.run_for(10)
    panel.switch_off(world.station)

    world.run_for(60)
    assert world.station.state.is_rebooting

    panel.switch_on(world.station)
    world.run_for(30)
    assert world.station.state.is_accepted


def test_station_that_is_switched_on_during_a_power_cut_is_dark_until_it_is_over() -> None:
    world = world_with(Fault(FaultKind.POWER_CUT, begins_s=20, lasts_s=30))
    panel = Panel(world.fleet)
    world.run_for(10)
    panel.switch_off(world.station)
    world.run_for(15)

    panel.switch_on(world.station)
    world.run_for(20)
    assert world.station.state.is_rebooting
    with pytest.raises(Refused, match="not switched off"):
        panel.switch_on(world.station)

    world.run_for(30)
    assert world.station.state.is_accepted


def test_frames_pass_on_the_open_socket_as_soon_as_their_faults_have_ended() -> None:
    world = charging()
    disturbance = world.fleet.disturbances.of(world.station)
    world.run_until(lambda: world.station.state.is_online)
    disturbance.add(Fault(FaultKind.DROP))
    disturbance.wake(world.station.now)
    assert disturbance.kinds == (FaultKind.DROP,)

    disturbance.clear()
    world.station.unplug(1)
    world.run_for(1)

    (entry,) = world.fleet.ledger.entries()
    assert entry.is_end_acknowledged
    assert world.fleet.traffic.faults == Counter()


def test_heartbeats_go_on_for_a_station_without_faults() -> None:
    world = world_with()

    world.run_for(700)

    assert len(world.csms.of(Heartbeat)) >= 2
    assert world.fleet.traffic.faults == Counter()


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": FaultKind.DELAY},
        {"kind": FaultKind.DELAY, "span_s": (2, 1)},
        {"kind": FaultKind.DELAY, "span_s": (0, math.inf)},
        {"kind": FaultKind.CLOCK_SKEW, "span_s": (math.nan, math.nan)},
        {"kind": FaultKind.CLOCK_SKEW, "span_s": (-math.inf, 0)},
        {"kind": FaultKind.CLOCK_SKEW, "span_s": (3e11, 3e11)},
        {"kind": FaultKind.CLOCK_SKEW, "span_s": (-3e11, 0)},
        {"kind": FaultKind.DROP, "probability": 1.5},
        {"kind": FaultKind.DROP, "begins_s": -1},
        {"kind": FaultKind.OUTAGE, "every_s": 10},
        {"kind": FaultKind.OUTAGE, "every_s": 0, "lasts_s": 1},
    ],
)
def test_fault_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidPlan, match=str(fields["kind"])):
        Fault(**fields)
