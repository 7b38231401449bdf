"""The log of a case as a sequence chart: the station left, the CSMS right, time down the side."""

import json
import textwrap
from collections.abc import Sequence
from html import escape

from simulator.conformance.log import Heading, Record

_WIDTH = 92
_ROW, _LEFT, _RIGHT, _FULL = 34, 90, 810, 900
_SHORT = 400
_TEXT = 100


def draw_text(records: Sequence[Record], *, width: int = _WIDTH) -> str:
    """Plain text: a frame is an arrow under its words, which are spaced, wrapped, and cut where they are endless."""
    inner = width - 14
    several = len({record.station for record in records if record.station}) > 1
    lines = [f"{'':>8}  station{'CSMS':>{inner - 5}}"]
    for record in records:
        words = _shorten(_space(record.text)) if record.heading is not Heading.NOTE else f"-- {record.text} --"
        if several and record.station:
            words = f"[{record.station}] {words}"
        at = f"{record.at_s:8.3f}"
        for line in textwrap.wrap(words, inner - 2, break_on_hyphens=False) or [""]:
            lines.append(f"{at}  | {line:<{inner - 2}} |")
            at = " " * 8
        if record.heading is Heading.TO_CSMS:
            lines.append(f"{at}  |{'-' * (inner - 1)}>|")
        elif record.heading is Heading.TO_STATION:
            lines.append(f"{at}  |<{'-' * (inner - 1)}|")
    return "\n".join(lines)


def draw_svg(records: Sequence[Record]) -> str:
    """The same as a picture; a frame's whole text is its title."""
    height = 40 + _ROW * len(records)
    parts = [
        f'<svg class="chart" viewBox="0 0 {_FULL} {height}" role="img" width="100%">',
        f'<text x="{_LEFT}" y="16" class="end">station</text><text x="{_RIGHT}" y="16" class="end">CSMS</text>',
        *(f'<line class="life" x1="{x}" y1="22" x2="{x}" y2="{height}"/>' for x in (_LEFT, _RIGHT)),
    ]
    for number, record in enumerate(records):
        y = 58 + _ROW * number
        parts.append(f'<g><title>{escape(record.text)}</title><text x="4" y="{y}">{record.at_s:.3f}</text>')
        middle = (_LEFT + _RIGHT) // 2
        words = escape(textwrap.shorten(_name(record), _TEXT, placeholder=" …"))
        if record.heading is Heading.NOTE:
            parts.append(f'<text class="note" x="{middle}" y="{y}">{words}</text></g>')
            continue
        start, end = (_LEFT, _RIGHT) if record.heading is Heading.TO_CSMS else (_RIGHT, _LEFT)
        back = end - 8 if end > start else end + 8
        parts.append(
            f'<text class="words" x="{middle}" y="{y - 5}">{words}</text>'
            f'<line class="frame" x1="{start}" y1="{y}" x2="{end}" y2="{y}"/>'
            f'<path class="head" d="M {back} {y - 4} L {end} {y} L {back} {y + 4}"/></g>'
        )
    return "".join([*parts, "</svg>"])


def _name(record: Record) -> str:
    """A CALL by its action, an answer by what it says."""
    if record.heading is Heading.NOTE:
        return record.text
    try:
        frame = json.loads(record.text)
    except ValueError:
        return record.text
    return (
        " ".join(part if isinstance(part, str) else json.dumps(part) for part in frame[2:])
        if (isinstance(frame, list) and len(frame) > 2)
        else record.text
    )


def _space(text: str) -> str:
    """JSON with spaces, where lines can be broken; other text as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def _shorten(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}… ({len(text)} characters)"
