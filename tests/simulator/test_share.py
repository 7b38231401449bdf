"""A fleet in several processes is the fleet of one: the same stations, drivers, faults and frames."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from simulator.clock import VirtualClock
from simulator.errors import InvalidPlan
from simulator.faults.kinds import Fault, FaultKind
from simulator.fleet import Fleet
from simulator.frame_log import FrameLogs, LoggingCsms
from simulator.inventory import lay_out_stations, make_tokens
from simulator.ledger import LedgerEntry
from simulator.memory_csms import step
from simulator.plan import DriverPlan, FleetPlan, PlannedFault
from simulator.share import WHOLE, Share


@given(st.lists(st.integers(), max_size=50), st.integers(min_value=1, max_value=12))
def test_parts_make_the_whole_in_its_order_and_are_of_one_size(items: list[int], count: int) -> None:
    parts = [Share(number, count).of(items) for number in range(1, count + 1)]

    assert [item for part in parts for item in part] == items
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert WHOLE.of(items) == items


def test_a_part_is_read_as_it_is_written() -> None:
    assert Share.read(str(Share(2, 3))) == Share(2, 3)
    for text in ("0/2", "3/2", "1/0"):
        with pytest.raises(InvalidPlan, match="there is no part"):
            Share.read(text)


def live(share: Share, folder: Path) -> tuple[dict[str, bytes], list[LedgerEntry]]:
    """The frames of each station of the share, and what it delivered, in twenty minutes with faults."""
    stations = lay_out_stations(7, ocpp="mixed", seed=5)
    plan = FleetPlan(
        stations,
        DriverPlan(tokens={"default": make_tokens(stations)}, session_s=(30, 90), arrival_s=30),
        faults=(PlannedFault(Fault(FaultKind.POWER_CUT, begins_s=300, lasts_s=60), share=0.4),),
    )
    clock = VirtualClock()
    with FrameLogs(folder) as logs:
        csms = LoggingCsms(logs, clock=clock)
        fleet = Fleet(plan, url="ws://memory", seed=5, clock=clock, network=csms, share=share)
        fleet.start()
        while step(fleet, csms, end_at=1200):
            pass
    return {path.name: path.read_bytes() for path in folder.iterdir()}, list(fleet.ledger.entries())


def test_stations_in_three_processes_say_and_deliver_what_they_do_in_one(tmp_path: Path) -> None:
    whole_frames, whole_entries = live(WHOLE, tmp_path / "whole")

    parts = [live(Share(number, 3), tmp_path / str(number)) for number in (1, 2, 3)]

    assert [len(frames) for frames, _ in parts] == [2, 2, 3]
    assert {name: text for frames, _ in parts for name, text in frames.items()} == whole_frames
    entries = sorted((entry for _, part in parts for entry in part), key=lambda entry: entry.key)
    assert entries == sorted(whole_entries, key=lambda entry: entry.key)
    assert len(entries) > 20
    assert any(entry.stopped_reason == "PowerLoss" for entry in entries)
