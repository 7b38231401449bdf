"""A control of several processes answers as that of one, and says which stations are gone with theirs."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest

from simulator.control.app import make_app
from simulator.control.controlled import Controlled
from simulator.control.errors import Away
from simulator.control.feed import EventFeed, Lost, NumberedEvent
from simulator.control.local import LocalFleet
from simulator.control.orders import DropSocket, StationQuestion
from simulator.control.panel import Panel
from simulator.control.views import show_event
from simulator.fleet import FleetEvent
from simulator.plan import StationPlan
from simulator.share import Share
from simulator.workers import crew
from simulator.workers.answering import Answerer
from simulator.workers.asking import Asking
from simulator.workers.control import CrewFleet
from simulator.workers.crew import Worker
from simulator.workers.messages import (
    NOTHING,
    QUESTION_BYTES,
    Answered,
    Asked,
    CountAccepted,
    Declined,
    Do,
    Heard,
    Question,
    Told,
    WindDown,
    read,
    read_order,
    write,
)
from simulator.workers.worker import heed
from tests.simulator.figures import figures
from tests.simulator.peer_csms import peer_csms
from tests.simulator.scripted_csms import World
from tests.simulator.test_control import next_event, until_ready
from tests.simulator.workers.test_asking import asking_into
from tests.simulator.workers.test_crew import children_of

WAIT_S = 30.0
PLANS = (
    *(StationPlan(f"{site}{number}", site=site) for site in ("N", "S") for number in range(3)),
    StationPlan("a/b", tenant="other"),
)


class NearWorker(Worker):
    """A worker whose share lives in this process: words, questions and their bounds are those of the pipe."""

    def __init__(self, share: Share, *, patience_s: float = WAIT_S) -> None:
        super().__init__(share, share.of(PLANS))
        world = World(*self.stations)
        self.is_silent = False
        self.reader = asyncio.StreamReader(limit=QUESTION_BYTES)
        answerer = Answerer(world.fleet)
        world.run_for(30)
        self._asking = Asking(str(self), send=self._pass_on, patience_s=patience_s)
        self._heeding = asyncio.create_task(
            heed(self.reader, asyncio.Event(), answerer=answerer, say=lambda word: self._take(read(write(word))))
        )

    async def _pass_on(self, line: bytes) -> None:
        if not self.is_silent:
            self.reader.feed_data(line)

    def die(self) -> None:
        self.loss = f"{self} died by signal 9"
        self._asking.end(self.loss, advice="start again")


class PipedWorker(Worker):
    """A worker of its own process, and how much has waited at most to be written to it."""

    def __init__(self, *, patience_s: float) -> None:
        super().__init__(Share(1, 1), PLANS)
        self._asking = Asking(str(self), send=self._send, patience_s=patience_s)
        self.most_waiting_bytes = 0

    def _write(self, line: bytes) -> None:
        super()._write(line)
        self.most_waiting_bytes = max(self.most_waiting_bytes, self._stdin.transport.get_write_buffer_size())

    async def hear(self, question: Question) -> bytes | Away:
        """Its answer, or that there is none."""
        try:
            return await self.ask(question)
        except Away as away:
            return away


def one_process() -> LocalFleet:
    world = World(*PLANS)
    fleet = LocalFleet(world.fleet)
    world.run_for(30)
    return fleet


def crew_of(count: int) -> list[NearWorker]:
    return [NearWorker(Share(number, count)) for number in range(1, count + 1)]


def client_of(fleet: Controlled) -> httpx.AsyncClient:
    app = make_app(fleet, EventFeed(), token=None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://fleet")


REQUESTS: Sequence[tuple[str, str, Any]] = (
    ("GET", "/ready", None),
    ("GET", "/ready?at_least=9", None),
    ("GET", "/vehicles", None),
    ("GET", "/openapi.json", None),
    ("POST", "/stations/S1/evses/1/start", {"token": "T1", "vehicle": {"model": "city car", "soc": 0.2}}),
    ("POST", "/stations/S1/evses/1/start", {"token": "T1"}),
    ("POST", "/stations/N2/evses/1/plug-in", {"model": "tank"}),
    ("POST", "/stations/N2/evses/1/plug-in", {"soc": 2}),
    ("POST", "/stations/N2/evses/1/plug-in", {"model": "city car"}),
    ("POST", "/stations/N2/evses/7/unplug", None),
    ("POST", "/stations/N2/evses/1/unplug", None),
    ("POST", "/stations/N2/evses/1/present-token", {"token": "T2", "type": "Central"}),
    ("POST", "/stations/S0/evses/1/stop", None),
    ("POST", "/stations/N1/evses/1/start", {"token": "T3", "vehicle": {"model": "city car"}}),
    ("POST", "/stations/N1/evses/1/limit", {"max_cost": "1.5"}),
    ("POST", "/stations/N1/evses/1/limit", {"max_time_s": -1}),
    ("POST", "/stations/S2/switch-on", None),
    ("POST", "/stations/S2/drop-socket", None),
    ("POST", "/stations/S0/faults", {"kind": "delay"}),
    ("POST", "/stations/S0/faults", {"kind": "delay", "span_s": [1, 2], "lasts_s": 5}),
    ("DELETE", "/stations/S0/faults", None),
    ("POST", "/stations/X/faults", {"kind": "earthquake"}),
    ("GET", "/stations/a%2Fb?tenant=other", None),
    ("POST", "/stations/N0/switch-off", None),
    ("GET", "/summary", None),
    ("GET", "/stations", None),
    ("GET", "/stations?limit=2", None),
    ("GET", "/stations?limit=3&after=N1", None),
    ("GET", "/stations?limit=3&after=S2", None),
    ("GET", "/stations?limit=4&after=N1&starts_with=S", None),
    ("GET", "/stations?limit=1&site=S&condition=idle", None),
    ("GET", "/stations?tenant=other", None),
    ("GET", "/stations?limit=7", None),
    ("GET", "/stations?after=other%2Fa%252Fb", None),
    ("GET", "/stations?after=nobody", None),
    ("GET", "/stations?limit=0", None),
)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
async def test_several_processes_answer_as_one(count: int) -> None:
    async with client_of(one_process()) as one, client_of(CrewFleet(crew_of(count))) as several:
        for method, path, body in REQUESTS:
            alone, together = [await client.request(method, path, json=body) for client in (one, several)]

            assert (together.status_code, together.json()) == (alone.status_code, alone.json()), path


async def test_stations_of_a_worker_that_died_are_said_to_be_gone_and_the_others_go_on() -> None:
    workers = crew_of(3)
    async with client_of(CrewFleet(workers)) as client:
        workers[1].die()
        gone = [
            await client.request(method, path)
            for method, path in (
                ("GET", "/stations/N2"),
                ("POST", "/stations/S0/switch-off"),
                ("GET", "/stations?after=N1"),
                ("GET", "/ready"),
            )
        ]
        before = [await client.get("/stations", params={"limit": limit, "after": "N0"}) for limit in (1, 100)]
        of_site = await client.get("/stations", params={"limit": 1, "site": "S", "starts_with": "S"})
        behind = await client.get("/stations", params={"after": "S0"})
        enough = await client.get("/ready", params={"at_least": 5})
        summary = (await client.get("/summary")).json()

    assert [answer.status_code for answer in gone] == [503] * 4
    assert {answer.json()["detail"] for answer in gone} == {"worker 2/3 (stations N2 to S0) died by signal 9"}
    assert {answer.json()["type"] for answer in gone} == {"urn:chargeyard:fleet:away"}
    assert gone[2].json()["advice"] == "start again; GET /stations?after=S0 lists those behind it"
    assert of_site.status_code == 503
    assert of_site.json()["advice"].endswith("GET /stations?after=S0&starts_with=S&site=S lists those behind it")
    for page in before:
        assert ([one["station_id"] for one in page.json()["items"]], page.json()["next_after"]) == (["N1"], "N1")
    assert [one["station_id"] for one in behind.json()["items"]] == ["S1", "S2", "a/b"]
    assert (enough.status_code, summary["last_failure"]) == (200, gone[0].json()["detail"])


async def test_a_worker_that_does_not_answer_is_no_hang() -> None:
    workers = [NearWorker(Share(number, 2), patience_s=0.01) for number in (1, 2)]
    async with client_of(CrewFleet(workers)) as client:
        workers[0].is_silent = True
        answer = await client.post("/stations/N0/drop-socket")

    assert answer.status_code == 503
    assert "has not answered for" in answer.json()["detail"]
    assert "not known" in answer.json()["advice"]


@pytest.mark.parametrize("path", ["/summary", "/ready?at_least=3"])
async def test_silent_workers_are_waited_for_together(path: str) -> None:
    workers = [NearWorker(Share(number, 7), patience_s=0.3) for number in range(1, 8)]
    for worker in workers[3:]:
        worker.is_silent = True
    async with client_of(CrewFleet(workers)) as client:
        began_at = time.monotonic()
        answer = await client.get(path)

    assert answer.status_code == 200
    assert time.monotonic() - began_at < 0.9


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/stations/N0/faults", '{"kind": "delay", "span_s": [NaN, NaN]}'),
        ("/stations/N0/faults", '{"kind": "delay", "span_s": [1, 1e999]}'),
        ("/stations/N0/faults", '{"kind": "outage", "lasts_s": Infinity}'),
        ("/stations/N0/evses/1/plug-in", json.dumps({"model": "x" * 2_000_000})),
        (f"/stations/N0/evses/{10**30}/unplug", ""),
    ],
)
async def test_request_that_no_worker_could_read_is_invalid_and_the_worker_lives(path: str, body: str) -> None:
    async with client_of(CrewFleet(crew_of(2))) as client:
        invalid = await client.post(path, content=body, headers={"Content-Type": "application/json"})
        next_one = await client.post("/stations/N0/drop-socket")

    assert (invalid.status_code, next_one.status_code) == (422, 200)
    assert invalid.json()["type"] == "urn:chargeyard:fleet:invalid"


async def test_worker_reads_on_behind_what_it_cannot_read(caplog: pytest.LogCaptureFixture) -> None:
    (worker,) = crew_of(1)
    answers: list[Answered | Declined | Told | Heard] = []
    reader, stop = asyncio.StreamReader(limit=1000), asyncio.Event()
    for line in (b"x" * 2000, b"[]", b'{"type":"Asked","number":7,"question":null}', write(WindDown()).rstrip()):
        reader.feed_data(line + b"\n")
    reader.feed_eof()

    await heed(reader, stop, answerer=None, say=answers.append)

    assert [(type(one), getattr(one, "number", 0), getattr(one, "error", "")) for one in answers] == [
        (Declined, 7, "Invalid")
    ]
    assert len(caplog.records) == 3
    assert stop.is_set()
    assert await worker.ask(CountAccepted()) == b"7"


async def test_what_fails_at_one_station_is_an_error_of_that_request(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("somebody's fault")

    workers = crew_of(2)
    monkeypatch.setattr(Panel, "drop_socket", fail)
    async with client_of(CrewFleet(workers)) as client:
        broken = await client.post("/stations/N0/drop-socket")
        there = await client.get("/stations/N0")

    assert (broken.status_code, there.status_code) == (500, 200)
    assert "somebody's fault" in broken.json()["detail"]


@pytest.mark.parametrize("lines_read", [0, 12], ids=["never", "late"])
async def test_worker_that_does_not_read_is_written_no_more_than_it_may_read(lines_read: int) -> None:
    told = write(Told(NOTHING, datetime.now(UTC))).decode()
    answers = [write(Answered(number, msgspec.Raw(b"7"))).decode() for number in range(1, lines_read + 1)]
    script = """if True:
        import sys, time
        print(sys.argv[1], end="", flush=True)
        time.sleep(0.5)
        for answer in sys.argv[2:]:
            sys.stdin.readline()
            print(answer, end="", flush=True)
        time.sleep(30)
    """
    worker = PipedWorker(patience_s=1.0 if not lines_read else WAIT_S)
    question = StationQuestion(limit=1, starts_with="x" * (QUESTION_BYTES // 2))

    async with asyncio.timeout(WAIT_S), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(worker.run((sys.executable, "-c", script, told, *answers)))
        await worker.is_there.wait()
        asked = [tasks.create_task(worker.hear(question)) for _ in range(12)]
        heard = [await one for one in asked]
        running.cancel()

    assert worker.most_waiting_bytes <= QUESTION_BYTES
    if lines_read:
        assert heard == [b"7"] * 12
    else:
        assert [str(one).partition(" has not ")[2] for one in heard] == [
            "answered for 1 s",
            *["read for 1 s what it is asked"] * 11,
        ]


async def test_worker_is_told_to_wind_down_although_it_does_not_read() -> None:
    told = write(Told(NOTHING, datetime.now(UTC))).decode()
    script = """if True:
        import sys, time
        print(sys.argv[1], end="", flush=True)
        time.sleep(0.5)
        lines = [sys.stdin.readline() for _ in "12"]
        sys.exit(7 if "WindDown" in lines[1] else 1)
    """
    worker = PipedWorker(patience_s=WAIT_S)
    question = StationQuestion(limit=1, starts_with="x" * (QUESTION_BYTES // 2))

    async with asyncio.timeout(WAIT_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run((sys.executable, "-c", script, told)))
        await worker.is_there.wait()
        asked = [tasks.create_task(worker.hear(question)) for _ in range(2)]
        await asyncio.sleep(0)
        worker.wind_down()
        heard = [await one for one in asked]

    assert all(isinstance(one, Away) and "exit code 7" in str(one) for one in heard)


async def test_what_nobody_waits_for_any_more_is_not_done() -> None:
    asked: list[bytes] = []
    asking = asking_into(asked, patience_s=0.01)
    with pytest.raises(Away):
        await asking.ask(Do("default", "N0", DropSocket()))
    world = World(*PLANS)
    answerer = Answerer(world.fleet)
    world.run_for(30)

    order = read_order(asked[0])
    assert isinstance(order, Asked)
    answer = await answerer.answer(order)

    assert isinstance(answer, Declined)
    assert (answer.error, world.station.state.is_online) == ("Away", True)


async def test_worker_whose_line_never_ends_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_LINE_BYTES", 1000)
    worker = Worker(Share(1, 1), PLANS)

    async with asyncio.timeout(WAIT_S):
        await worker.run((sys.executable, "-c", "print('x' * 100_000)"))

    assert "says what no worker says" in worker.loss


async def test_a_worker_that_winds_down_answers_until_it_has_ended() -> None:
    first = write(Told(NOTHING, datetime.now(UTC))).decode()
    last = write(Answered(1, msgspec.Raw(b"7"))) + write(Told(NOTHING, datetime.now(UTC), figures()))
    script = (
        "import sys; print(sys.argv[1], end='', flush=True); [sys.stdin.readline() for _ in '12']; print(sys.argv[2])"
    )
    worker = Worker(Share(1, 1), PLANS)

    async with asyncio.timeout(WAIT_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run((sys.executable, "-c", script, first, last.decode().rstrip())))
        await worker.is_there.wait()
        worker.wind_down()
        answer = await worker.ask(CountAccepted())

    assert (answer, worker.loss) == (b"7", "")
    with pytest.raises(Away, match="has ended"):
        await worker.ask(CountAccepted())


async def test_a_worker_that_has_died_can_be_asked_and_told_to_wind_down() -> None:
    first = write(Told(NOTHING, datetime.now(UTC))).decode()
    worker = Worker(Share(1, 1), PLANS)

    async with asyncio.timeout(WAIT_S):
        await worker.run((sys.executable, "-c", "import sys; print(sys.argv[1], end=''); sys.exit(3)", first))
        worker.wind_down()
        with pytest.raises(Away, match="exit code 3"):
            await worker.ask(CountAccepted())


async def test_events_of_workers_are_those_of_the_fleet() -> None:
    feed = EventFeed(run="r")
    told: list[FleetEvent] = []
    world = World(StationPlan("A"), on_event=told.append)
    answerer = Answerer(world.fleet)
    listener = feed.listen(station_id="A")
    world.run_for(30)

    for event in told:
        word = read(write(answerer.show(event)))
        feed.on_shown(bytes(word.event))  # type: ignore[union-attr]
    feed.lose("worker 2/2 died")
    feed.close()
    listening = [one async for one in listener.hear(quiet_s=1)]

    assert [one.event for one in listening if isinstance(one, NumberedEvent)] == [show_event(one) for one in told]
    assert [one.number for one in listening if isinstance(one, NumberedEvent)] == list(range(1, len(told) + 1))
    assert listening[-1] == Lost("r", len(told) + 1, "worker 2/2 died")


@asynccontextmanager
async def controlled_crew(url: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx.AsyncClient]]:
    """`chargeyard fleet run --workers 2 --control 0` of four stations, and a client of its control."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chargeyard", "fleet", "run", "--url", url, "--count", "4", "--workers", "2"),
        *("--arrival-seconds", "1000", "--control", "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        said = (await asyncio.wait_for(process.stdout.readline(), WAIT_S)).decode()
        (control,) = re.findall(r"control: (http://127\.0\.0\.1:\d+)$", said)
        async with httpx.AsyncClient(base_url=control, timeout=WAIT_S) as client:
            yield process, client
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.slow
async def test_a_crew_from_the_command_line_is_controlled_at_one_address_and_ends_with_its_listeners() -> None:
    async with peer_csms() as csms, controlled_crew(csms.url) as (process, client):
        await until_ready(client)
        listed = (await client.get("/stations")).json()
        async with client.stream("GET", "/events") as stream:
            lines = stream.aiter_lines()
            for station_id in ("SIM0001", "SIM0004"):
                await client.post(f"/stations/{station_id}/evses/1/start", json={"token": "T1"})
                started = await next_event(lines, "start_acknowledged")
                assert started["station_id"] == station_id
            process.send_signal(signal.SIGTERM)
            heard = [line async for line in lines]
        out, err = await asyncio.wait_for(process.communicate(), WAIT_S)

    assert [one["station_id"] for one in listed["items"]] == [f"SIM000{number}" for number in (1, 2, 3, 4)]
    assert (process.returncode, err) == (0, b"")
    assert b"ended: 2 sessions" in out
    assert heard.count("event: end_acknowledged") == 2


@pytest.mark.slow
async def test_any_station_of_a_crew_is_started_stopped_switched_off_and_on() -> None:
    async with peer_csms() as csms, controlled_crew(csms.url) as (process, client):
        await until_ready(client)
        async with client.stream("GET", "/events") as stream:
            lines = stream.aiter_lines()
            for station_id in ("SIM0002", "SIM0003"):
                at = f"/stations/{station_id}"
                started = await client.post(f"{at}/evses/1/start", json={"token": "T1"})
                await next_event(lines, "start_acknowledged")
                stopped = await client.post(f"{at}/evses/1/stop")
                await next_event(lines, "end_acknowledged")
                unplugged = await client.post(f"{at}/evses/1/unplug")
                off = await client.post(f"{at}/switch-off")
                on = await client.post(f"{at}/switch-on")
                back = await next_event(lines, "online")

                answers = (started, stopped, unplugged, off, on)
                assert [answer.status_code for answer in answers] == [200] * 5
                assert off.json()["condition"] == "off"
                assert back["station_id"] == station_id
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), WAIT_S)


@pytest.mark.slow
async def test_a_worker_that_is_killed_is_an_error_of_its_own_stations_alone() -> None:
    async with peer_csms() as csms, controlled_crew(csms.url) as (process, client):
        await until_ready(client)
        first = min(children_of(process.pid))
        async with client.stream("GET", "/events") as stream:
            os.kill(first, signal.SIGKILL)
            lost = await next_event(stream.aiter_lines(), "worker_lost")
        gone = await client.post("/stations/SIM0001/drop-socket")
        there = await client.post("/stations/SIM0003/drop-socket")
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), WAIT_S)

    assert "stations SIM0001 to SIM0002) died by signal 9" in lost["detail"]
    assert (gone.status_code, gone.json()["detail"]) == (503, lost["detail"])
    assert (there.status_code, there.json()["condition"]) == (200, "offline")
    assert process.returncode == 1
