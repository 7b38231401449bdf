"""What invoices, receipts, credit notes and monthly statements say on paper: plain functions of rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import msgspec

from backoffice.billing.credits import shares_of_note
from backoffice.billing.ledger import shares_of_invoice
from backoffice.billing.models import CreditNoteRow, InvoiceRow, StatementRow
from backoffice.billing.postings import plain_rate
from backoffice.billing.shares import Share
from backoffice.billing.statements import MonthlyStatement
from backoffice.billing.taxation import Party
from backoffice.contracts.sessions import PriceLine

REVERSE_CHARGE = "Reverse charge: the recipient owes the VAT (Article 196 of Directive 2006/112/EC)."

_WH_PER_KWH = 1000
_DIMENSIONS = {
    "ENERGY": "Energy",
    "TIME": "Charging time",
    "PARKING_TIME": "Parking time",
    "RESERVATION": "Reservation",
    "RESERVATION_EXPIRES": "Reservation that nobody came to",
    "FLAT": "Flat fee",
    "MIN_PRICE": "Up to the least price",
    "MAX_PRICE": "Down to the highest price",
    "DISCOUNT": "Discount",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; the first column is text, the others are numbers. `widths` are parts of the page."""

    header: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Document:
    """One document: a title, who sells and buys, what it is about, tables, sums and notes."""

    title: str
    issued_at: datetime
    facts: Sequence[tuple[str, str]]
    tables: Sequence[Table]
    sums: Sequence[tuple[str, str]]
    seller: Sequence[str] = ()
    buyer: Sequence[str] = ()
    notes: Sequence[str] = field(default=())


def invoice_document(invoice: InvoiceRow, *, paid_by: Sequence[tuple[datetime, str, Decimal]] = ()) -> Document:
    """The invoice; with what paid it, a receipt, whose sums add up to what is still due."""
    lines = msgspec.convert(invoice.lines, list[PriceLine])
    sums = [
        ("Total without VAT", _money(invoice.total_excl_vat, invoice.currency)),
        ("VAT", _money(invoice.total_incl_vat - invoice.total_excl_vat, invoice.currency)),
        ("Total", _money(invoice.total_incl_vat, invoice.currency)),
    ]
    if invoice.credited:
        sums.append(("Credited", _money(-invoice.credited, invoice.currency)))
    sums += [(f"Paid {_day(at)}, {how}", _money(-amount, invoice.currency)) for at, how, amount in paid_by]
    if paid_by and invoice.refunded:
        sums.append(("Paid back, or on its way", _money(invoice.refunded, invoice.currency)))
    if paid_by:
        sums.append(("Still due", _money(max(invoice.due, Decimal(0)), invoice.currency)))
    return Document(
        title=f"{'Receipt for invoice' if paid_by else 'Invoice'} {invoice.number}",
        issued_at=invoice.issued_at,
        facts=_facts_of(invoice),
        tables=(_lines_table(lines), _vat_table(shares_of_invoice(invoice))),
        sums=sums,
        seller=_party(invoice.seller),
        buyer=_party(invoice.buyer),
        notes=(REVERSE_CHARGE,) if invoice.is_reverse_charge else (),
    )


def credit_note_document(note: CreditNoteRow, invoice: InvoiceRow) -> Document:
    """The credit note, with the invoice that it is of."""
    return Document(
        title=f"Credit note {note.number}",
        issued_at=note.issued_at,
        facts=(
            ("Issued", _day(note.issued_at)),
            ("Credits invoice", f"{invoice.number} of {_day(invoice.issued_at)}"),
            ("Reason", note.reason),
        ),
        tables=(_vat_table(shares_of_note(note)),),
        sums=(
            ("Credited without VAT", _money(note.total_excl_vat, note.currency)),
            ("VAT", _money(note.total_incl_vat - note.total_excl_vat, note.currency)),
            ("Credited", _money(note.total_incl_vat, note.currency)),
        ),
        seller=_party(invoice.seller),
        buyer=_party(invoice.buyer),
        notes=(REVERSE_CHARGE,) if invoice.is_reverse_charge else (),
    )


def statement_document(statement: StatementRow, invoices: Sequence[InvoiceRow]) -> Document:
    """A closed month on account: its invoices, and what is to be paid of them."""
    rows = [
        (
            f"Invoice {one.number} ({one.kind})",
            _day(one.ended_at),
            f"{one.total_incl_vat}",
            f"{one.credited if one.credited else abs(one.credited)}",
            f"{max(one.due, Decimal(0))}",
        )
        for one in invoices
    ]
    table = Table(("What", "Day", "Billed", "Credited", "Due"), (40, 15, 15, 15, 15), rows)
    due = sum((max(one.due, Decimal(0)) for one in invoices), Decimal(0))
    facts = [("Issued", _day(statement.issued_at)), ("Month", statement.month), ("Driver", statement.driver_id)]
    if statement.paid_at is not None:
        facts.append(("Paid", _day(statement.paid_at)))
    return Document(
        title=f"Statement {statement.number}",
        issued_at=statement.issued_at,
        facts=facts,
        tables=(table,),
        sums=(
            ("Total at its issue", _money(statement.total_incl_vat, statement.currency)),
            ("To be paid", _money(due, statement.currency)),
        ),
        seller=_party(invoices[-1].seller) if invoices else (),
        buyer=_party(invoices[-1].buyer) if invoices else (),
    )


