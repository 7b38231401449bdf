"""A fleet in somebody's hand over real HTTP, its stations on real sockets to the `ocpp` package's CSMS."""

import asyncio
import json
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest

from protocol.domain.identifiers import IdToken
from protocol.domain.transaction_limit import TransactionLimit
from protocol.domain.version import OcppVersion
from simulator.cli import main
from simulator.control.address import Address, choose_token, read_address
from simulator.control.attached import Control
from simulator.control.feed import Dropped, EventFeed, Gap, Lost, NumberedEvent
from simulator.control.local import LocalFleet
from simulator.control.orders import Car, Limit, Look, Start
from simulator.control.schemas import LimitView
from simulator.fleet import Fleet
from simulator.inventory import CARD
from simulator.plan import FleetPlan, Settings, StationPlan
from simulator.vehicle import VEHICLE_MODELS, Vehicle
from tests.simulator.peer_csms import peer_csms
from tests.simulator.scripted_csms import World

WAIT_S = 30.0
QUICK = Settings(sample_interval_s=1, retry_min_s=0.05, retry_random_s=0.05)
LOOPBACK = Address("127.0.0.1", 0)


@asynccontextmanager
async def controlled(
    *plans: StationPlan, address: Address = LOOPBACK, spread_s: float = 0.0
) -> AsyncIterator[tuple[httpx.AsyncClient, Fleet, Control]]:
    """A client of the control of these stations, which live."""
    async with peer_csms() as csms:
        fleet = Fleet(FleetPlan(stations=plans, connect_spread_s=spread_s), url=csms.url, seed=1)
        control, stop = Control(address), asyncio.Event()
        async with asyncio.TaskGroup() as tasks, control.attached(fleet):
            tasks.create_task(fleet.run(stop, goodbye_s=5))
            try:
                async with httpx.AsyncClient(base_url=control.url, timeout=WAIT_S) as client:
                    yield client, fleet, control
            finally:
                stop.set()


async def until_accepted(fleet: Fleet) -> None:
    for running in fleet.stations.values():
        await running.until(lambda one: one.state.is_accepted, WAIT_S)


async def test_a_charge_is_started_and_stopped_and_the_events_tell_it() -> None:
    plans = (StationPlan("A", settings=QUICK), StationPlan("B", version=OcppVersion.V201, settings=QUICK))
    async with controlled(*plans) as (client, fleet, _):
        await until_accepted(fleet)
        async with client.stream("GET", "/events", params={"station_id": "B"}) as stream:
            lines = stream.aiter_lines()
            started = await client.post("/stations/B/evses/1/start", json={"token": "T1", "vehicle": {"soc": 0.2}})
            await next_event(lines, "start_acknowledged")
            shown = (await client.get("/stations/B")).json()
            stopped = await client.post("/stations/B/evses/1/stop")
            ended = await next_event(lines, "end_acknowledged")
            await client.post("/stations/B/evses/1/unplug")
        page = (await client.get("/stations")).json()
        summary = (await client.get("/summary")).json()

    assert (started.status_code, stopped.status_code) == (200, 200)
    assert shown["condition"] == "charging"
    assert shown["evses"][0]["transaction"]["id_token"] == "T1"
    assert shown["evses"][0]["soc"] == pytest.approx(0.2, abs=0.01)
    assert ended["transaction"]["stopped_reason"] == "Local"
    assert ended["transaction"]["is_end_acknowledged"]
    assert [(one["station_id"], one["condition"]) for one in page["items"]] == [("A", "idle"), ("B", "idle")]
    assert page["items"][1]["evses"][0]["vehicle"] is None
    assert (summary["sessions_ended"], summary["sessions_acknowledged"]) == (1, 1)


async def test_cable_and_token_may_come_one_after_the_other() -> None:
    async with controlled(StationPlan("A", settings=QUICK)) as (client, fleet, _):
        await until_accepted(fleet)
        plugged = await client.post("/stations/A/evses/1/plug-in", json={"model": "city car", "soc": 0.5})
        await client.post("/stations/A/evses/1/present-token", json={"token": "T1"})
        running = next(iter(fleet.stations.values()))
        await running.until(lambda one: one.state.evses[0].is_charging, WAIT_S)
        await client.post("/stations/A/evses/1/present-token", json={"token": "T1"})
        await running.until(lambda one: not one.state.is_charging, WAIT_S)

    assert plugged.json()["evses"][0]["vehicle"] == "city car"
    assert fleet.ledger.entries()[0].is_end_acknowledged


