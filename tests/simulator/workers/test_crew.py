"""A fleet in several processes from the command line: one summary, one ledger, and no worker that is forgotten."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.fleet import FleetSummary
from simulator.ledger import read_ledger
from simulator.plan import StationPlan
from simulator.workers.crew import Crew
from simulator.workers.messages import NOTHING, Told, add_up, write
from tests.simulator.figures import figures
from tests.simulator.peer_csms import PeerCsms, peer_csms

WAIT_S = 20.0
LONG = ("--session-seconds", "100-200", "--arrival-seconds", "0.1")


@asynccontextmanager
async def crew(csms: PeerCsms, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`chargeyard fleet run --workers 2` of four stations."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chargeyard", "fleet", "run", "--url", csms.url, "--seed", "3", "--count", "4"),
        *("--workers", "2", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def workers_of(process: asyncio.subprocess.Process) -> list[int]:
    """The process ids of both workers, once they are there."""
    async with asyncio.timeout(WAIT_S):
        while True:
            pids = children_of(process.pid)
            if len(pids) == 2:
                return pids
            await asyncio.sleep(0.02)


async def until_all_charge(csms: PeerCsms) -> None:
    """Every station has begun a transaction."""
    async with asyncio.timeout(WAIT_S):
        while True:
            if len(csms.stations) == 4 and sum(kind == "Start" for kind, _ in csms.hearing.heard) >= 4:
                return
            csms.hearing.news.clear()
            await csms.hearing.news.wait()


async def until_gone(pids: list[int]) -> None:
    async with asyncio.timeout(WAIT_S):
        while True:
            if not any(map(is_there, pids)):
                return
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_two_workers_charge_and_keep_one_book(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    hurried = ("--session-seconds", "1-2", "--arrival-seconds", "0.1", "--duration", "16")
    async with peer_csms() as csms, crew(csms, *hurried, "--ledger", str(path)) as process:
        out, err = await asyncio.wait_for(process.communicate(), 60)

    book = read_ledger(path)
    assert (process.returncode, err) == (0, b"")
    assert b"all confirmed by the CSMS" in out
    assert f"ended: {len(book.entries)} sessions".encode() in out
    assert {entry.station_id for entry in book.entries} == {f"SIM000{number}" for number in (1, 2, 3, 4)}
    assert all(entry.is_end_acknowledged for entry in book.entries)
    assert book.closed_at is not None
    assert names_in(tmp_path) == ["ledger.jsonl"]


@pytest.mark.slow
async def test_an_interrupt_winds_all_workers_down(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    async with peer_csms() as csms, crew(csms, *LONG, "--ledger", str(path)) as process:
        pids = await workers_of(process)
        await until_all_charge(csms)
        process.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(process.communicate(), WAIT_S)
        await until_gone(pids)

    book = read_ledger(path)
    assert (process.returncode, err) == (0, b"")
    assert b"stopping" in out
    assert len(book.entries) >= 4
    assert all(entry.is_end_acknowledged for entry in book.entries)


@pytest.mark.slow
async def test_a_worker_that_dies_is_named_and_the_other_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    async with peer_csms() as csms, crew(csms, *LONG, "--ledger", str(path)) as process:
        pids = await workers_of(process)
        await until_all_charge(csms)
        os.kill(pids[0], signal.SIGKILL)
        assert process.stderr is not None
        said = await asyncio.wait_for(process.stderr.readline(), WAIT_S)
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), WAIT_S)

    book = read_ledger(path)
    sentence = b"(stations SIM0001 to SIM0002) died by signal 9"
    assert process.returncode == 1
    assert sentence in said
    assert b"the others go on" in said
    assert sentence in err
    assert b"ended: " in out
    others = {entry.station_id for entry in book.entries if entry.station_id in ("SIM0003", "SIM0004")}
    assert {entry.station_id for entry in book.entries if entry.is_end_acknowledged} == others != set()
    assert book.running
    assert {began.station_id for began in book.running} <= {"SIM0001", "SIM0002"}
    assert book.closed_at is None


@pytest.mark.slow
async def test_workers_end_with_the_process_that_started_them() -> None:
    async with peer_csms() as csms, crew(csms, *LONG) as process:
        pids = await workers_of(process)
        await until_all_charge(csms)
        process.kill()
        await csms.until_heard("Stop", timeout_s=WAIT_S)
        await until_gone(pids)


async def test_a_stop_while_workers_are_being_started_reaches_them() -> None:
    last_word = write(Told(NOTHING, datetime.now(UTC), figures())).decode()
    worker = (sys.executable, "-c", "import sys; sys.stdin.readline(); print(sys.argv[1], end='')", last_word)
    crew = Crew([StationPlan("A"), StationPlan("B")], count=2, command=lambda _: worker, on_loss=lambda _: None)
    stop = asyncio.Event()
    stop.set()

    async with asyncio.timeout(WAIT_S):
        await crew.run(stop)

    assert crew.losses == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--count", "2", "--workers", "3"], "some would have none"),
        (["--workers", "2", "--metrics-port", "65535"], "have no 2 ports"),
        (["--workers", "2", "--ledger", "/no/such/folder/ledger"], "No such file"),
    ],
)
def test_a_crew_that_cannot_be_is_refused_with_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--url", "ws://127.0.0.1:9/ocpp", *arguments]) == 2

    assert sentence in capsys.readouterr().err


def test_summaries_add_up() -> None:
    parts = [FleetSummary(2, 1, 1, 5, 4, 700, has_been_online=online, last_failure="x") for online in (True, False)]

    assert add_up([*parts, NOTHING]) == FleetSummary(4, 2, 2, 10, 8, 1400, has_been_online=True, last_failure="x")
