"""The ledger: what the CSMS heard and acknowledged, in a file that outlives the fleet."""

import os
from pathlib import Path

import pytest

from protocol.blocks.meter_values.messages import MeterValues
from protocol.blocks.transactions.messages import TransactionEnd, TransactionStart, TransactionUpdate
from protocol.domain.identifiers import IdToken
from protocol.domain.metering import import_register_wh
from protocol.domain.version import OcppVersion
from protocol.errors import InternalError
from simulator.inventory import lay_out_stations, make_tokens
from simulator.ledger import FORMAT, InvalidLedger, Ledger, read_ledger
from simulator.plan import DriverPlan, Settings, StationPlan
from simulator.vehicle import VEHICLE_MODELS, Vehicle
from tests.simulator.scripted_csms import World

EVERY = pytest.mark.parametrize("version", list(OcppVersion))
SAMPLING = Settings(sample_interval_s=10)


def evening(ledger: Ledger) -> World:
    stations = lay_out_stations(6, ocpp="mixed", seed=7, settings=SAMPLING)
    drivers = DriverPlan(tokens={"default": make_tokens(stations)}, session_s=(15, 60), arrival_s=20)
    return World(*stations, drivers=drivers, seed=7, ledger=ledger)


def charging(version: OcppVersion, ledger: Ledger, **settings: object) -> World:
    world = World(StationPlan("A", version=version, settings=Settings(sample_interval_s=10, **settings)), ledger=ledger)
    world.run_until(lambda: world.station.state.is_accepted)
    world.station.plug_in(1, Vehicle(VEHICLE_MODELS[2], soc=0.3))
    world.station.present_token(1, IdToken("ABC123"))
    world.run_until(lambda: world.station.state.is_charging)
    return world


def test_it_holds_what_the_csms_heard(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        world = evening(ledger)
        world.run_for(400)

    book = read_ledger(tmp_path / "ledger.jsonl")
    heard = {(end.transaction_id, end.meter_wh) for end in world.csms.of(TransactionEnd)}
    ended = [entry for entry in book.entries if entry.is_end_acknowledged]
    assert {(entry.transaction_id, str(entry.end_register_wh)) for entry in ended} == heard
    assert len(book.entries) == len(world.csms.of(TransactionStart)) == len(ledger.entries()) > 30
    assert all(entry.energy_wh == entry.end_register_wh - entry.start_register_wh >= 0 for entry in ended)
    assert book.header.stations == tuple(("default", f"SIM{number:04d}") for number in range(1, 7))
    assert (book.header.format, book.header.seed, book.header.url) == (FORMAT, "7", "ws://csms/ocpp")
    assert book.running == ()


def test_it_holds_every_acknowledged_reading(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        world = evening(ledger)
        world.run_for(400)

    book = read_ledger(tmp_path / "ledger.jsonl")
    messages = (world.csms.of(kind) for kind in (TransactionStart, TransactionUpdate, TransactionEnd, MeterValues))
    values = [value for said in messages for message in said for value in message.meter_values]
    heard = sorted((value.measured_at, import_register_wh(value)) for value in values)
    assert sorted((reading.at, reading.register_wh) for reading in book.readings) == heard
    assert sum(entry.readings_acknowledged for entry in book.entries) == len(heard) > 100


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_it_can_be_read_after_a_kill_within_a_line(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    evening(ledger).run_for(400)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(path.read_bytes()[:-cut])

    book = read_ledger(path)

    assert 1 + len(book.entries) + len(book.readings) + len([line for line in lines if b'"began"' in line]) >= (
        len(lines) - 1
    )
    assert book.running
    assert book.closed_at is None


def test_with_a_file_it_keeps_in_memory_only_what_is_not_final(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        evening(ledger).run_for(4000)

        assert len(ledger.entries()) > 300
        assert len(ledger._open) <= 12
        assert (ledger._final, ledger._order) == ({}, {})


@EVERY
def test_readings_that_were_not_acknowledged_are_counted_apart(tmp_path: Path, version: OcppVersion) -> None:
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        world = charging(version, ledger)
        world.run_for(25)
        world.csms.go_down()
        world.run_for(30)

    (entry,) = read_ledger(tmp_path / "ledger.jsonl").entries
    assert entry.readings_said >= entry.readings_acknowledged + 3
    assert entry.readings_acknowledged >= 2
    assert not entry.is_end_acknowledged


@EVERY
def test_an_end_that_the_csms_refuses_is_final_and_given_up(tmp_path: Path, version: OcppVersion) -> None:
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        world = charging(version, ledger, refusal_attempts=2, refusal_wait_s=1)
        world.csms.scripts[TransactionEnd] = lambda _: InternalError("no room")
        world.station.unplug(1)
        world.run_until(lambda: not world.station.state.outbox.has_facts)

        (entry,) = read_ledger(tmp_path / "ledger.jsonl").entries

    assert entry.given_up == {"TransactionEnd": 1}
    assert not entry.is_end_acknowledged


def test_readings_dropped_from_a_full_queue_are_given_up(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        world = charging(OcppVersion.V16, ledger, queued_facts=5)
        world.csms.go_down()
        world.run_for(100)

    (entry,) = read_ledger(tmp_path / "ledger.jsonl").entries
    assert entry.given_up["MeterValues"] >= 4


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "does not begin like a ledger"),
        (b'{"kind":"closed","at":"2026-01-01T00:00:00Z"}\n', "does not begin like a ledger"),
        (b"station,password\n", "line 1 is no line of a ledger"),
        (
            b'{"kind":"ledger","format":9,"seed":"1","url":"ws://c","began_at":"2026-01-01T00:00:00Z","stations":[]}\n',
            "format 9; this program reads format 1",
        ),
    ],
)
def test_a_file_that_is_no_ledger_is_refused_with_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(content)

    with pytest.raises(InvalidLedger, match=sentence):
        read_ledger(path)


def test_what_is_written_needs_no_close(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    charging(OcppVersion.V201, ledger)
    descriptor = ledger._file
    assert descriptor is not None

    (running,) = read_ledger(path).running

    assert (running.station_id, running.id_token) == ("A", "ABC123")
    os.close(descriptor)
