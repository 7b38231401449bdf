"""Refunds and credit notes by REST."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, status as http
from pydantic import BaseModel, Field

from backoffice.billing import credit_repository
from backoffice.billing.credits import Credits, shares_of_note
from backoffice.billing.domain import RefundState
from backoffice.billing.models import CreditNoteRow, RefundRow
from backoffice.billing.schemas import VatShareView
from backoffice.kit.bodies import Body
from backoffice.kit.guards import BillingReader, BillingWriter, InvoicesReader
from backoffice.kit.idempotency import IdempotencyKey, once
from backoffice.kit.numbers import PlainDecimal
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided

router = APIRouter(prefix="/billing", tags=["billing"])
CreditsDep = Annotated[Credits, Depends(provided(Credits))]


class NewRefund(Body):
    """What goes back, with VAT; all that was paid where no amount is named."""

    amount: PlainDecimal | None = Field(default=None, gt=0, max_digits=12)
    reason: str = Field(min_length=1, max_length=500)


class PaidByHand(Body):
    """How it was paid back."""

    note: str = Field(min_length=1, max_length=500)


class CreditNoteView(BaseModel):
    """What of an invoice is not owed after all. `issued_by`: an operator, or `sessions` where a CDR was wrong."""

    id: str
    number: int
    invoice_id: str
    driver_id: str | None
    currency: str
    vat: list[VatShareView]
    total_excl_vat: PlainDecimal
    total_incl_vat: PlainDecimal
    reason: str
    issued_by: str
    issued_at: datetime

    @classmethod
    def of(cls, row: CreditNoteRow) -> "CreditNoteView":
        """A row as it is shown."""
        return cls(
            id=row.id,
            number=row.number,
            invoice_id=row.invoice_id,
            driver_id=row.driver_id,
            currency=row.currency,
            vat=[VatShareView.of(share) for share in shares_of_note(row)],
            total_excl_vat=row.total_excl_vat,
            total_incl_vat=row.total_incl_vat,
            reason=row.reason,
            issued_by=row.issued_by,
            issued_at=row.issued_at,
        )


class RefundView(BaseModel):
    """What of a payment goes back. An operator has to pay what is `by_hand` or `failed`; `detail` says why.

    Without a credit note it is what a terminal took above what was due.
    """

    id: str
    invoice_id: str
    credit_note_id: str | None
    amount: PlainDecimal
    currency: str
    state: RefundState
    detail: str
    asked_at: datetime
    done_at: datetime | None

    @classmethod
    def of(cls, row: RefundRow) -> "RefundView":
        """A row as it is shown."""
        return cls(
            id=row.id,
            invoice_id=row.invoice_id,
            credit_note_id=row.credit_note_id,
            amount=row.amount,
            currency=row.currency,
            state=RefundState(row.state),
            detail=row.detail,
            asked_at=row.asked_at,
            done_at=row.done_at,
        )


class RefundRequest(NewRefund):
    """What is asked for, with the path's invoice, so that an Idempotency-Key means one invoice."""

    invoice_id: str


@router.post("/invoices/{invoice_id}/refunds", status_code=http.HTTP_201_CREATED)
async def refund_invoice(
    invoice_id: str, body: NewRefund, operator: BillingWriter, credits_: CreditsDep, key: IdempotencyKey
) -> CreditNoteView:
    """A credit note, and what was paid is on its way back: never more than was."""
    async with credits_.database.transaction(operator.tenant) as unit:

        async def refund() -> CreditNoteView:
            note = await credits_.refund(unit, invoice_id, body.amount, reason=body.reason, operator=operator.subject)
            return CreditNoteView.of(note)

        return await once(
            unit,
            scope=f"{operator.subject} refund",
            key=key,
            request=RefundRequest(invoice_id=invoice_id, amount=body.amount, reason=body.reason),
            now=credits_.clock(),
            view=CreditNoteView,
            act=refund,
        )


@router.get("/credit-notes")
async def list_credit_notes(
    principal: InvoicesReader,
    credits_: CreditsDep,
    invoice_id: str | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[CreditNoteView]:
    """A driver's own credit notes, or an operator's whole tenant's; the newest first."""
    driver_id = principal.driver_id
    async with credits_.database.transaction(principal.tenant) as unit:
        rows = await credit_repository.select_credit_notes(
            unit, driver_id=driver_id, invoice_id=invoice_id, cursor=cursor, limit=limit
        )
        return page_of(rows, limit=limit, view=CreditNoteView.of, key=lambda row: (row.issued_at, row.id))


@router.get("/credit-notes/{credit_note_id}")
async def read_credit_note(credit_note_id: str, principal: InvoicesReader, credits_: CreditsDep) -> CreditNoteView:
    """One credit note."""
    driver_id = principal.driver_id
    async with credits_.database.transaction(principal.tenant) as unit:
        return CreditNoteView.of(await credits_.find_credit_note(unit, credit_note_id, driver_id=driver_id))


@router.get("/refunds")
async def list_refunds(
    operator: BillingReader,
    credits_: CreditsDep,
    state: RefundState | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[RefundView]:
    """What goes back, the newest first."""
    async with credits_.database.transaction(operator.tenant) as unit:
        rows = await credit_repository.select_refunds(unit, state=state, cursor=cursor, limit=limit)
        return page_of(rows, limit=limit, view=RefundView.of, key=lambda row: (row.asked_at, row.id))


@router.post("/refunds/{refund_id}/paid-by-hand")
async def mark_paid_by_hand(
    refund_id: str, body: PaidByHand, operator: BillingWriter, credits_: CreditsDep
) -> RefundView:
    """It was paid back in another way: what a terminal had taken, or what the provider refused to give back."""
    async with credits_.database.transaction(operator.tenant) as unit:
        return RefundView.of(await credits_.pay_by_hand(unit, refund_id, note=body.note))
