"""Latencies as an inline SVG: a bar for each bucket, on a logarithmic axis of time."""

from collections.abc import Sequence
from math import floor, frexp, ldexp, log10

_WIDTH, _HEIGHT, _FOOT = 320, 72, 14
_PARTS_OF_UNIT = 16  # a bucket is an eighth of its octave, whose mantissas go from a half to one
_TICKS_S = {
    0.00001: "10 µs",
    0.0001: "100 µs",
    0.001: "1 ms",
    0.01: "10 ms",
    0.1: "100 ms",
    1: "1 s",
    10: "10 s",
    100: "100 s",
}


def draw_histogram(buckets: Sequence[tuple[float, int]], *, title: str) -> str:
    """An SVG of pairs of upper edge in seconds and count; nothing for none. `title` is text for readers of screens."""
    if not buckets:
        return ""
    low = floor(log10(min(_lower_edge_s(upper_s) for upper_s, _ in buckets)) * 2) / 2
    high = max(log10(max(upper_s for upper_s, _ in buckets)), low + 0.5)
    highest = max(count for _, count in buckets)

    def x(seconds: float) -> float:
        return (log10(seconds) - low) / (high - low) * _WIDTH

    bars = []
    for upper_s, count in buckets:
        left, right, height = x(_lower_edge_s(upper_s)), x(upper_s), max(1.0, count / highest * _HEIGHT)
        label = f"up to {upper_s * 1000:.3g} ms: {count}"
        bars.append(
            f'<rect x="{left:.1f}" y="{_HEIGHT - height:.1f}" width="{max(right - left - 0.5, 0.7):.1f}" '
            f'height="{height:.1f}"><title>{label}</title></rect>'
        )
    ticks = [
        f'<line x1="{x(at_s):.1f}" x2="{x(at_s):.1f}" y1="0" y2="{_HEIGHT}"/>'
        f'<text x="{x(at_s):.1f}" y="{_HEIGHT + 11}">{name}</text>'
        for at_s, name in _TICKS_S.items()
        if low <= log10(at_s) <= high
    ]
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT + _FOOT}" width="{_WIDTH}" height="{_HEIGHT + _FOOT}" role="img" '
        f'aria-label="{title}"><g class="ticks">{"".join(ticks)}</g><g class="bars">{"".join(bars)}</g></svg>'
    )


def _lower_edge_s(upper_s: float) -> float:
    mantissa, exponent = frexp(upper_s)
    # An upper edge at a power of two closes the octave below it.
    octave = exponent - 1 if mantissa == 0.5 else exponent
    return max(upper_s - ldexp(1 / _PARTS_OF_UNIT, octave), upper_s / 2)
