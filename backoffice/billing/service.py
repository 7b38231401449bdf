"""What billing does for drivers and operators, and what becomes of what is charged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from backoffice.billing import receipt_metrics, repository
from backoffice.billing.charges import Charge
from backoffice.billing.domain import INVOICE, InvoiceKind, InvoiceState, InvoiceTrigger, PayerKind
from backoffice.billing.errors import InvoiceNotFound, InvoiceNotOpen, ReceiptNotFound
from backoffice.billing.ledger import post, post_invoice
from backoffice.billing.models import InvoiceRow, PaymentMethodRow, PaymentRow
from backoffice.billing.parties import Parties
from backoffice.billing.postings import receivable, written_off
from backoffice.billing.providers.port import PaymentProvider, ProviderCard
from backoffice.billing.taxation import taxed
from backoffice.contracts.billing import InvoiceIssued
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.kit.tracing import sampled_traceparent
from protocol.bus.envelope import event_id, unique_event_id
from protocol.domain.money import Money


@dataclass(frozen=True, slots=True)
class Receipt:
    """An invoice with what was paid of it, by which cards; None is the station's terminal."""

    invoice: InvoiceRow
    payments: Sequence[tuple[PaymentRow, PaymentMethodRow | None]]


class Billing:
    """Cards, invoices and receipts. `driver_id` None is an operator, who sees the whole tenant."""

    def __init__(self, database: Database, provider: PaymentProvider, parties: Parties, *, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._provider = provider
        self._parties = parties

    @property
    def provider_name(self) -> str:
        """Who takes the cards."""
        return self._provider.name

    async def keep_card(self, number: str) -> ProviderCard:
        """The card is the provider's to keep: asked outside of any transaction. Raises InvalidCard."""
        return await self._provider.keep_card(number)

    async def add_card(self, unit: Unit, driver_id: str, card: ProviderCard) -> PaymentMethodRow:
        """The card is the one that pays from now on."""
        now = self.clock()
        row = PaymentMethodRow(
            tenant_id=unit.tenant,
            id=unique_event_id(now),
            driver_id=driver_id,
            provider=self._provider.name,
            provider_reference=card.reference,
            brand=card.brand,
            last4=card.last4,
            is_default=True,
            created_at=now,
        )
        await repository.insert_default_method(unit, row)
        return row

    async def list_cards(self, unit: Unit, driver_id: str) -> Sequence[PaymentMethodRow]:
        """The driver's cards, the newest first."""
        return await repository.list_methods(unit, driver_id)

    async def issue_invoice(self, unit: Unit, charge: Charge, *, charged_at: datetime) -> None:
        """What is charged has one invoice, however often it is said; it is due since then, and in the ledger.

        On account it waits for its statement.
        """
        if await repository.find_invoice_of_session(unit, charge.subject_id) is not None:
            return
        sides = await self._parties.sides_of(unit, charge)
        charge = taxed(charge, sides.terms)
        nothing = charge.total_incl_vat * 0
        invoice = InvoiceRow(
            tenant_id=unit.tenant,
            id=event_id(unit.tenant, "invoice", charge.subject_id),
            number=await repository.take_invoice_number(unit),
            session_id=charge.subject_id,
            country=sides.terms.country,
            payer_kind=sides.payer_kind,
            seller=msgspec.to_builtins(sides.seller),
            buyer=msgspec.to_builtins(sides.buyer),
            is_reverse_charge=sides.terms.is_reverse_charge,
            retries=0,
            silences=0,
            paid=nothing,
            credited=nothing,
            refunded=nothing,
            state=InvoiceState.ON_ACCOUNT if sides.payer_kind is PayerKind.ACCOUNT else InvoiceState.DUE,
            reason="",
            attempt=1,
            issued_at=self.clock(),
            charged_at=charged_at,
            traceparent=sampled_traceparent(),
            **charge.columns(),
        )
        unit.session.add(invoice)
        await unit.session.flush()
        await post_invoice(unit, invoice)
        if invoice.state == InvoiceState.DUE:
            unit.after_commit(receipt_metrics.count_due)
        issued = InvoiceIssued(
            session_id=invoice.session_id,
            invoice_id=invoice.id,
            kind=invoice.kind,
            currency=invoice.currency,
            total_excl_vat=invoice.total_excl_vat,
            total_incl_vat=invoice.total_incl_vat,
            at=invoice.issued_at,
        )
        issued_id = event_id(unit.tenant, "issued", invoice.id)
        await unit.publish(issued, key=invoice.session_id, now=invoice.issued_at, event_id=issued_id)

    async def list_invoices(
        self,
        unit: Unit,
        *,
        driver_id: str | None,
        state: InvoiceState | None,
        kind: InvoiceKind | None,
        begin: datetime | None,
        end: datetime | None,
        cursor: str | None,
        limit: int,
    ) -> Sequence[InvoiceRow]:
        """A page's rows of sessions that began in [begin, end), newest first, and one more than `limit`."""
        return await repository.select_invoices(
            unit, driver_id=driver_id, state=state, kind=kind, begin=begin, end=end, cursor=cursor, limit=limit
        )

    async def find_invoice(self, unit: Unit, invoice_id: str, *, driver_id: str | None) -> InvoiceRow:
        """The invoice. Raises InvoiceNotFound, also where it is another driver's."""
        invoice = await repository.find_invoice(unit, invoice_id)
        if invoice is None or driver_id not in (None, invoice.driver_id):
            raise InvoiceNotFound(invoice_id)
        return invoice

    async def find_receipt(self, unit: Unit, session_id: str, *, driver_id: str | None) -> Receipt:
        """The session's invoice and payments. Raises ReceiptNotFound."""
        invoice = await repository.find_invoice_of_session(unit, session_id)
        if invoice is None or driver_id not in (None, invoice.driver_id):
            raise ReceiptNotFound(session_id)
        return Receipt(invoice, await repository.list_payments(unit, invoice.id))

    async def write_off(self, unit: Unit, invoice_id: str, *, reason: str) -> InvoiceRow:
        """Nobody will pay what is due of the open invoice: it is our loss. Raises InvoiceNotFound, InvoiceNotOpen."""
        invoice = await self.find_invoice(unit, invoice_id, driver_id=None)
        if invoice.state != InvoiceState.OPEN:
            raise InvoiceNotOpen(invoice_id, invoice.state)
        loss = Money(invoice.due, invoice.currency)
        posting = written_off(invoice.id, loss, owed_by=receivable(invoice.driver_id))
        await post(unit, posting, at=self.clock())
        invoice.state = INVOICE.advance(InvoiceState.OPEN, InvoiceTrigger.GIVE_UP)
        invoice.reason, invoice.retry_at = reason, None
        return invoice

    async def retry_invoice(self, unit: Unit, invoice_id: str, *, driver_id: str) -> InvoiceRow:
        """The open invoice is due again, as another attempt. Raises InvoiceNotFound, InvoiceNotOpen."""
        invoice = await self.find_invoice(unit, invoice_id, driver_id=driver_id)
        if invoice.state != InvoiceState.OPEN:
            raise InvoiceNotOpen(invoice_id, invoice.state)
        invoice.state = INVOICE.advance(InvoiceState.OPEN, InvoiceTrigger.RETRY)
        invoice.attempt += 1
        invoice.payment_method_id = None
        return invoice