async def test_driver_chooses_at_a_21_station_how_far_the_transaction_goes() -> None:
    world = World(StationPlan("C", version=OcppVersion.V21))
    panel = LocalFleet(world.fleet)
    world.run_for(5)
    key = panel.find("default", "C")
    await panel.carry_out(key, Start(1, "T1", CARD, Car("compact car", 0.3, 1.0)))
    world.run_for(10)

    limited = await panel.carry_out(key, Limit(1, TransactionLimit(max_energy_wh=Decimal(200))))
    world.run_for(600)
    held = await panel.carry_out(key, Look())

    assert limited.evses[0].transaction is not None
    assert limited.evses[0].transaction.limit == LimitView(
        max_cost=None, max_energy_wh=Decimal(200), max_time_s=None, max_soc_percent=None
    )
    assert held.evses[0].transaction is not None
    assert (held.evses[0].charging_state, held.evses[0].power_w) == ("SuspendedEVSE", 0)


async def test_limit_that_cannot_be_is_a_problem() -> None:
    async with controlled(StationPlan("A", version=OcppVersion.V201, settings=QUICK)) as (client, fleet, _):
        await until_accepted(fleet)
        idle = await client.post("/stations/A/evses/1/limit", json={"max_time_s": 5})
        await client.post("/stations/A/evses/1/start", json={"token": "T1"})
        running = next(iter(fleet.stations.values()))
        await running.until(lambda one: one.state.is_charging, WAIT_S)
        unknown = await client.post("/stations/A/evses/1/limit", json={"max_time_s": 5})
        boundless = await client.post("/stations/A/evses/1/limit", json={})

    assert [answer.status_code for answer in (idle, unknown, boundless)] == [409, 409, 422]
    assert unknown.json()["advice"] == "take a station of 2.1"


async def test_what_cannot_be_done_is_a_problem_that_says_what_to_do() -> None:
    async with controlled(StationPlan("A", settings=QUICK)) as (client, fleet, _):
        await until_accepted(fleet)
        await client.post("/stations/A/evses/1/plug-in")
        answers = [
            await client.post(path, json=body)
            for path, body in (
                ("/stations/X/drop-socket", None),
                ("/stations/A/evses/2/stop", None),
                ("/stations/A/evses/1/stop", None),
                ("/stations/A/evses/1/plug-in", {}),
                ("/stations/A/evses/1/plug-in", {"model": "tank"}),
                ("/stations/A/evses/1/plug-in", {"soc": 2}),
                ("/stations/A/faults", {"kind": "earthquake"}),
                ("/stations/A/faults", {"kind": "delay"}),
                ("/stations/A/switch-on", None),
                ("/nowhere", None),
                ("/stations/A/faults", {"kind": "clock_skew", "span_s": [3e11, 3e11]}),
            )
        ]
        beyond = await client.get("/stations", params={"after": "X"})
        page = await client.get("/summary", headers={"Origin": "https://page.example"})

    problems = [answer.json() for answer in (*answers, beyond, page)]
    assert [problem["status"] for problem in problems] == [
        404,
        404,
        409,
        409,
        422,
        422,
        422,
        422,
        409,
        404,
        422,
        404,
        403,
    ]
    assert all(answer.headers["content-type"] == "application/problem+json" for answer in (*answers, beyond, page))
    assert all(problem["advice"] for problem in problems)
    assert problems[0]["advice"] == "GET /stations lists them"
    assert problems[1]["advice"] == "it has EVSE 1 to 1"
    assert problems[3]["detail"] == "EVSE 1 of A has a car already"
    assert "city car" in problems[4]["advice"]
    assert "soc" in problems[5]["detail"]
    assert "power_cut" in problems[6]["detail"]
    assert problems[7]["detail"] == "the fault delay needs a span of seconds"
    assert problems[8]["detail"] == "station A is not switched off"
    assert "50 years" in problems[10]["detail"]


