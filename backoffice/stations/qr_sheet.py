"""Labels with QR codes to print, cut out and stick to stations and parking bays: an SVG page of A4 with twelve."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

import segno

LABELS_PER_PAGE = 12
_COLUMNS, _ROWS = 3, 4
_PAGE_MM = (210, 297)
_CELL_MM = (64, 70)
_MARGIN_MM = ((_PAGE_MM[0] - _COLUMNS * _CELL_MM[0]) / 2, (_PAGE_MM[1] - _ROWS * _CELL_MM[1]) / 2)
_CODE_MM = 50
_QUIET_MODULES = 4  # ISO/IEC 18004 §6.3.8: or scanners miss the code
_TEXT_MM, _LETTER_WIDTH = 4.2, 0.6


class Label(NamedTuple):
    """What one label says: an address as a QR code, and two lines for people."""

    url: str
    title: str
    subtitle: str


def count_pages(labels: Sequence[Label]) -> int:
    """How many pages they fill; one where there are none."""
    return max(1, -(-len(labels) // LABELS_PER_PAGE))


def draw_page(labels: Sequence[Label], *, page: int) -> str:
    """The page of this number, from 1, as an SVG document in millimetres."""
    shown = labels[(page - 1) * LABELS_PER_PAGE : page * LABELS_PER_PAGE]
    width, height = _PAGE_MM
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" text-anchor="middle">'
    )
    return "\n".join([head, *(_drawn(label, place) for place, label in enumerate(shown)), "</svg>", ""])


def _drawn(label: Label, place: int) -> str:
    left = _MARGIN_MM[0] + place % _COLUMNS * _CELL_MM[0]
    top = _MARGIN_MM[1] + place // _COLUMNS * _CELL_MM[1]
    width, height = _CELL_MM
    # A quarter of the code may be scratched off (level Q), and it is still read.
    code = segno.make(label.url, error="q", micro=False, boost_error=False)
    scale = _CODE_MM / code.symbol_size(border=_QUIET_MODULES)[0]
    path = "".join(_runs_of(code))
    middle = width / 2
    return (
        f'<g transform="translate({left:g} {top:g})">'
        f'<rect width="{width}" height="{height}" fill="none" stroke="#bbb" stroke-width="0.1"/>'
        f'<path transform="translate({(width - _CODE_MM) / 2:g} 1) scale({scale:.5f})" d="{path}"/>'
        f'<text x="{middle:g}" y="56" font-size="{_size_of(label.title):g}" font-weight="bold">'
        f"{escape(label.title)}</text>"
        f'<text x="{middle:g}" y="62" font-size="{min(_size_of(label.subtitle), 3.2):g}">'
        f"{escape(label.subtitle)}</text></g>"
    )


def _runs_of(code: segno.QRCode) -> Iterator[str]:
    """The dark modules as rectangles of a row each, inside the quiet zone."""
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                yield f"M{x + _QUIET_MODULES} {y + _QUIET_MODULES}h{length}v1h-{length}z"
            x += max(length, 1)


def _size_of(text: str) -> float:
    """The size of letters at which the line fits into its cell."""
    return round(min(_TEXT_MM, (_CELL_MM[0] - 4) / (_LETTER_WIDTH * max(len(text), 1))), 2)
