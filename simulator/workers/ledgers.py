"""The ledgers of several workers as one.

Invariants:
1. Every line of every part is in the whole, once, but for headers and ends, of which the whole has one.
2. The lines of one part keep their order; which part goes on first, their instants say.
3. The whole has an end where every part has one.
"""

import heapq
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

import msgspec

from simulator.ledger import (
    FORMAT,
    Began,
    Closed,
    Header,
    InvalidLedger,
    LedgerEntry,
    Line,
    read_lines,
)
from simulator.parking.records import Parked, StayEntry
from simulator.share import Share

_UNFINISHED = ".merging"


def part_of(path: Path, share: Share) -> Path:
    """Where a worker writes its own."""
    return path.with_name(f"{path.name}.{share.number}-of-{share.count}")


def merge_ledgers(parts: Sequence[Path], whole: Path) -> None:
    """The whole is written, and the parts are gone. A part without a line is one whose worker never began.

    Raises InvalidLedger, OSError; then the parts are as they were.
    """
    begun = [part for part in parts if part.exists() and part.stat().st_size > 0]
    headers = [_header(part) for part in begun]
    if headers:
        unfinished = whole.with_name(whole.name + _UNFINISHED)
        with unfinished.open("wb") as file:
            for line in _merge(begun, headers, ends_wanted=len(parts)):
                file.write(msgspec.json.encode(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(whole)
    for part in parts:
        part.unlink(missing_ok=True)


def _merge(parts: Sequence[Path], headers: Sequence[Header], *, ends_wanted: int) -> Iterator[Line]:
    first = headers[0]
    yield Header(
        format=FORMAT,
        seed=first.seed,
        url=first.url,
        began_at=min(header.began_at for header in headers),
        stations=tuple(station for header in headers for station in header.stations),
        bays=tuple(bay for header in headers for bay in header.bays),
    )
    ends: list[datetime] = []
    for line in heapq.merge(*(islice(read_lines(part), 1, None) for part in parts), key=_instant):
        if isinstance(line, Closed):
            ends.append(line.at)
        else:
            yield line
    if len(ends) == ends_wanted:
        yield Closed(max(ends))


def _instant(line: Line) -> datetime:
    if isinstance(line, Header):
        return line.began_at
    if isinstance(line, Began):
        return line.started_at
    if isinstance(line, Parked):
        return line.arrived_at
    if isinstance(line, StayEntry):
        return line.left_at or line.arrived_at
    if isinstance(line, LedgerEntry):
        return line.ended_at or line.started_at
    return line.at


def _header(part: Path) -> Header:
    line = next(read_lines(part), None)
    if not isinstance(line, Header):
        raise InvalidLedger(f"{part} does not begin like a ledger")
    return line
