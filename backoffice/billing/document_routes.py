"""Documents as PDF, by REST."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from backoffice.billing import repository
from backoffice.billing.credits import Credits
from backoffice.billing.documents import (
    Document,
    credit_note_document,
    invoice_document,
    month_document,
    statement_document,
)
from backoffice.billing.schemas import PaymentView
from backoffice.billing.service import Billing, Receipt
from backoffice.billing.statements import Statements
from backoffice.kit.auth import Driver
from backoffice.kit.database import Unit
from backoffice.kit.guards import BillingReader, InvoicesReader
from backoffice.kit.service import provided

router = APIRouter(prefix="/billing", tags=["billing"])
BillingDep = Annotated[Billing, Depends(provided(Billing))]
CreditsDep = Annotated[Credits, Depends(provided(Credits))]
StatementsDep = Annotated[Statements, Depends(provided(Statements))]


class PdfResponse(Response):
    """A PDF."""

    media_type = "application/pdf"


@router.get("/invoices/{invoice_id}/pdf", response_class=PdfResponse)
async def print_invoice(invoice_id: str, principal: InvoicesReader, billing: BillingDep) -> Response:
    """The invoice on paper."""
    async with billing.database.transaction(principal.tenant) as unit:
        invoice = await billing.find_invoice(unit, invoice_id, driver_id=principal.driver_id)
        document = invoice_document(invoice)
    return await _answer(document, f"invoice-{invoice.number}")


@router.get("/receipts/{session_id}/pdf", response_class=PdfResponse)
async def print_receipt(session_id: str, principal: InvoicesReader, billing: BillingDep) -> Response:
    """The invoice on paper, with what paid it."""
    async with billing.database.snapshot(principal.tenant) as unit:
        receipt = await billing.find_receipt(unit, session_id, driver_id=principal.driver_id)
    return await _answer(
        invoice_document(receipt.invoice, paid_by=_paid_by(receipt)), f"receipt-{receipt.invoice.number}"
    )


@router.get("/credit-notes/{credit_note_id}/pdf", response_class=PdfResponse)
async def print_credit_note(credit_note_id: str, principal: InvoicesReader, credits_: CreditsDep) -> Response:
    """The credit note on paper."""
    async with credits_.database.transaction(principal.tenant) as unit:
        note = await credits_.find_credit_note(unit, credit_note_id, driver_id=principal.driver_id)
        invoice = await repository.find_invoice(unit, note.invoice_id)
        assert invoice is not None
        document = credit_note_document(note, invoice)
    return await _answer(document, f"credit-note-{note.number}")


@router.get("/statements/{statement_id}/pdf", response_class=PdfResponse)
async def print_statement(statement_id: str, principal: InvoicesReader, statements: StatementsDep) -> Response:
    """A closed month of a driver on account on paper: what is to be paid by bank."""
    async with statements.database.transaction(principal.tenant) as unit:
        row, invoices = await statements.read_closed(unit, statement_id, driver_id=principal.driver_id)
        document = statement_document(row, invoices)
    return await _answer(document, f"statement-{row.number}")


@router.get("/months/{month}/pdf", response_class=PdfResponse)
async def print_own_month(month: str, driver: Driver, statements: StatementsDep) -> Response:
    """The driver's own month on paper."""
    async with statements.database.snapshot(driver.tenant) as unit:
        document = await _month(unit, statements, driver.subject, month)
    return await _answer(document, f"statement-{month}")


@router.get("/drivers/{driver_id}/months/{month}/pdf", response_class=PdfResponse)
async def print_month(driver_id: str, month: str, operator: BillingReader, statements: StatementsDep) -> Response:
    """A driver's month on paper, for operators."""
    async with statements.database.snapshot(operator.tenant) as unit:
        document = await _month(unit, statements, driver_id, month)
    return await _answer(document, f"statement-{month}")


async def _month(unit: Unit, statements: Statements, driver_id: str, month: str) -> Document:
    return month_document(await statements.read(unit, driver_id, month), printed_at=statements.clock())


def _paid_by(receipt: Receipt) -> Sequence[tuple[datetime, str, Decimal]]:
    return [(row.paid_at, PaymentView.of(row, method).card, row.amount) for row, method in receipt.payments]


async def _answer(document: Document, name: str) -> Response:
    content = await asyncio.to_thread(_print, document)
    return PdfResponse(content, headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


def _print(document: Document) -> bytes:
    """Beside the loop: a font takes its time, and so does the library, which nobody loads who prints nothing."""
    from backoffice.billing.pdf import render

    return render(document)