async def test_stations_come_in_pages_by_condition_and_beginning() -> None:
    plans = [StationPlan(f"{site}{number}", settings=QUICK, site=site) for site in ("N", "S") for number in range(3)]
    async with controlled(*plans) as (client, fleet, _):
        await until_accepted(fleet)
        await client.post("/stations/S1/evses/1/start", json={"token": "T1"})
        await fleet.stations[plans[4].key].until(lambda one: one.state.is_charging, WAIT_S)
        pages = [(await client.get("/stations", params={"limit": 4})).json()]
        pages.append((await client.get("/stations", params={"limit": 4, "after": pages[0]["next_after"]})).json())
        southern = (await client.get("/stations", params={"starts_with": "S", "condition": "idle"})).json()
        northern = (await client.get("/stations", params={"site": "N", "limit": 3})).json()

    assert [[one["station_id"] for one in page["items"]] for page in pages] == [["N0", "N1", "N2", "S0"], ["S1", "S2"]]
    assert [page["next_after"] for page in pages] == ["S0", None]
    assert [one["station_id"] for one in southern["items"]] == ["S0", "S2"]
    assert ([one["site"] for one in northern["items"]], northern["next_after"]) == (["N"] * 3, None)


async def test_a_station_that_loses_its_socket_comes_back() -> None:
    async with controlled(StationPlan("A", settings=QUICK)) as (client, fleet, _):
        await until_accepted(fleet)
        running = next(iter(fleet.stations.values()))
        dropped = (await client.post("/stations/A/drop-socket")).json()
        again = await client.post("/stations/A/drop-socket")
        await running.until(lambda one: one.state.is_online, WAIT_S)

    assert dropped["condition"] == "offline"
    assert again.status_code == 409


async def test_an_outage_breaks_the_socket_until_it_is_cleared() -> None:
    async with controlled(StationPlan("A", settings=QUICK)) as (client, fleet, _):
        await until_accepted(fleet)
        running = next(iter(fleet.stations.values()))
        kinds = (await client.get("/faults")).json()
        struck = (await client.post("/stations/A/faults", json={"kind": "outage"})).json()
        await running.until(lambda one: one.last_failure == "the network is out", WAIT_S)
        cleared = (await client.delete("/stations/A/faults")).json()
        await running.until(lambda one: one.state.is_online, WAIT_S)

    assert "outage" in kinds
    assert (struck["condition"], struck["faults"]) == ("offline", ["outage"])
    assert cleared["faults"] == []


async def test_frames_of_a_living_socket_can_be_lost() -> None:
    async with controlled(StationPlan("A", settings=QUICK)) as (client, fleet, _):
        await until_accepted(fleet)
        await client.post("/stations/A/faults", json={"kind": "drop", "way": "to_csms"})
        await client.post("/stations/A/evses/1/start", json={"token": "T1"})
        running = next(iter(fleet.stations.values()))
        await running.until(lambda one: len(list(one.state.outbox)) > 0, WAIT_S)
        shown = (await client.get("/stations/A")).json()

    assert fleet.traffic.faults["drop"] >= 1
    assert (shown["faults"], shown["evses"][0]["transaction"]) == (["drop"], None)


async def test_a_station_that_is_switched_off_is_dark_and_boots_when_it_is_switched_on() -> None:
    async with controlled(StationPlan("A", settings=QUICK)) as (client, fleet, _):
        await until_accepted(fleet)
        running = next(iter(fleet.stations.values()))
        await client.post("/stations/A/evses/1/start", json={"token": "T1"})
        await running.until(lambda one: one.state.evses[0].is_charging, WAIT_S)
        async with client.stream("GET", "/events") as stream:
            off = (await client.post("/stations/A/switch-off")).json()
            again = await client.post("/stations/A/switch-off")
            dark = (await client.get("/stations", params={"condition": "off"})).json()
            on = (await client.post("/stations/A/switch-on")).json()
            lines = stream.aiter_lines()
            await next_event(lines, "booted")
            await next_event(lines, "end_acknowledged")

    (entry,) = fleet.ledger.entries()
    assert (off["condition"], off["evses"][0]["transaction"]) == ("off", None)
    assert [one["station_id"] for one in dark["items"]] == ["A"]
    assert again.status_code == 409
    assert on["condition"] == "offline"
    assert (entry.stopped_reason, entry.is_end_acknowledged) == ("Local", True)


