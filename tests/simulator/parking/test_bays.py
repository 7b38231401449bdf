"""Bays, their devices and those who park: seeded, said in order, and in the ledger whatever became of it."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from protocol.domain.identifiers import IdToken
from simulator.clock import VirtualClock
from simulator.errors import InvalidPlan
from simulator.fleet import Fleet
from simulator.inventory import lay_out_stations, make_tokens
from simulator.ledger import Ledger, read_ledger
from simulator.parking.expected import expected_stays
from simulator.parking.memory import MemoryPlatform
from simulator.parking.plan import BayPlan, BayQuirk, Device, ParkerPlan
from simulator.parking.words import BayReport, Change, CheckIn, Reserve
from simulator.plan import DriverPlan, FleetPlan, StationPlan
from simulator.playing import Play
from simulator.share import Share
from tests.simulator.scripted_csms import World

DRIVERS = {"default": ("ann", "bob", "cem", "dee")}
BUSY = ParkerPlan(drivers=DRIVERS, stay_s=(10, 60), arrival_s=10)


def car_park(count: int = 3, *, parkers: ParkerPlan = BUSY, seed: int = 7, ledger: Ledger | None = None, **bay: object):
    bays = tuple(BayPlan(f"P{number}", **bay) for number in range(1, count + 1))
    return World(StationPlan("A"), bays=bays, parkers=parkers, seed=seed, ledger=ledger)


def reports(world: World, bay_id: str = "P1") -> list[BayReport]:
    """What its device has said since it was switched on."""
    return [one for one in world.platform.words if isinstance(one, BayReport) and one.bay_id == bay_id][1:]


def settle(world: World) -> None:
    """As at the end of a fleet."""
    world.fleet.lot.clear(world.clock.now())


def booked(world: World) -> list[tuple[object, ...]]:
    return sorted((one.bay_id, one.began_at, one.ended_at, one.driver_id) for one in world.platform.stays)


def expected(world: World) -> list[tuple[object, ...]]:
    stays = expected_stays(world.fleet.ledger.stays())
    assert all(one.is_certain for one in stays)
    return sorted((one.bay_id, one.began_at, one.ended_at, one.driver_id) for one in stays)


def test_the_same_seed_parks_the_same() -> None:
    worlds = [car_park(), car_park(), car_park(seed=8)]

    for world in worlds:
        world.run_for(900)

    first, second, other = (world.platform.words for world in worlds)
    assert first == second
    assert first != other
    assert len(first) > 100


def test_what_a_fleet_before_left_behind_ends_when_the_next_is_switched_on() -> None:
    world = car_park(1, parkers=ParkerPlan(stay_s=(10, 60), arrival_s=1000))
    world.run_for(5)
    (first,) = [one for one in world.platform.words if isinstance(one, BayReport)]

    assert (first.change, first.at) == (Change.VACATED, world.clock.instant(0))


def test_no_two_changes_of_a_bay_have_one_time() -> None:
    world = car_park(1, parkers=ParkerPlan(stay_s=(0.0001, 0.0004), arrival_s=0.0003))
    world.run_for(0.5)
    settle(world)

    times = [one.at for one in reports(world)]
    assert len(times) > 100
    assert all(first < second for first, second in pairwise(times))
    assert booked(world) == expected(world)


def test_another_bay_changes_nothing_at_the_first() -> None:
    nobody_known = ParkerPlan(stay_s=(10, 60), arrival_s=10)
    few, many = car_park(1, parkers=nobody_known), car_park(5, parkers=nobody_known)

    for world in (few, many):
        world.run_for(900)

    assert reports(few) == reports(many)
    assert len(reports(few)) > 20


def test_stays_are_as_long_as_planned_and_the_platform_has_each_of_them() -> None:
    world = car_park()
    world.run_for(1800)
    settle(world)

    entries = world.fleet.ledger.stays()
    lengths = [(one.left_at - one.arrived_at).total_seconds() for one in entries if one.left_at]
    assert len(lengths) == len(entries) > 100
    assert max(lengths) <= 60.1
    assert sorted(lengths)[3] >= 10
    assert booked(world) == expected(world)
    summary = world.fleet.summary()
    assert (summary.stays_ended, summary.stays_acknowledged, summary.parked) == (len(entries), len(entries), 0)


def test_a_driver_is_in_one_bay_at_a_time_and_checks_in_where_they_stand() -> None:
    world = car_park(6)

    for _ in range(600):
        world.run_for(1)
        there = [bay.stay.driver for bay in world.fleet.lot._bays.values() if bay.stay and bay.stay.driver]
        assert len(there) == len(set(there))

    settle(world)
    claims = [one for one in world.platform.words if isinstance(one, CheckIn)]
    checked_in = [one for one in world.fleet.ledger.stays() if one.is_check_in_acknowledged]
    assert len(claims) == len(checked_in) > 20
    assert {one.driver_id for one in checked_in} == {f"id of {name}" for name in DRIVERS["default"]}


def test_nobody_is_known_where_nobody_checks_in() -> None:
    world = car_park(parkers=ParkerPlan(drivers=DRIVERS, stay_s=(10, 60), arrival_s=10, check_in_share=0))
    world.run_for(900)

    assert {one.driver for one in world.fleet.ledger.stays()} == {None}
    assert not [one for one in world.platform.words if isinstance(one, CheckIn)]


def test_whoever_has_reserved_need_not_check_in() -> None:
    reserving = ParkerPlan(drivers=DRIVERS, stay_s=(10, 60), arrival_s=10, check_in_share=0, reserved_share=1)
    world = car_park(1, parkers=reserving)
    world.run_for(900 * 4)
    settle(world)

    words = world.platform.words
    firsts = [one for one in words if isinstance(one, Reserve)]
    assert len(firsts) > 8
    assert not [one for one in words if isinstance(one, CheckIn)]
    stays = world.fleet.ledger.stays()
    assert all(one.is_reserved and one.driver_id for one in stays)
    assert all((one.ends_at - one.begins_at).total_seconds() >= 299 for one in firsts)
    assert booked(world) == expected(world)


def test_nobody_parks_where_it_is_kept_for_somebody_else() -> None:
    mixed = ParkerPlan(drivers=DRIVERS, stay_s=(10, 60), arrival_s=10, check_in_share=0.5, reserved_share=0.3)
    world = car_park(3, parkers=mixed)
    world.run_for(900 * 4)
    settle(world)

    reserved = [one for all_of_bay in world.platform._reserved.values() for one in all_of_bay]
    for stay in world.fleet.ledger.stays():
        kept = [one for one in reserved if one.bay_id == stay.bay_id and one.begins_at <= stay.arrived_at < one.ends_at]
        assert stay.is_reserved == bool(kept)
        assert all(stay.driver == one.driver for one in kept)
    assert len(reserved) > 10
    assert booked(world) == expected(world)


def test_who_reserves_waits_at_the_entrance_until_the_platform_has_answered() -> None:
    reserving = ParkerPlan(drivers=DRIVERS, stay_s=(10, 60), arrival_s=10, reserved_share=1)
    world = car_park(1, parkers=reserving)
    world.platform.is_down = True
    world.run_for(300)
    waited = world.fleet.ledger.stays()
    world.platform.is_down = False
    world.run_for(30)

    (stay,) = world.fleet.ledger.stays()
    assert waited == ()
    assert stay.is_reserved


def test_a_reader_of_plates_says_them_and_others_do_not() -> None:
    readers, barriers = car_park(1, device=Device.PLATE), car_park(1, device=Device.BARRIER)
    for world in (readers, barriers):
        world.run_for(300)

    arrivals = [one for one in reports(readers) if one.change is Change.OCCUPIED]
    assert len({one.plate for one in arrivals}) == len(arrivals) > 3
    assert {one.plate for one in reports(readers) if one.change is Change.VACATED} == {None}
    assert {(one.plate, one.device) for one in reports(barriers)} == {(None, Device.BARRIER)}


def test_a_sensor_that_repeats_says_everything_twice_and_makes_no_other_stay() -> None:
    world = car_park(2, quirks={BayQuirk.REPEATS: 1.0})
    world.run_for(900)
    settle(world)

    assert set(Counter(reports(world)).values()) == {2}
    assert booked(world) == expected(world)
    assert world.fleet.summary().stays_ended == len(world.fleet.ledger.stays()) == len(world.platform.stays)


def test_a_late_sensor_keeps_the_order_and_the_times() -> None:
    late, prompt = car_park(2, quirks={BayQuirk.LATE: 0.5}, late_s=(30, 90)), car_park(2)
    heard_late = 0.0
    for _ in range(900):
        before = len(reports(late))
        late.run_for(1)
        now = late.clock.instant(late.clock.now())
        heard_late = max([heard_late, *((now - one.at).total_seconds() for one in reports(late)[before:])])
    settle(late)
    prompt.run_for(900)

    times = [one.at for one in reports(late)]
    assert all(first <= second for first, second in pairwise(times))
    assert heard_late > 30
    assert booked(late) == expected(late)
    # Nobody parks otherwise because a sensor is late: only the device's own draws differ.
    assert abs(len(prompt.platform.stays) - len(late.platform.stays)) < 20


@pytest.mark.parametrize("device", [Device.SENSOR, Device.PLATE])
def test_a_forgotten_departure_is_expected_as_the_platform_must_have_it(device: Device) -> None:
    world = car_park(3, device=device, quirks={BayQuirk.FORGETS_VACATED: 0.3})
    world.run_for(1800)
    settle(world)

    lived, stays = world.fleet.ledger.stays(), world.platform.stays
    forgotten = [one for one in lived if not one.is_departure_said]
    assert len(forgotten) > 20
    assert booked_loosely(world) == expected_loosely(world)
    # Only two plates tell vehicles apart: without them the next is taken for the one that is thought to be there.
    assert (len(stays) == len(lived)) == (device is Device.PLATE)


def booked_loosely(world: World) -> list[tuple[object, ...]]:
    return [row[:3] for row in booked(world)]


def expected_loosely(world: World) -> list[tuple[object, ...]]:
    stays = expected_stays(world.fleet.ledger.stays())
    return sorted(((one.bay_id, one.began_at, one.ended_at) for one in stays), key=lambda row: row[:2])


def test_who_charges_stands_in_the_bay_from_arrival_until_after_the_charge() -> None:
    (station,) = lay_out_stations(1, ocpp="2.0.1", seed=1)
    drivers = DriverPlan(
        tokens={"default": make_tokens((station,))}, session_s=(15, 30), arrival_s=5, linger_s=(40, 50)
    )
    bays = tuple(
        BayPlan(f"B{evse}", station_id=station.station_id, evse=evse) for evse in range(1, station.evse_count + 1)
    )
    world = World(station, drivers=drivers, bays=bays, seed=7)
    world.run_for(900)

    ended = [one for one in world.fleet.ledger.entries() if one.ended_at]
    stays = world.fleet.ledger.stays()
    assert len(ended) > 5
    for one in ended:
        around = [
            stay
            for stay in stays
            if stay.evse == one.evse
            and stay.arrived_at <= one.started_at
            and (stay.left_at or one.ended_at) >= one.ended_at
        ]
        assert len(around) == 1
        if around[0].left_at is not None:
            assert 40 <= (around[0].left_at - one.ended_at).total_seconds() <= 56


def test_who_charges_leaves_at_once_where_nobody_lingers() -> None:
    world = World(
        StationPlan("A"),
        drivers=DriverPlan(tokens={"default": (IdToken("ONE"),)}, session_s=(15, 30), arrival_s=5),
        bays=(BayPlan("B1", station_id="A", evse=1),),
    )
    world.run_for(600)
    settle(world)

    assert len(world.fleet.ledger.stays()) >= len(world.fleet.ledger.entries()) > 5
    assert booked(world) == expected(world)


def test_a_fleet_without_bays_says_the_same_to_the_csms_as_before_there_were_any() -> None:
    with_bay = World(
        StationPlan("A"), drivers=DriverPlan(app_share=1.0, arrival_s=5), bays=(BayPlan("B1", station_id="A", evse=1),)
    )
    without = World(StationPlan("A"), drivers=DriverPlan(app_share=1.0, arrival_s=5))
    for world in (with_bay, without):
        world.run_for(600)

    assert with_bay.csms.frames == without.csms.frames
    assert with_bay.platform.words
    assert not without.platform.words


def test_what_the_platform_does_not_hear_stays_open_in_the_ledger_and_is_said_when_it_is_back() -> None:
    world = car_park()
    world.run_for(100)
    world.platform.is_down = True
    world.run_for(200)
    settle(world)
    unheard = [one for one in world.fleet.ledger.stays() if one.unheard]
    uncertain = [one for one in expected_stays(world.fleet.ledger.stays()) if not one.is_certain]

    world.platform.is_down = False

    assert len(unheard) == len(uncertain) > 5
    assert not [one for one in world.fleet.ledger.stays() if one.unheard]
    assert booked(world) == expected(world)


def test_the_file_holds_every_stay_and_those_that_a_killed_fleet_left_open(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    world = car_park(ledger=ledger)
    world.run_for(600)
    there = sum(bay.is_occupied for bay in world.fleet.lot._bays.values())
    killed = read_ledger(tmp_path / "ledger.jsonl")
    settle(world)
    ledger.close(world.fleet.instant)

    book = read_ledger(tmp_path / "ledger.jsonl")
    assert book.header.bays == (("default", "P1"), ("default", "P2"), ("default", "P3"))
    assert len(killed.parked) == there
    assert len(book.stays) == len(killed.stays) + there > 30
    assert book.parked == ()


def test_a_share_has_the_bays_of_its_stations_and_a_part_of_all_others() -> None:
    stations = (StationPlan("A"), StationPlan("B"))
    bays = (
        BayPlan("A1", station_id="A", evse=1),
        BayPlan("B1", station_id="B", evse=1),
        *(BayPlan(f"P{number}") for number in range(1, 6)),
    )
    plan = FleetPlan(stations=stations, bays=bays, parkers=BUSY)

    halves = [
        Fleet(plan, url="ws://csms", seed=1, share=Share(number, 2), speaker=MemoryPlatform(), clock=VirtualClock())
        for number in (1, 2)
    ]

    names = [[bay.bay_id for bay in half.lot.bays] for half in halves]
    assert [row[0] for row in names] == ["A1", "B1"]
    assert sorted(name for row in names for name in row) == sorted(bay.bay_id for bay in bays)


def test_a_fleet_with_bays_needs_somebody_who_hears_of_them_and_the_present() -> None:
    plan = FleetPlan(stations=(StationPlan("A"),), bays=(BayPlan("P1"),))
    play = Play(datetime(2026, 3, 4, tzinfo=UTC), seconds=60, stop=asyncio.Event())

    with pytest.raises(InvalidPlan, match="say where the platform"):
        Fleet(plan, url="ws://csms", seed=1)
    with pytest.raises(InvalidPlan, match="a past day has none"):
        Fleet(plan, url="ws://csms", seed=1, speaker=MemoryPlatform(), play=play)


@pytest.mark.parametrize(
    ("bays", "sentence"),
    [
        ((BayPlan("P"), BayPlan("P")), "same tenant and id"),
        ((BayPlan("P", station_id="A", evse=2),), "which the plan lacks"),
        ((BayPlan("P", station_id="A", evse=1), BayPlan("Q", station_id="A", evse=1)), "has two bays"),
    ],
)
def test_a_plan_whose_bays_cannot_be_is_refused(bays: tuple[BayPlan, ...], sentence: str) -> None:
    with pytest.raises(InvalidPlan, match=sentence):
        FleetPlan(stations=(StationPlan("A"),), bays=bays)


def test_a_bay_with_half_an_evse_and_a_habit_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidPlan, match="no EVSE of it"):
        BayPlan("P", station_id="A")
    with pytest.raises(InvalidPlan, match="must be the less"):
        ParkerPlan(stay_s=(10, 5))
    with pytest.raises(InvalidPlan, match="within 0 and 1"):
        ParkerPlan(reserved_share=1.5)
