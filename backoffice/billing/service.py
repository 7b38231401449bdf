"""What billing does for drivers and operators, and what a completed session makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from backoffice.billing import repository
from backoffice.billing.domain import INVOICE, InvoiceState, InvoiceTrigger
from backoffice.billing.errors import InvoiceNotFound, InvoiceNotOpen, ReceiptNotFound
from backoffice.billing.models import InvoiceRow, PaymentMethodRow, PaymentRow
from backoffice.billing.providers.port import PaymentProvider
from backoffice.contracts.sessions import ChargingSessionCompleted
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from protocol.bus.envelope import event_id, unique_event_id


@dataclass(frozen=True, slots=True)
class Receipt:
    """An invoice with what was paid of it, by which cards; None is the station's terminal."""

    invoice: InvoiceRow
    payments: Sequence[tuple[PaymentRow, PaymentMethodRow | None]]


class Billing:
    """Cards, invoices and receipts. `driver_id` None is an operator, who sees the whole tenant."""

    def __init__(self, database: Database, provider: PaymentProvider, *, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._provider = provider

    async def add_card(self, unit: Unit, driver_id: str, number: str) -> PaymentMethodRow:
        """The card is the one that pays from now on. Raises InvalidCard."""
        card = await self._provider.keep_card(number)
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

    async def issue_invoice(self, unit: Unit, session: ChargingSessionCompleted) -> None:
        """The session has one invoice, however often it is said to be completed; it is due."""
        if await repository.find_invoice_of_session(unit, session.session_id) is not None:
            return
        unit.session.add(
            InvoiceRow(
                tenant_id=unit.tenant,
                id=event_id(unit.tenant, "invoice", session.session_id),
                number=await repository.take_invoice_number(unit),
                session_id=session.session_id,
                intent_id=session.intent_id,
                driver_id=session.driver_id,
                station_id=session.station_id,
                evse=session.evse,
                started_at=session.started_at,
                ended_at=session.ended_at,
                energy_wh=session.energy_wh,
                currency=session.currency,
                lines=msgspec.to_builtins(session.lines),
                total_excl_vat=session.total_excl_vat,
                total_incl_vat=session.total_incl_vat,
                paid=session.total_incl_vat * 0,
                state=InvoiceState.DUE,
                reason="",
                attempt=1,
                prepaid_account=session.prepaid_account,
                issued_at=self.clock(),
            )
        )
        await unit.session.flush()

    async def list_invoices(
        self,
        unit: Unit,
        *,
        driver_id: str | None,
        state: InvoiceState | None,
        begin: datetime | None,
        end: datetime | None,
        cursor: str | None,
        limit: int,
    ) -> Sequence[InvoiceRow]:
        """A page's rows of sessions that began in [begin, end), newest first, and one more than `limit`."""
        return await repository.select_invoices(
            unit, driver_id=driver_id, state=state, begin=begin, end=end, cursor=cursor, limit=limit
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

    async def retry_invoice(self, unit: Unit, invoice_id: str, *, driver_id: str) -> InvoiceRow:
        """The open invoice is due again, as another attempt. Raises InvoiceNotFound, InvoiceNotOpen."""
        invoice = await self.find_invoice(unit, invoice_id, driver_id=driver_id)
        if invoice.state != InvoiceState.OPEN:
            raise InvoiceNotOpen(invoice_id, invoice.state)
        invoice.state = INVOICE.advance(InvoiceState.OPEN, InvoiceTrigger.RETRY)
        invoice.attempt += 1
        invoice.payment_method_id = None
        return invoice