async def test_a_power_cut_ends_what_runs_and_the_station_boots_when_it_is_over() -> None:
    async with controlled(StationPlan("A", settings=QUICK)) as (client, fleet, _):
        await until_accepted(fleet)
        running = next(iter(fleet.stations.values()))
        await client.post("/stations/A/evses/1/start", json={"token": "T1"})
        await running.until(lambda one: one.state.evses[0].is_charging, WAIT_S)
        cut = (await client.post("/stations/A/faults", json={"kind": "power_cut", "lasts_s": 0.2})).json()
        await running.until(lambda one: one.state.is_accepted and not one.state.outbox.has_facts, WAIT_S)

    (entry,) = fleet.ledger.entries()
    assert cut["condition"] == "off"
    assert (entry.stopped_reason, entry.is_end_acknowledged) == ("PowerLoss", True)


async def test_ready_is_said_once_the_stations_are_accepted_and_stays() -> None:
    plans = [StationPlan(name, settings=QUICK) for name in ("A", "B")]
    async with controlled(*plans, spread_s=1.0) as (client, fleet, _):
        early = await client.get("/ready")
        await until_accepted(fleet)
        ready = await client.get("/ready")
        for running in fleet.stations.values():
            running.lose_socket()
        after = await client.get("/ready")
        more = await client.get("/ready", params={"at_least": 3})

    assert (early.status_code, early.json()["wanted"]) == (503, 2)
    assert (ready.status_code, ready.json()) == (200, {"is_ready": True, "accepted": 2, "wanted": 2})
    assert after.status_code == 200
    assert more.status_code == 503


async def test_where_others_reach_it_a_token_is_asked_for() -> None:
    async with controlled(StationPlan("A"), address=Address("0.0.0.0", 0)) as (client, _, control):
        port = httpx.URL(control.url).port
        url = f"http://127.0.0.1:{port}/summary"
        without = await client.get(url)
        wrong = await client.get(url, headers={"Authorization": "Bearer guessed"})
        right = await client.get(url, headers={"Authorization": f"Bearer {control.token}"})
        probe = await client.get(f"http://127.0.0.1:{port}/ready")

    assert [without.status_code, wrong.status_code, right.status_code] == [401, 401, 200]
    assert without.headers["www-authenticate"] == "Bearer"
    assert probe.status_code in (200, 503)
    assert str(control.token) in control.describe()


def test_a_token_is_made_where_none_is_given_and_others_reach_it() -> None:
    assert choose_token(Address("127.0.0.1", 1), None) is None
    assert choose_token(Address("localhost", 1), None) is None
    assert choose_token(Address("127.0.0.1", 1), "given") == "given"
    assert choose_token(Address("0.0.0.0", 1), "given") == "given"
    assert len(choose_token(Address("0.0.0.0", 1), None) or "") > 20


def test_an_address_is_a_port_or_a_host_and_a_port() -> None:
    assert read_address("7070") == Address("127.0.0.1", 7070)
    assert read_address("0.0.0.0:7070") == Address("0.0.0.0", 7070)
    assert read_address("[::1]:7070").is_loopback
    for text in ("host", "host:x", "70700", "-1"):
        with pytest.raises(ValueError, match="is no address"):
            read_address(text)


async def test_whoever_listens_too_slowly_is_told_how_much_is_missing() -> None:
    feed, world = EventFeed(), World(StationPlan("A"), StationPlan("B"))
    world.fleet.tell(feed.on_event)
    slow, other = feed.listen(bound=2), feed.listen(station_id="B")

    world.run_for(30)
    heard = slow.hear(quiet_s=0.01)
    first = [await anext(heard) for _ in range(3)]
    silence = await anext(heard)
    world.fleet.stations[StationPlan("A").key].lose_socket()
    later = await anext(heard)
    feed.close()

    assert [type(one) for one in first] == [NumberedEvent, NumberedEvent, Dropped]
    assert first[2].count == world.events.index("offline") - 2
    assert silence is None
    assert isinstance(later, NumberedEvent)
    assert later.number == world.events.index("offline") + 1
    assert {one.event.station_id async for one in other.hear(quiet_s=1)} == {"B"}


async def test_dropped_events_are_told_before_the_next_that_is_not() -> None:
    feed, world = EventFeed(), World(StationPlan("A"))
    world.fleet.tell(feed.on_event)
    slow = feed.listen(bound=1)
    heard = slow.hear(quiet_s=0.01)

    world.run_for(30)
    first = await anext(heard)
    world.station.lose_socket()
    feed.close()
    rest = [one async for one in heard]

    assert first.number == 1
    assert [type(one) for one in rest] == [Dropped, NumberedEvent]
    assert rest[0].count == rest[1].number - 2


