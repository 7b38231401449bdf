"""Stations on real sockets against the `ocpp` package: a bug made on both sides of our own code would show here."""

import asyncio
import base64
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from protocol.domain.identifiers import IdToken
from protocol.domain.version import OcppVersion
from simulator.cli import main
from simulator.errors import ConditionNotMet
from simulator.fleet import Fleet
from simulator.ledger import read_ledger
from simulator.plan import FleetPlan, Settings, StationPlan
from simulator.running import RunningStation
from simulator.vehicle import VEHICLE_MODELS, Vehicle
from tests.simulator.peer_csms import PeerCsms, peer_csms, wordless_server

EVERY = pytest.mark.parametrize("version", list(OcppVersion))
TOKEN = IdToken("ABC123")
# One is enough: a station in a test need not wait long to be measured, nor to come back.
QUICK = Settings(sample_interval_s=1, retry_min_s=0.05, retry_random_s=0.05)
WAIT_S = 10.0


@asynccontextmanager
async def living(url: str, plan: StationPlan, **fields: Any) -> AsyncIterator[Fleet]:
    fleet = Fleet(FleetPlan(stations=(plan,), connect_spread_s=0.0), url=url, seed=1, **fields)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(fleet.run(stop, goodbye_s=5))
        try:
            yield fleet
        finally:
            stop.set()


def only_station(fleet: Fleet) -> RunningStation:
    return next(iter(fleet.stations.values()))


def car() -> Vehicle:
    return Vehicle(VEHICLE_MODELS[2], soc=0.3)


async def charge_and_measure(station: RunningStation) -> None:
    """Return once energy has flowed and been said."""
    await station.until(lambda one: one.state.evses[0].is_charging, WAIT_S)
    begun_wh = station.state.evses[0].meter.register_wh
    await station.until(lambda one: one.state.evses[0].meter.register_wh > begun_wh, WAIT_S)


@EVERY
async def test_a_charge_by_token_is_understood_by_an_independent_csms(version: OcppVersion) -> None:
    async with (
        peer_csms() as csms,
        living(csms.url, StationPlan("CP1", version=version, password="secret", settings=QUICK)) as fleet,
    ):
        station = only_station(fleet)
        await station.until(lambda one: one.state.is_accepted, WAIT_S)
        station.plug_in(1, car())
        station.present_token(1, TOKEN)
        await charge_and_measure(station)
        station.present_token(1, TOKEN)
        await station.until(lambda one: not one.state.outbox.has_facts, WAIT_S)

    (entry,) = fleet.ledger.entries()
    kinds = [kind for kind, _ in csms.hearing.heard]
    assert kinds[0] == "Boot"
    assert kinds.index("Authorize") < kinds.index("Start") < kinds.index("MeterValues") < kinds.index("Stop")
    assert registers_wh(dict(csms.hearing.heard)) == (entry.start_register_wh, entry.end_register_wh)
    assert entry.energy_wh > 0
    assert entry.is_end_acknowledged
    expected = base64.b64encode(b"CP1:secret").decode()
    assert csms.headers["/ocpp/CP1"]["Authorization"] == f"Basic {expected}"


@EVERY
async def test_a_remote_start_and_stop_by_an_independent_csms(version: OcppVersion) -> None:
    async with peer_csms() as csms, living(csms.url, StationPlan("CP1", version=version, settings=QUICK)) as fleet:
        station = only_station(fleet)
        await station.until(lambda one: one.state.is_accepted, WAIT_S)
        station.plug_in(1, car())
        peer = csms.stations["/ocpp/CP1"]

        started = await peer.remote_start("APP1", 1)
        await charge_and_measure(station)
        await station.until(lambda one: one.state.evses[0].transaction.is_start_acknowledged, WAIT_S)
        stopped = await peer.remote_stop(station.state.evses[0].transaction.transaction_id)
        await station.until(lambda one: not one.state.outbox.has_facts, WAIT_S)

    (entry,) = fleet.ledger.entries()
    assert (started, stopped) == ("Accepted", "Accepted")
    assert (entry.id_token, entry.stopped_reason) == ("APP1", "Remote")
    assert entry.is_end_acknowledged


@EVERY
async def test_a_lost_socket_is_replaced_without_a_boot_and_what_happened_is_said(version: OcppVersion) -> None:
    async with peer_csms() as csms, living(csms.url, StationPlan("CP1", version=version, settings=QUICK)) as fleet:
        station = only_station(fleet)
        await station.until(lambda one: one.state.is_accepted, WAIT_S)
        first = csms.stations["/ocpp/CP1"]
        station.lose_socket()
        station.plug_in(1, car())
        station.present_token(1, TOKEN)
        await station.until(lambda one: one.state.is_online and not one.state.outbox.has_facts, WAIT_S)
        second = csms.stations["/ocpp/CP1"]

    kinds = [kind for kind, _ in csms.hearing.heard]
    assert first is not second
    assert kinds.count("Boot") == kinds.count("Start") == 1


@EVERY
async def test_a_running_charge_is_ended_and_confirmed_before_the_fleet_ends(version: OcppVersion) -> None:
    async with peer_csms() as csms, living(csms.url, StationPlan("CP1", version=version, settings=QUICK)) as fleet:
        station = only_station(fleet)
        await station.until(lambda one: one.state.is_accepted, WAIT_S)
        station.plug_in(1, car())
        station.present_token(1, TOKEN)
        await station.until(lambda one: one.state.evses[0].is_charging, WAIT_S)

    assert fleet.ledger.entries()[0].is_end_acknowledged


