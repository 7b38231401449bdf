"""Credit notes: what of an invoice is not owed after all, and what goes back of what was paid.

Invariants:
1. A credit note has a number without gaps in a series of its own, and reverses revenue and VAT at the invoice's rates;
   all of an invoice's together never credit more than it.
2. Never more goes back than was paid: the invoice is locked while it is decided, and what is on its way counts.
3. Money goes back where it came from: cards by their provider, prepaid cards to their balance in the same transaction.
   What a station's terminal took is paid back by hand, and so is what a provider refuses to pay back.
4. A session's credit waits until nobody collects its invoice any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backoffice.billing import credit_repository, ledger_repository, postings, repository
from backoffice.billing.credit_repository import Refundable
from backoffice.billing.domain import INVOICE, REFUND, InvoiceState, InvoiceTrigger, RefundState, RefundTrigger
from backoffice.billing.errors import (
    CreditNoteNotFound,
    InvoiceNotFound,
    MoreThanWasPaid,
    RefundNotByHand,
    RefundNotFound,
)
from backoffice.billing.ledger import post, shares_of_invoice
from backoffice.billing.models import CreditNoteRow, InvoiceRow, RefundRow, SessionCreditRow
from backoffice.billing.postings import About
from backoffice.billing.prepaid import PrepaidAccounts
from backoffice.billing.shares import Share, less, part_of
from backoffice.contracts.billing import CreditNoteIssued
from backoffice.contracts.sessions import SessionCredited
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.workers import try_each
from protocol.bus.envelope import event_id, unique_event_id
from protocol.domain.identifiers import TenantId
from protocol.domain.money import Money

BY_SESSIONS = "sessions"
"""Who issued the credit notes of credited CDRs."""

_CREDITS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Crediting:
    """What a credit note is to be: `amount` is credited, and `back` of it goes back."""

    note_id: str
    amount: Decimal
    back: Decimal
    reason: str
    by: str


class Credits:
    """Issues credit notes, and decides what goes back by which way."""

    def __init__(self, database: Database, *, prepaid: PrepaidAccounts, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._prepaid = prepaid

    async def note_session(self, unit: Unit, event: SessionCredited) -> None:
        """The session's invoice will be credited whole, whichever of the two is there first."""
        await credit_repository.save_session_credit(
            unit, credit_id=event.credit_id, session_id=event.session_id, reason=event.reason, now=self.clock()
        )

    async def credit_sessions(self) -> None:
        """Every credited session whose invoice nobody collects has its credit note, and what was paid goes back."""
        async with self.database.transaction(ALL_TENANTS) as unit:
            waiting = await credit_repository.select_session_credits(unit, limit=_CREDITS_AT_ONCE)
        await try_each(waiting, self._credit_session)

    async def refund(
        self, unit: Unit, invoice_id: str, amount: Decimal | None, *, reason: str, operator: str
    ) -> CreditNoteRow:
        """That much of what was paid goes back, or all of it, with a credit note.

        Raises InvoiceNotFound, MoreThanWasPaid.
        """
        invoice = await repository.find_invoice(unit, invoice_id)
        if invoice is None:
            raise InvoiceNotFound(invoice_id)
        left = Money(min(invoice.paid - invoice.refunded, invoice.total_incl_vat - invoice.credited), invoice.currency)
        wanted = left if amount is None else Money(amount, invoice.currency)
        if not 0 < wanted.amount <= left.amount or wanted.rounded().amount != wanted.amount:
            raise MoreThanWasPaid(invoice_id, wanted=wanted, left=left)
        note_id = unique_event_id(self.clock())
        return await self._credit(unit, invoice, Crediting(note_id, wanted.amount, wanted.amount, reason, operator))

    async def find_credit_note(self, unit: Unit, credit_note_id: str, *, driver_id: str | None) -> CreditNoteRow:
        """The credit note. Raises CreditNoteNotFound, also where it is another driver's."""
        note = await credit_repository.find_credit_note(unit, credit_note_id)
        if note is None or driver_id not in (None, note.driver_id):
            raise CreditNoteNotFound(credit_note_id)
        return note

    async def pay_by_hand(self, unit: Unit, refund_id: str, *, note: str) -> RefundRow:
        """An operator has paid it back. Raises RefundNotFound, RefundNotByHand where that is not theirs to do."""
        refund = await credit_repository.lock_refund(unit, refund_id)
        if refund is None:
            raise RefundNotFound(refund_id)
        if refund.state not in (RefundState.BY_HAND, RefundState.FAILED):
            raise RefundNotByHand(refund_id, refund.state)
        invoice = await repository.find_invoice(unit, refund.invoice_id)
        assert invoice is not None
        refund.state = REFUND.advance(RefundState(refund.state), RefundTrigger.PAID_BY_HAND)
        refund.detail, refund.done_at = note, self.clock()
        went_back = await ledger_repository.has_posting(unit, refund.id, about=About.REFUND)
        about = About.REFUND_AGAIN if went_back else About.REFUND
        till = postings.cash(postings.TILL)
        await post_refund(unit, refund, driver_id=invoice.driver_id, out_of=till, about=about)
        return refund

    async def _credit_session(self, credit: SessionCreditRow) -> None:
        async with self.database.transaction(TenantId(credit.tenant_id)) as unit:
            current = await credit_repository.lock_session_credit(unit, credit.credit_id)
            invoice = await repository.lock_invoice_of_session(unit, credit.session_id)
            if current is None or current.is_done or invoice is None or invoice.state == InvoiceState.DUE:
                return
            current.is_done = True
            # What was written off is not owed any more: only what was paid is to be credited of it.
            is_given_up = invoice.state == InvoiceState.WRITTEN_OFF
            amount = (invoice.paid - invoice.refunded) if is_given_up else (invoice.total_incl_vat - invoice.credited)
            if not amount:
                return
            note_id = event_id(unit.tenant, "credit-note", credit.credit_id)
            back = invoice.paid - invoice.refunded
            await self._credit(unit, invoice, Crediting(note_id, amount, back, credit.reason, BY_SESSIONS))

    async def _credit(self, unit: Unit, invoice: InvoiceRow, crediting: Crediting) -> CreditNoteRow:
        now = self.clock()
        earlier = await credit_repository.list_credit_notes_of(unit, invoice.id)
        left = less(shares_of_invoice(invoice), [share for note in earlier for share in shares_of_note(note)])
        shares = part_of(left, Money(crediting.amount, invoice.currency))
        note = CreditNoteRow(
            tenant_id=unit.tenant,
            id=crediting.note_id,
            number=await credit_repository.take_credit_note_number(unit),
            invoice_id=invoice.id,
            driver_id=invoice.driver_id,
            currency=invoice.currency,
            lines=[_line_of(share) for share in shares],
            total_excl_vat=sum((share.excl_vat for share in shares), Decimal(0)),
            total_incl_vat=crediting.amount,
            reason=crediting.reason,
            issued_by=crediting.by,
            issued_at=now,
        )
        await credit_repository.insert_credit_note(unit, note)
        posting = postings.invoice_credited(
            note.id,
            owed_by=postings.receivable(invoice.driver_id),
            earned_as=postings.revenue(invoice.kind),
            country=invoice.country,
            currency=invoice.currency,
            shares=shares,
        )
        await post(unit, posting, at=now)
        await _say_issued(unit, invoice, note)
        invoice.credited += crediting.amount
        await self._give_back(unit, invoice, note, crediting.back)
        if invoice.state in (InvoiceState.OPEN, InvoiceState.ON_ACCOUNT) and not invoice.due:
            invoice.state = INVOICE.advance(InvoiceState(invoice.state), InvoiceTrigger.CREDIT)
            invoice.reason = ""
        return note

    async def _give_back(self, unit: Unit, invoice: InvoiceRow, note: CreditNoteRow, back: Decimal) -> None:
        """`back` of what was paid is on its way, by the ways that it came."""
        for refundable in await credit_repository.list_refundable(unit, invoice.id):
            amount = min(back, refundable.left)
            if amount:
                await self._begin_refund(unit, invoice, note, refundable, amount)
            back -= amount
        assert not back, "more is to go back than was paid"
        await unit.session.flush()

    async def _begin_refund(
        self, unit: Unit, invoice: InvoiceRow, note: CreditNoteRow, refundable: Refundable, amount: Decimal
    ) -> None:
        now, payment = self.clock(), refundable.payment
        is_prepaid = payment.provider_reference.startswith(repository.PREPAID)
        refund = RefundRow(
            tenant_id=unit.tenant,
            id=event_id(unit.tenant, "refund", note.id, payment.provider_reference),
            invoice_id=invoice.id,
            credit_note_id=note.id,
            payment_reference=payment.provider_reference,
            amount=amount,
            currency=invoice.currency,
            state=RefundState.REQUESTED if payment.payment_method_id else RefundState.BY_HAND,
            detail="",
            provider_reference="",
            silences=0,
            asked_at=now,
            check_at=now,
        )
        invoice.refunded += amount
        if is_prepaid and invoice.prepaid_account is not None:
            refund.state, refund.done_at = RefundState.DONE, now
            back = Money(amount, invoice.currency)
            await self._prepaid.give_back(unit, invoice.prepaid_account, back, reference=f"refund:{refund.id}")
            account = postings.prepaid(invoice.prepaid_account)
            await post_refund(unit, refund, driver_id=invoice.driver_id, out_of=account)
        await credit_repository.insert_refund(unit, refund)


