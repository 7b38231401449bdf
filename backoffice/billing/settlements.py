"""Payments by a station's own terminal: the station says what its provider settled (OCPP 2.1 C18 to C22).

Invariants:
1. A settlement is booked whole and once, whichever of it and its session's invoice comes first: the worker that
   collects books it, and nobody else. What it took above what was due is to be paid back by hand.
2. What failed, was refused or cancelled pays nothing and is on record. Tried again under the same reference, what was
   settled stands, in whatever order it comes.
3. The books go by our clock: a station's own may be years off, and is only shown.
"""

import hashlib
import hmac
from datetime import datetime
from decimal import Decimal

from backoffice.billing import credit_repository, repository
from backoffice.billing.domain import INVOICE, InvoiceState, InvoiceTrigger, RefundState
from backoffice.billing.errors import ReceiptNotFound
from backoffice.billing.ledger import book_payment
from backoffice.billing.models import InvoiceRow, PaymentRow, RefundRow, SettlementRow
from backoffice.billing.postings import TERMINAL, cash
from backoffice.billing.terminal_repository import has_terminal_payment
from backoffice.contracts.sessions import session_id_of
from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Database, Unit
from protocol.blocks.payment.events import SettlementReported
from protocol.blocks.payment.messages import SettlementReply
from protocol.blocks.payment.queries import AskReceipt
from protocol.bus.envelope import event_id
from protocol.domain.identifiers import StationId, TenantId

SURPLUS = "more_than_was_due"
"""Why what a terminal took goes back without a credit note."""


class Settlements:
    """What stations settled. `public_url` is where people find receipts, up to `/api/v1`."""

    def __init__(self, database: Database, *, key: bytes, public_url: str | None, clock: Clock) -> None:
        self._database = database
        self._key = key
        self._public_url = public_url
        self._clock = clock

    async def on_reported(self, event: SettlementReported, delivery: Delivery, unit: Unit) -> None:
        """The settlement is on record; collecting books it."""
        station = StationId(delivery.envelope.subject)
        session_id = None if event.transaction_id is None else session_id_of(unit.tenant, station, event.transaction_id)
        at = delivery.envelope.occurredat or delivery.envelope.received_at
        await repository.save_settlement(
            unit,
            {
                "tenant_id": unit.tenant,
                "station_id": station,
                "reference": event.reference,
                "session_id": session_id,
                "status": event.status,
                "amount": event.amount,
                "settled_at": at,
                "reason": event.reason,
                "receipt_id": event.receipt_id,
                "receipt_url": event.receipt_url,
                "vat_number": event.vat_number,
                "is_booked": False,
                "heard_at": self._clock(),
            },
        )

    async def receipt_of(self, question: AskReceipt) -> SettlementReply:
        """Where the transaction's receipt is as soon as there is one."""
        session_id = session_id_of(question.tenant, question.station, question.transaction_id)
        if question.if_ours_to_settle:
            async with self._database.snapshot(question.tenant) as unit:
                if not await has_terminal_payment(unit, session_id):
                    return SettlementReply()
        return SettlementReply(receipt_id=session_id, receipt_url=self.receipt_url(question.tenant, session_id))

    def receipt_url(self, tenant: TenantId, session_id: str) -> str | None:
        """Where anybody who has the address may read the receipt; None where nobody said what we are called."""
        if self._public_url is None:
            return None
        return f"{self._public_url}/billing/public-receipts/{tenant}/{session_id}/{self._seal(tenant, session_id)}"

    def check_seal(self, tenant: TenantId, session_id: str, seal: str) -> None:
        """Whoever has the link may read the receipt. Raises ReceiptNotFound."""
        if not hmac.compare_digest(seal.encode(), self._seal(tenant, session_id).encode()):
            raise ReceiptNotFound(session_id)

    def _seal(self, tenant: TenantId, session_id: str) -> str:
        return hmac.new(self._key, f"receipt|{tenant}|{session_id}".encode(), hashlib.sha256).hexdigest()[:32]


async def book(unit: Unit, invoice: InvoiceRow, *, now: datetime) -> None:
    """What was settled for the invoice's session and is not booked yet is booked, and its surplus is to go back.

    An invoice that somebody had to do something about is due again: what is left of it is collected, what was held for
    it given back. Of one that was written off nothing is due, and all goes back.
    """
    for settlement in await repository.list_unbooked(unit, invoice.session_id):
        due = Decimal(0) if invoice.state == InvoiceState.WRITTEN_OFF else invoice.due
        payment = PaymentRow(
            tenant_id=unit.tenant,
            provider_reference=reference_of(settlement),
            invoice_id=invoice.id,
            payment_method_id=None,
            amount=settlement.amount,
            currency=invoice.currency,
            paid_at=settlement.heard_at,
        )
        settlement.is_booked = True
        await book_payment(unit, invoice, payment, into=cash(TERMINAL))
        surplus = payment.amount - max(due, Decimal(0))
        if surplus > 0:
            invoice.refunded += surplus
            await credit_repository.insert_refund(unit, _refund_of(payment, surplus, now=now))
        if invoice.state == InvoiceState.OPEN:
            invoice.state = INVOICE.advance(InvoiceState.OPEN, InvoiceTrigger.RETRY)
            invoice.attempt += 1


def _refund_of(payment: PaymentRow, surplus: Decimal, *, now: datetime) -> RefundRow:
    return RefundRow(
        tenant_id=payment.tenant_id,
        id=event_id(payment.tenant_id, "refund", "surplus", payment.provider_reference),
        invoice_id=payment.invoice_id,
        credit_note_id=None,
        payment_reference=payment.provider_reference,
        amount=surplus,
        currency=payment.currency,
        state=RefundState.BY_HAND,
        detail=SURPLUS,
        provider_reference="",
        silences=0,
        asked_at=now,
        check_at=now,
    )


def reference_of(settlement: SettlementRow) -> str:
    """The payment's reference in our books: a terminal's provider is not the one of our cards."""
    return f"{repository.TERMINAL}{settlement.station_id}:{settlement.reference}"