async def test_who_comes_back_hears_what_was_behind_the_last_event_once() -> None:
    feed, world = EventFeed(run="r"), World(StationPlan("A"), StationPlan("B"))
    world.fleet.tell(feed.on_event)
    feed.leave(feed.listen())
    world.run_for(30)
    total = len(world.events)

    behind = feed.listen(last_event_id="r-1")
    of_one = feed.listen(last_event_id="r-0", station_id="B")
    caught_up = feed.listen(last_event_id=f"r-{total}")
    world.station.lose_socket()
    feed.close()
    heard = [[one async for one in listener.hear(quiet_s=1)] for listener in (behind, of_one, caught_up)]

    assert [one.event_id for one in heard[0]] == [f"r-{number}" for number in range(2, total + 2)]
    assert {one.event.station_id for one in heard[1]} == {"B"}
    assert [one.number for one in heard[2]] == [total + 1]


async def test_what_is_forgotten_is_said_and_the_memory_is_bounded() -> None:
    feed, world = EventFeed(run="r", kept=2), World(StationPlan("A"), StationPlan("B"))
    world.fleet.tell(feed.on_event)
    feed.leave(feed.listen())
    world.run_for(30)
    total = len(world.events)
    assert total > 3

    listeners = [feed.listen(last_event_id=one) for one in ("r-1", "s-1", "r-99999", "r", "", "r-\u0664")]
    feed.close()
    heard = [[one async for one in listener.hear(quiet_s=1)] for listener in listeners]

    gaps = [first for first, *_ in heard]
    assert gaps[0] == Gap("r-1", total - 3)
    assert gaps[1:] == [Gap(one, None) for one in ("s-1", "r-99999", "r", "", "r-\u0664")]
    for _, *kept in heard:
        assert [one.number for one in kept] == [total - 1, total]


async def test_before_anybody_listens_nothing_is_kept() -> None:
    feed, world = EventFeed(run="r"), World(StationPlan("A"))
    world.fleet.tell(feed.on_event)
    world.run_for(30)

    listener = feed.listen(last_event_id="r-1")
    feed.close()

    assert [one async for one in listener.hear(quiet_s=1)] == [Gap("r-1", len(world.events) - 1)]


async def test_who_comes_after_a_loss_hears_of_it_and_a_closed_feed_ends() -> None:
    feed = EventFeed(run="r")
    feed.lose("worker 1/2 died")
    feed.close()

    assert [one async for one in feed.listen().hear(quiet_s=1)] == [Lost("r", 1, "worker 1/2 died")]


async def test_loss_is_heard_once_and_where_it_was() -> None:
    feed, world = EventFeed(run="r", kept=1000), World(StationPlan("A"), StationPlan("B"))
    world.fleet.tell(feed.on_event)
    feed.leave(feed.listen())
    world.run_for(30)
    before = len(world.events)
    feed.lose("worker 1/2 died")
    world.station.lose_socket()

    listeners = [feed.listen(last_event_id=f"r-{number}") for number in (before - 1, before, before + 1)]
    of_one = feed.listen(last_event_id=f"r-{before}", station_id="B")
    feed.close()
    heard = [[one async for one in listener.hear(quiet_s=1)] for listener in (*listeners, of_one)]

    lost = Lost("r", before + 1, "worker 1/2 died")
    assert [[one.number for one in part] for part in heard[:3]] == [
        [before, before + 1, before + 2],
        [before + 1, before + 2],
        [before + 2],
    ]
    assert heard[0][1] == heard[1][0] == lost
    assert heard[3] == [lost]


async def test_loss_outlives_the_events_around_it_and_is_no_gap() -> None:
    feed, world = EventFeed(run="r", kept=2), World(StationPlan("A"), StationPlan("B"))
    world.fleet.tell(feed.on_event)
    feed.leave(feed.listen())
    feed.lose("worker 1/2 died")
    world.run_for(30)
    total = len(world.events) + 1

    listener = feed.listen(last_event_id="r-0")
    feed.close()
    heard = [one async for one in listener.hear(quiet_s=1)]

    assert heard[:2] == [Gap("r-0", total - 3), Lost("r", 1, "worker 1/2 died")]
    assert [one.number for one in heard[2:]] == [total - 1, total]