def month_document(statement: MonthlyStatement, *, printed_at: datetime) -> Document:
    """A driver's month."""
    content = statement.content
    rows = sorted(
        [
            *((_day(one.issued_at), f"Invoice {one.number} ({one.kind})", _amount_of(one)) for one in content.invoices),
            *((_day(one.issued_at), f"Credit note {one.number}", _amount_of(one)) for one in content.credit_notes),
            *((_day(one.paid_at), "Payment", _money(-one.amount, one.currency)) for one in content.payments),
            *(
                (_day(one.done_at or one.asked_at), "Paid back", _money(one.amount, one.currency))
                for one in content.refunds
            ),
        ]
    )
    table = Table(("What", "Day", "Amount"), (60, 20, 20), [(what, day, amount) for day, what, amount in rows])
    sums = [
        line
        for one in statement.totals
        for line in (
            ("Owed before", _money(one.owed_before, one.currency)),
            ("Billed", _money(one.billed, one.currency)),
            ("Credited", _money(-one.credited, one.currency)),
            ("Paid", _money(-one.paid, one.currency)),
            ("Paid back", _money(one.paid_back, one.currency)),
            ("Written off", _money(-one.written_off, one.currency)),
            ("Owed after", _money(one.owed_after, one.currency)),
        )
    ]
    last = content.invoices[-1] if content.invoices else None
    return Document(
        title=f"Statement {statement.month}",
        issued_at=printed_at,
        facts=(("Driver", statement.driver_id), ("As of", _day(printed_at))),
        tables=(table,),
        sums=sums,
        seller=_party(last.seller) if last else (),
        buyer=_party(last.buyer) if last else (),
    )


def _amount_of(row: InvoiceRow | CreditNoteRow) -> str:
    """What is owed more by an invoice, and less by a credit note."""
    return _money(row.total_incl_vat if isinstance(row, InvoiceRow) else -row.total_incl_vat, row.currency)


def _facts_of(invoice: InvoiceRow) -> list[tuple[str, str]]:
    facts = [("Issued", _day(invoice.issued_at)), ("For", _place_of(invoice))]
    facts.append(("From", f"{invoice.started_at:%Y-%m-%d %H:%M} to {invoice.ended_at:%Y-%m-%d %H:%M} UTC"))
    if invoice.energy_wh is not None:
        facts.append(("Energy", f"{invoice.energy_wh / _WH_PER_KWH:.3f} kWh"))
    facts.append(("Reference", invoice.session_id))
    return facts


def _place_of(invoice: InvoiceRow) -> str:
    station = f"station {invoice.station_id}, EVSE {invoice.evse}" if invoice.station_id else ""
    bay = f"parking bay {invoice.bay_id}" if invoice.bay_id else ""
    return f"{invoice.kind}, " + ", ".join(part for part in (station, bay) if part)


def _lines_table(lines: Sequence[PriceLine]) -> Table:
    rows = [
        (
            _DIMENSIONS.get(line.dimension, line.dimension),
            f"{_plain(line.quantity)} {line.unit}".strip(),
            _plain(line.unit_price),
            f"{line.amount_excl_vat:.4f}",
            f"{plain_rate(line.vat_percent)} %",
            f"{line.amount_incl_vat:.4f}",
        )
        for line in lines
    ]
    return Table(("What", "Quantity", "Price", "Without VAT", "VAT", "With VAT"), (30, 18, 13, 14, 10, 15), rows)


def _vat_table(shares: Sequence[Share]) -> Table:
    rows = [
        (f"{plain_rate(share.vat_percent)} %", f"{share.excl_vat}", f"{share.vat}", f"{share.incl_vat}")
        for share in shares
    ]
    return Table(("VAT rate", "Without VAT", "VAT", "With VAT"), (40, 20, 20, 20), rows)


def _party(party: object) -> tuple[str, ...]:
    if party is None:
        return ()
    found = msgspec.convert(party, Party)
    lines = (found.name, found.street, f"{found.postal_code} {found.city}", found.country)
    return (*lines, f"VAT number {found.vat_number}") if found.vat_number else lines


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount if amount else abs(amount)} {currency}"


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
