"""The ledgers of workers become one that says what one process would have said."""

from pathlib import Path

import pytest

from simulator.clock import VirtualClock
from simulator.fleet import Fleet
from simulator.inventory import lay_out_stations, make_tokens
from simulator.ledger import InvalidLedger, Ledger, LedgerBook, read_ledger
from simulator.memory_csms import MemoryCsms, step
from simulator.plan import DriverPlan, FleetPlan, Settings
from simulator.share import WHOLE, Share
from simulator.workers.ledgers import merge_ledgers, part_of

SHARES = [Share(number, 3) for number in (1, 2, 3)]


def live(share: Share, path: Path, *, is_closed: bool = True) -> None:
    """The share's ledger of twenty minutes."""
    stations = lay_out_stations(7, ocpp="mixed", seed=5, settings=Settings(sample_interval_s=20))
    drivers = DriverPlan(tokens={"default": make_tokens(stations)}, session_s=(30, 90), arrival_s=30)
    clock = VirtualClock()
    csms = MemoryCsms(clock)
    with Ledger(path) as ledger:
        fleet = Fleet(
            FleetPlan(stations, drivers), url="ws://m", seed=5, ledger=ledger, clock=clock, network=csms, share=share
        )
        fleet.start()
        while step(fleet, csms, end_at=1200):
            pass
        ledger.close(fleet.instant if is_closed else None)


def facts(book: LedgerBook) -> tuple[object, ...]:
    """What the book says, whoever wrote first."""
    return (
        book.header,
        sorted(book.entries, key=lambda entry: entry.key),
        sorted(book.readings, key=lambda reading: (reading.station_id, reading.local_id, reading.at)),
        book.running,
        book.closed_at is not None,
    )


def test_merged_parts_say_what_one_process_says_in_the_order_of_time(tmp_path: Path) -> None:
    merged, parts = tmp_path / "merged.jsonl", [part_of(tmp_path / "merged.jsonl", share) for share in SHARES]
    live(WHOLE, tmp_path / "whole.jsonl")
    for share, part in zip(SHARES, parts, strict=True):
        live(share, part)

    merge_ledgers(parts, merged)

    book, whole = read_ledger(merged), read_ledger(tmp_path / "whole.jsonl")
    assert facts(book) == facts(whole)
    assert len(book.entries) > 20
    assert len(book.readings) > 50
    ended = [entry.ended_at for entry in book.entries if entry.is_end_acknowledged and entry.ended_at is not None]
    assert ended == sorted(ended)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["merged.jsonl", "whole.jsonl"]


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_part_whose_worker_died_leaves_the_whole_without_an_end(tmp_path: Path, is_closed: bool) -> None:
    merged, parts = tmp_path / "merged.jsonl", [part_of(tmp_path / "merged.jsonl", share) for share in SHARES]
    live(SHARES[0], parts[0])
    live(SHARES[1], parts[1], is_closed=is_closed)
    with parts[1].open("ab") as file:
        file.write(b'{"kind":"began","ten')
    parts[2].touch()

    merge_ledgers(parts, merged)

    book = read_ledger(merged)
    assert book.closed_at is None
    assert {station_id for _, station_id in book.header.stations} == {f"SIM000{number}" for number in range(1, 5)}
    assert not any(part.exists() for part in parts)


def test_workers_that_never_began_leave_no_ledger(tmp_path: Path) -> None:
    merge_ledgers([tmp_path / "a", tmp_path / "b"], tmp_path / "merged.jsonl")

    assert list(tmp_path.iterdir()) == []


def test_what_is_no_ledger_is_left_where_it_is(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(b'{"kind":"closed","at":"2026-01-01T00:00:00Z"}\n')

    with pytest.raises(InvalidLedger, match="does not begin like a ledger"):
        merge_ledgers([part], tmp_path / "merged.jsonl")

    assert part.exists()
