"""Lines over time as an inline SVG, on a scale of one's own."""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 640, 120
_LEFT, _FOOT, _TOP = 46, 16, 6

Point = tuple[float, float]
"""Seconds since the beginning, and a value."""


def draw_lines(lines: Sequence[tuple[str, Sequence[Point]]], *, title: str, unit: str, is_log: bool) -> str:
    """An SVG with one polyline for each of `lines`, whose name is its class; nothing where there is no point."""
    points = [point for _, line in lines for point in line]
    if not points:
        return ""
    last_s = max(1.0, *(at_s for at_s, _ in points))
    low, high = _bounds([value for _, value in points], is_log=is_log)

    def x(at_s: float) -> float:
        return _LEFT + at_s / last_s * (WIDTH - _LEFT)

    def y(value: float) -> float:
        share = (_scaled(value, is_log=is_log) - low) / (high - low)
        return _TOP + HEIGHT * (1 - min(1.0, max(0.0, share)))

    drawn = [
        f'<polyline class="{escape(name, quote=True)}" points="'
        f'{" ".join(f"{x(at_s):.1f},{y(value):.1f}" for at_s, value in line)}"/>'
        for name, line in lines
        if line
    ]
    ticks = [
        f'<line x1="{_LEFT}" x2="{WIDTH}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        f'<text class="y" x="{_LEFT - 4}" y="{y(value) + 3:.1f}">{value:,.6g} {escape(unit)}</text>'
        for value in _ticks(low, high, is_log=is_log)
    ]
    ticks += [
        f'<text x="{x(share * last_s):.1f}" y="{_TOP + HEIGHT + 12}" class="x">{share * last_s:.0f} s</text>'
        for share in (0.25, 0.5, 0.75)
    ]
    size = f'viewBox="0 0 {WIDTH} {_TOP + HEIGHT + _FOOT}" width="{WIDTH}" height="{_TOP + HEIGHT + _FOOT}"'
    return (
        f'<svg {size} role="img" aria-label="{escape(title, quote=True)}">'
        f'<g class="ticks">{"".join(ticks)}</g><g class="lines">{"".join(drawn)}</g></svg>'
    )


def _bounds(values: Sequence[float], *, is_log: bool) -> tuple[float, float]:
    if not is_log:
        return 0.0, max(1.0, *values) * 1.05
    scaled = [_scaled(value, is_log=True) for value in values]
    low = floor(min(scaled))
    return float(low), float(max(ceil(max(scaled)), low + 1))


def _scaled(value: float, *, is_log: bool) -> float:
    return log10(max(value, 1.0)) if is_log else value


def _ticks(low: float, high: float, *, is_log: bool) -> list[float]:
    if is_log:
        return [10.0**power for power in range(round(low), round(high) + 1)]
    step = 10.0 ** floor(log10(high))
    step = step / 5 if high / step < 2 else step / 2 if high / step < 5 else step
    return [number * step for number in range(floor(high / step) + 1)]
