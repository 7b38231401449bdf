"""Fleets: everything follows from the seed, drivers come and go, and the ledger says what was delivered."""

import pytest

from protocol.blocks.remote_control.messages import RequestStart, RequestStop
from protocol.blocks.transactions.messages import TransactionEnd, TransactionStart
from protocol.domain.identifiers import IdToken
from protocol.domain.version import OcppVersion
from simulator.errors import InvalidPlan
from simulator.inventory import lay_out_stations, make_tokens
from simulator.plan import DriverPlan, FleetPlan, StationPlan
from simulator.state import Happening
from tests.simulator.scripted_csms import World


def evening(seed: int = 7, **drivers: object) -> World:
    stations = lay_out_stations(6, ocpp="mixed", seed=seed)
    plan = DriverPlan(tokens={"default": make_tokens(stations)}, session_s=(15, 60), arrival_s=20, **drivers)
    return World(*stations, drivers=plan, seed=seed)


def test_the_same_seed_makes_the_same_frames_to_the_byte() -> None:
    worlds = [evening(), evening(), evening(seed=8)]

    for world in worlds:
        world.run_for(400)

    first, second, other = (world.csms.frames for world in worlds)
    assert first == second
    assert first != other
    assert sum(len(frames) for frames in first.values()) > 200


def test_the_same_seed_makes_the_same_frames_through_an_outage() -> None:
    worlds = [evening(), evening()]

    for world in worlds:
        world.run_for(100)
        world.csms.go_down()
        world.run_for(60)
        world.csms.is_down = False
        world.run_for(200)

    assert worlds[0].csms.frames == worlds[1].csms.frames


def test_another_station_changes_nothing_at_the_first() -> None:
    alone, together = World(StationPlan("A")), World(StationPlan("A"), StationPlan("B", version=OcppVersion.V201))

    for world in (alone, together):
        world.run_for(1000)

    assert alone.csms.frames["A"] == together.csms.frames["A"]


def test_a_token_is_at_one_evse_at_a_time() -> None:
    stations = lay_out_stations(4, ocpp="2.0.1", seed=1)
    world = World(*stations, drivers=DriverPlan(tokens={"default": (IdToken("ONE"), IdToken("TWO"))}, arrival_s=5))

    for _ in range(300):
        world.run_for(1)
        running = [evse.transaction for one in world.fleet.stations.values() for evse in one.state.evses]
        values = [transaction.id_token.value for transaction in running if transaction is not None]
        assert len(values) == len(set(values))

    assert world.csms.of(TransactionEnd)


def test_whoever_is_sent_away_does_not_come_back() -> None:
    world = evening()
    world.run_for(100)
    began = len(world.csms.of(TransactionStart))

    for visits in world.fleet._visits.values():
        for visit in visits:
            visit.send_away()
    world.run_for(600)

    assert len(world.csms.of(TransactionStart)) == began > 5
    assert not any(one.state.is_charging for one in world.fleet.stations.values())


def test_app_drivers_plug_in_wait_and_charge_when_they_are_started_remotely() -> None:
    world = World(StationPlan("A", version=OcppVersion.V201), drivers=DriverPlan(app_share=1.0, arrival_s=5))
    world.run_until(lambda: Happening.AWAITS_REMOTE_START in world.events)
    world.csms.command(RequestStart(IdToken("APP1"), remote_start_id=5, evse=1))
    world.run_until(lambda: Happening.AWAITS_REMOTE_STOP in world.events)

    world.csms.command(RequestStop(world.csms.of(TransactionStart)[0].transaction_id))
    world.run_until(lambda: Happening.DRIVER_LEFT in world.events)

    assert world.csms.of(TransactionEnd)[0].stopped_reason == "Remote"


def test_app_drivers_leave_when_nobody_starts_them() -> None:
    world = World(StationPlan("A"), drivers=DriverPlan(app_share=1.0, arrival_s=5))

    world.run_until(lambda: Happening.DRIVER_LEFT in world.events, within_s=300)

    assert world.csms.of(TransactionStart) == []


def test_tenants_have_paths_and_tokens_of_their_own() -> None:
    world = World(
        StationPlan("CP001"),
        StationPlan("CP001", tenant="north"),
        drivers=DriverPlan(tokens={"north": (IdToken("N1"),)}, arrival_s=5),
    )

    world.run_for(200)

    assert {one.url for one in world.fleet.stations.values()} == {"ws://csms/ocpp/CP001", "ws://csms/ocpp/north/CP001"}
    assert {entry.tenant for entry in world.fleet.ledger.entries()} == {"north"}


def test_a_plan_with_the_same_station_twice_is_refused() -> None:
    with pytest.raises(InvalidPlan, match="same tenant and id"):
        FleetPlan(stations=(StationPlan("A"), StationPlan("A")))
