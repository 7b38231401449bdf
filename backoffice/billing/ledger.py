"""What is booked of our own rows, in the transaction that writes them.

Invariants:
1. No invoice, payment, top-up, credit note or refund is there without its posting, nor a posting without it.
2. A fact that is posted twice fails: its transaction id is taken.
"""

from datetime import datetime

import msgspec

from backoffice.billing import ledger_repository, postings, repository
from backoffice.billing.models import InvoiceRow, PaymentRow
from backoffice.billing.postings import Posting
from backoffice.billing.shares import Share, shares_of
from backoffice.contracts.sessions import PriceLine
from backoffice.kit.database import Unit
from protocol.domain.money import Money


async def post(unit: Unit, posting: Posting, *, at: datetime) -> None:
    """It is in the ledger, once this transaction commits."""
    await ledger_repository.insert_posting(unit, posting, at=at)


async def post_invoice(unit: Unit, invoice: InvoiceRow) -> None:
    """The driver owes the invoice's total."""
    posting = postings.invoice_issued(
        invoice.id,
        owed_by=postings.receivable(invoice.driver_id),
        earned_as=postings.revenue(invoice.kind),
        country=invoice.country,
        currency=invoice.currency,
        shares=shares_of_invoice(invoice),
    )
    await post(unit, posting, at=invoice.issued_at)


async def book_payment(unit: Unit, invoice: InvoiceRow, payment: PaymentRow, *, into: str) -> None:
    """The payment is there and posted, out of or into the account `into`, and the invoice is paid so much more."""
    await repository.insert_payment(unit, payment)
    posting = postings.payment_captured(
        payment.provider_reference,
        Money(payment.amount, payment.currency),
        into=into,
        owed_by=postings.receivable(invoice.driver_id),
    )
    await post(unit, posting, at=payment.paid_at)
    invoice.paid += payment.amount


def shares_of_invoice(invoice: InvoiceRow) -> tuple[Share, ...]:
    """What of the invoice is taxed at which rate."""
    return shares_of(
        msgspec.convert(invoice.lines, list[PriceLine]),
        total_excl_vat=Money(invoice.total_excl_vat, invoice.currency),
        total_incl_vat=Money(invoice.total_incl_vat, invoice.currency),
    )
