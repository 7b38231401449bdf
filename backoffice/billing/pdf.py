"""A document as PDF: A4, one font that comes with a wheel and has Latin, Greek and Cyrillic letters."""

from pathlib import Path

import fontpkg_noto_sans
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from backoffice.billing.documents import Document, Table

_FONT = "noto"
_FONT_FILE = Path(fontpkg_noto_sans.__file__).parent / "files" / "NotoSans[wdth,wght].ttf"
_MARGIN_MM = 18
_LINE_MM = 5
_TITLE_PT, _TEXT_PT, _SMALL_PT = 18, 9, 8
_GREY = 110


def render(document: Document) -> bytes:
    """The document; the same for the same document."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(document.issued_at)
    pdf.set_title(document.title)
    pdf.set_margin(_MARGIN_MM)
    pdf.set_auto_page_break(True, margin=_MARGIN_MM)
    pdf.add_font(_FONT, fname=_FONT_FILE)
    pdf.add_page()
    _head(pdf, document)
    for table in document.tables:
        _table(pdf, table)
    for label, amount in document.sums:
        _row(pdf, (label, amount), (75, 25), size=_TEXT_PT)
    pdf.ln(_LINE_MM)
    pdf.set_font(_FONT, size=_SMALL_PT)
    for note in document.notes:
        pdf.multi_cell(0, _LINE_MM, note, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(pdf.output())


def _head(pdf: FPDF, document: Document) -> None:
    pdf.set_font(_FONT, size=_SMALL_PT)
    for lines in (document.seller, document.buyer):
        for line in lines:
            pdf.multi_cell(0, _LINE_MM - 1, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if lines:
            pdf.ln(_LINE_MM)
    pdf.set_font(_FONT, size=_TITLE_PT)
    pdf.multi_cell(0, 2 * _LINE_MM, document.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(2)
    pdf.set_font(_FONT, size=_TEXT_PT)
    for name, value in document.facts:
        pdf.set_text_color(_GREY)
        pdf.cell(32, _LINE_MM, name)
        pdf.set_text_color(0)
        pdf.multi_cell(0, _LINE_MM, value, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(_LINE_MM)


def _table(pdf: FPDF, table: Table) -> None:
    pdf.set_text_color(_GREY)
    _row(pdf, table.header, table.widths, size=_SMALL_PT)
    pdf.set_text_color(0)
    pdf.line(pdf.l_margin, pdf.get_y(), pdf.w - pdf.r_margin, pdf.get_y())
    for row in table.rows:
        _row(pdf, row, table.widths, size=_TEXT_PT)
    pdf.ln(_LINE_MM)


def _row(pdf: FPDF, cells: tuple[str, ...], widths: tuple[int, ...], *, size: int) -> None:
    """The first cell to the left, the others to the right."""
    pdf.set_font(_FONT, size=size)
    for number, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        pdf.cell(pdf.epw * width / 100, _LINE_MM, cell, align="R" if number else "L")
    pdf.ln(_LINE_MM)
