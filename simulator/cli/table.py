"""A living fleet as a table by site, redrawn in its place. What it says is pure; only `Block` writes."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TextIO

from simulator.figures import SiteFigures
from simulator.fleet import FleetSummary
from simulator.traffic import Latencies, Traffic

_HEADS = ("stations", "online", "charging", "sessions", "kWh")
_COLUMN = 9
_LONGEST_SITE = 28
_BESIDE_SITES = 6  # the lines of the table that are no site's


def draw_table(
    sites: Sequence[SiteFigures],
    summary: FleetSummary,
    traffic: Traffic,
    *,
    elapsed_s: float,
    at: datetime | None,
    height: int,
    width: int,
) -> Sequence[str]:
    """The lines, none longer than `width` and no more than `height`; `at` is the time of a past day."""
    rows = [
        (one.site or "-", one.stations, one.online, one.charging, one.sessions_ended, one.energy_wh) for one in sites
    ]
    shown = rows if len(rows) <= height - _BESIDE_SITES else rows[: max(1, height - _BESIDE_SITES - 1)]
    total = ("all", summary.stations, summary.online, summary.charging, summary.sessions_ended, summary.energy_wh)
    name_width = min(_LONGEST_SITE, max(len(row[0]) for row in (*shown, total)))
    lines = [
        f"{_clock(elapsed_s)}{'' if at is None else f'   {at:%Y-%m-%d %H:%M}'}   {_say_traffic(traffic)}",
        f"{'site':<{name_width}}" + "".join(f"{head:>{_COLUMN}}" for head in _HEADS),
        *(_row(row, name_width) for row in shown),
    ]
    if len(shown) < len(rows):
        lines.append(f"… and {len(rows) - len(shown)} more sites")
    lines.append(_row(total, name_width))
    unconfirmed = summary.sessions_ended - summary.sessions_acknowledged
    notes = [f"{unconfirmed} ends not confirmed yet"] if unconfirmed else []
    notes += [f"{kind} {count}" for kind, count in sorted(traffic.faults.items())]
    if summary.last_failure and summary.online < summary.stations:
        notes.append(summary.last_failure)
    lines.append(" · ".join(notes))
    return [line[:width] for line in lines]


class Block:
    """Some lines of a terminal that are written again and again."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._height = 0

    def show(self, lines: Sequence[str]) -> None:
        """These lines stand where the last ones stood."""
        up = f"\x1b[{self._height}F" if self._height else "\r"
        self._out.write(up + "".join(f"\x1b[K{line}\n" for line in lines) + "\x1b[J")
        self._out.flush()
        self._height = len(lines)


def _row(row: tuple[str, int, int, int, int, int], name_width: int) -> str:
    name, *counts, energy_wh = row
    cells = (*map(str, counts), f"{energy_wh / 1000:.1f}")
    return f"{name[:name_width]:<{name_width}}" + "".join(f"{cell:>{_COLUMN}}" for cell in cells)


def _say_traffic(traffic: Traffic) -> str:
    everything = Latencies()
    for latencies in traffic.answered.values():
        everything.add(latencies)
    failed = traffic.refused.total() + traffic.silent.total()
    return (
        f"{everything.count} answers, p50 {everything.quantile_s(0.5) * 1000:.0f} ms, "
        f"p99 {everything.quantile_s(0.99) * 1000:.0f} ms, {failed} failed"
    )


def _clock(elapsed_s: float) -> str:
    minutes, seconds = divmod(int(elapsed_s), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