async def test_what_a_slow_listener_missed_before_a_loss_is_told_before_it() -> None:
    feed, world = EventFeed(), World(StationPlan("A"))
    world.fleet.tell(feed.on_event)
    slow = feed.listen(bound=1)
    world.run_for(30)
    feed.lose("worker 1/2 died")
    feed.close()

    assert [type(one) async for one in slow.hear(quiet_s=1)] == [NumberedEvent, Dropped, Lost]


async def test_a_stream_that_broke_off_goes_on_behind_its_last_event() -> None:
    async with controlled(StationPlan("A", settings=QUICK)) as (client, fleet, _):
        await until_accepted(fleet)
        async with client.stream("GET", "/events") as stream:
            await client.post("/stations/A/drop-socket")
            lines = stream.aiter_lines()
            await next_event(lines, "offline")
            last_id = (await anext(lines)).removeprefix("id: ")
        running = next(iter(fleet.stations.values()))
        await running.until(lambda one: one.state.is_online, WAIT_S)
        async with client.stream("GET", "/events", headers={"Last-Event-ID": last_id}) as stream:
            await next_event(stream.aiter_lines(), "online")
        async with client.stream("GET", "/events", headers={"Last-Event-ID": "other-7"}) as stream:
            gap = await next_event(stream.aiter_lines(), "gap")

    assert gap == {"last_event_id": "other-7", "count": None}


async def test_events_show_what_was_so_when_they_happened() -> None:
    feed, world = EventFeed(), World(StationPlan("A", settings=QUICK))
    world.fleet.tell(feed.on_event)
    listener = feed.listen()
    world.run_until(lambda: world.station.state.is_accepted)
    world.station.plug_in(1, Vehicle(VEHICLE_MODELS[2], soc=0.3))
    world.station.present_token(1, IdToken("T1"))
    world.run_for(20)
    world.station.unplug(1)
    world.run_for(20)
    feed.close()

    shown = {one.event.happening: one.event.transaction async for one in listener.hear(quiet_s=1)}

    started, ended, acknowledged = (
        shown[happening] for happening in ("transaction started", "transaction ended", "end acknowledged")
    )
    assert (started.ended_at, started.is_start_acknowledged) == (None, False)
    assert (ended.ended_at is None, ended.is_end_acknowledged) == (False, False)
    assert acknowledged.is_end_acknowledged


@pytest.mark.slow
async def test_a_fleet_from_the_command_line_is_controlled_and_ends_with_its_listeners() -> None:
    async with peer_csms() as csms:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "chargeyard", "fleet", "run", "--url", csms.url, "--count", "2"),
            *("--arrival-seconds", "1000", "--control", "0"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        said = (await asyncio.wait_for(process.stdout.readline(), WAIT_S)).decode()
        (url,) = re.findall(r"control: (http://127\.0\.0\.1:\d+)$", said)
        async with httpx.AsyncClient(base_url=url, timeout=WAIT_S) as client, client.stream("GET", "/events") as stream:
            await until_ready(client)
            await client.post("/stations/SIM0001/evses/1/start", json={"token": "T1"})
            lines = stream.aiter_lines()
            await next_event(lines, "start_acknowledged")
            process.send_signal(signal.SIGTERM)
            heard = [line async for line in lines]
        out, err = await asyncio.wait_for(process.communicate(), WAIT_S)

    assert (process.returncode, err) == (0, b"")
    assert b"ended: 1 sessions" in out
    assert b"all confirmed by the CSMS" in out
    assert "event: end_acknowledged" in heard


def test_an_address_that_is_taken_is_said_before_anything_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code = main(["run", "--url", "ws://127.0.0.1:1", "--control", str(taken.getsockname()[1])])

    assert code == 2
    assert "give another --control" in capsys.readouterr().err


def test_a_past_day_is_not_controlled(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["run", "--url", "ws://127.0.0.1:1", "--control", "0", "--day", "yesterday"])

    assert code == 2
    assert "not with --day" in capsys.readouterr().err


async def until_ready(client: httpx.AsyncClient) -> None:
    """Return once the fleet says so."""
    async with asyncio.timeout(WAIT_S):
        while True:
            if (await client.get("/ready")).status_code == 200:
                return
            await asyncio.sleep(0.05)


async def next_event(lines: AsyncIterator[str], name: str) -> dict[str, Any]:
    """The data of the next event of this name."""
    async with asyncio.timeout(WAIT_S):
        async for line in lines:
            if line == f"event: {name}":
                return dict(json.loads((await anext(lines)).removeprefix("data: ")))
    raise AssertionError(f"the stream ended without {name}")