async def test_a_csms_without_the_version_is_left_with_a_reason() -> None:
    async with wordless_server() as url, living(url, StationPlan("CP1", settings=QUICK)) as fleet:
        await only_station(fleet).until(lambda one: bool(one.last_failure), WAIT_S)

    assert "ocpp1.6" in fleet.summary().last_failure
    assert not fleet.summary().has_been_online


async def test_csms_that_leaves_a_handshake_unanswered_is_asked_again() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.transport.abort()

    heads: list[bytes] = []
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ocpp"
        async with living(url, StationPlan("CP1", settings=QUICK)) as fleet:
            await only_station(fleet).until(lambda _: len(heads) > 1, WAIT_S)

    assert "unanswered" in fleet.summary().last_failure


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:99999/o", "ws://127.0.0.1:abc/o", "ws://[x/o", "ws://a..b/o", f"ws://{'a' * 64}/o"]
)
async def test_url_that_is_no_place_is_a_failure_of_the_station_alone(url: str) -> None:
    async with living(url, StationPlan("CP1", settings=QUICK)) as fleet:
        await only_station(fleet).until(lambda one: bool(one.last_failure), WAIT_S)

    assert not fleet.summary().has_been_online


async def test_waiting_in_vain_says_how_the_station_is() -> None:
    async with peer_csms() as csms, living(csms.url, StationPlan("CP1", settings=QUICK)) as fleet:
        with pytest.raises(ConditionNotMet, match=r"station CP1: not so within 0\.05 s; it is .*EVSE 1 Available"):
            await only_station(fleet).until(lambda one: one.state.is_charging, 0.05)


@pytest.mark.slow
async def test_a_fleet_from_the_command_line_charges_and_keeps_its_book(tmp_path: Path) -> None:
    book = tmp_path / "ledger.jsonl"
    async with peer_csms() as csms:
        process = await start_fleet(csms, "--ocpp", "mixed", "--duration", "5", "--ledger", str(book))
        out, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")
    assert b"all confirmed by the CSMS" in out
    assert b'"is_end_acknowledged":true' in book.read_bytes()


@pytest.mark.slow
async def test_a_past_day_from_the_command_line_is_lived_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    async with peer_csms() as csms:
        leisure = ("--session-seconds", "1800-3600", "--arrival-seconds", "7200")
        process = await start_fleet(csms, *leisure, "--day", "yesterday", "--ledger", str(path))
        out, err = await asyncio.wait_for(process.communicate(), timeout=60)

    book = read_ledger(path)
    assert (process.returncode, err) == (0, b"")
    assert b"all confirmed by the CSMS" in out
    assert book.closed_at is not None
    assert (book.closed_at - book.header.began_at).total_seconds() >= 24 * 3600
    assert all(entry.is_end_acknowledged for entry in book.entries)
    assert len(book.entries) > 10


@pytest.mark.slow
async def test_one_interrupt_ends_what_runs_and_waits_for_its_confirmation(tmp_path: Path) -> None:
    book = tmp_path / "ledger.jsonl"
    async with peer_csms() as csms:
        process = await start_fleet(csms, "--ocpp", "1.6", "--session-seconds", "100-200", "--ledger", str(book))
        await csms.until_heard("Start", timeout_s=WAIT_S)
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")
    assert b"stopping" in out
    assert b'"is_end_acknowledged":true' in book.read_bytes()
    assert b'"is_end_acknowledged":false' not in book.read_bytes()


@pytest.mark.slow
async def test_a_second_interrupt_quits_at_once() -> None:
    async with peer_csms() as csms:
        process = await start_fleet(csms, "--ocpp", "1.6", "--session-seconds", "100-200", "--count", "1")
        await csms.until_heard("Start", timeout_s=WAIT_S)
        csms.hearing.confirms_stops.clear()
        process.send_signal(signal.SIGINT)
        await csms.until_heard("Stop", timeout_s=WAIT_S)
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(3):
            _, err = await process.communicate()
        csms.hearing.confirms_stops.set()

    assert (process.returncode, err) == (130, b"")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--count", "0"], "at least one station"),
        (["--id-template", "{x}"], "is not like"),
        (["--tokens", "/no/such/file"], "No such file"),
        (["--session-seconds", "60-15"], "the first must be the less"),
    ],
)
def test_a_fleet_that_cannot_be_is_refused_with_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--url", "ws://127.0.0.1:9/ocpp", *arguments]) == 2

    assert sentence in capsys.readouterr().err


def test_a_csms_that_is_not_there_is_said_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.cli.overseeing._PATIENCE_S", 0.3)

    assert main(["run", "--url", "ws://127.0.0.1:9/ocpp", "--count", "2"]) == 1

    error = capsys.readouterr().err
    assert "no station could connect to ws://127.0.0.1:9/ocpp" in error
    assert "Is the CSMS running there" in error


def test_a_csms_that_was_not_there_all_the_time_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--url", "ws://127.0.0.1:9/ocpp", "--count", "2", "--duration", "0.5"]) == 1

    said = capsys.readouterr()
    assert "no station could connect to ws://127.0.0.1:9/ocpp" in said.err
    assert "all confirmed" not in said.out


async def start_fleet(csms: PeerCsms, *arguments: str) -> asyncio.subprocess.Process:
    """`chargeyard fleet run` as a person would run it, with drivers who hurry."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chargeyard", "fleet", "run", "--url", csms.url, "--seed", "3", "--count", "4"),
        *("--session-seconds", "1-2", "--arrival-seconds", "0.1", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def registers_wh(heard: dict[str, Any]) -> tuple[int, int]:
    start, stop = heard["Start"], heard["Stop"]
    if "meter_start" in start:
        return start["meter_start"], stop["meter_stop"]
    return tuple(int(event["meter_value"][0]["sampled_value"][0]["value"]) for event in (start, stop))