async def _say_issued(unit: Unit, invoice: InvoiceRow, note: CreditNoteRow) -> None:
    issued = CreditNoteIssued(
        session_id=invoice.session_id,
        invoice_id=invoice.id,
        kind=invoice.kind,
        currency=note.currency,
        total_excl_vat=note.total_excl_vat,
        total_incl_vat=note.total_incl_vat,
        at=note.issued_at,
        credit_note_id=note.id,
    )
    issued_id = event_id(unit.tenant, "issued", note.id)
    await unit.publish(issued, key=invoice.session_id, now=note.issued_at, event_id=issued_id)


async def post_refund(
    unit: Unit, refund: RefundRow, *, driver_id: str | None, out_of: str, about: About = About.REFUND
) -> None:
    """The refund that is done is in the ledger."""
    assert refund.done_at is not None
    posting = postings.refunded(
        refund.id,
        Money(refund.amount, refund.currency),
        out_of=out_of,
        owed_by=postings.receivable(driver_id),
        about=about,
    )
    await post(unit, posting, at=refund.done_at)


def shares_of_note(note: CreditNoteRow) -> Sequence[Share]:
    """What the credit note takes from which rate."""
    return [
        Share(Decimal(line["vat_percent"]), Decimal(line["amount_excl_vat"]), Decimal(line["vat"]))
        for line in note.lines
    ]


def _line_of(share: Share) -> dict[str, Any]:  # Any: a share as JSON
    return {
        "vat_percent": str(share.vat_percent),
        "amount_excl_vat": str(share.excl_vat),
        "vat": str(share.vat),
        "amount_incl_vat": str(share.incl_vat),
    }
