"""Billing by REST."""

from typing import Annotated

from fastapi import APIRouter, Depends

from backoffice.billing import repository
from backoffice.billing.domain import InvoiceKind, InvoiceState
from backoffice.billing.schemas import (
    BookedPaymentView,
    InvoiceView,
    NewPaymentMethod,
    PaymentMethodView,
    PaymentProviderView,
    ReceiptView,
    RetryRequest,
    SettlementView,
    WriteOff,
)
from backoffice.billing.service import Billing
from backoffice.billing.settlements import Settlements
from backoffice.kit.auth import Driver
from backoffice.kit.guards import BillingReader, BooksWriter, InvoicesReader
from backoffice.kit.idempotency import IdempotencyKey, once
from backoffice.kit.pagination import DEFAULT_LIMIT, After, BeganBefore, BeganFrom, Limit, Page, page_of
from backoffice.kit.service import provided
from protocol.domain.identifiers import TenantId

router = APIRouter(prefix="/billing", tags=["billing"])
BillingDep = Annotated[Billing, Depends(provided(Billing))]
SettlementsDep = Annotated[Settlements, Depends(provided(Settlements))]


@router.post("/payment-methods", status_code=201)
async def add_payment_method(body: NewPaymentMethod, driver: Driver, billing: BillingDep) -> PaymentMethodView:
    """Add a card; it is the one that pays from now on."""
    card = await billing.keep_card(body.card_number)
    async with billing.database.transaction(driver.tenant) as unit:
        return PaymentMethodView.of(await billing.add_card(unit, driver.subject, card))


@router.get("/payment-methods")
async def list_payment_methods(driver: Driver, billing: BillingDep) -> list[PaymentMethodView]:
    """The driver's cards, the newest first."""
    async with billing.database.transaction(driver.tenant) as unit:
        return [PaymentMethodView.of(row) for row in await billing.list_cards(unit, driver.subject)]


@router.get("/payment-provider")
async def read_payment_provider(billing: BillingDep) -> PaymentProviderView:
    """Who takes the cards: it decides which numbers, or tokens of numbers, they are added by."""
    return PaymentProviderView(name=billing.provider_name)


@router.get("/invoices")
async def list_invoices(
    principal: InvoicesReader,
    billing: BillingDep,
    state: InvoiceState | None = None,
    kind: InvoiceKind | None = None,
    begin: BeganFrom = None,
    end: BeganBefore = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[InvoiceView]:
    """A driver's own invoices, or an operator's whole tenant's; the newest first."""
    async with billing.database.transaction(principal.tenant) as unit:
        rows = await billing.list_invoices(
            unit,
            driver_id=principal.driver_id,
            state=state,
            kind=kind,
            begin=begin,
            end=end,
            cursor=cursor,
            limit=limit,
        )
        return page_of(rows, limit=limit, view=InvoiceView.of, key=lambda row: (row.issued_at, row.id))


@router.get("/invoices/{invoice_id}")
async def read_invoice(invoice_id: str, principal: InvoicesReader, billing: BillingDep) -> InvoiceView:
    """One invoice."""
    async with billing.database.transaction(principal.tenant) as unit:
        return InvoiceView.of(await billing.find_invoice(unit, invoice_id, driver_id=principal.driver_id))


@router.get("/payments")
async def list_payments(
    operator: BillingReader,
    billing: BillingDep,
    kind: InvoiceKind | None = None,
    begin: BeganFrom = None,
    end: BeganBefore = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[BookedPaymentView]:
    """All money that came in, the newest first."""
    async with billing.database.transaction(operator.tenant) as unit:
        rows = await repository.select_payments(unit, kind=kind, begin=begin, end=end, cursor=cursor, limit=limit)
        return page_of(rows, limit=limit, view=BookedPaymentView.of_booked, key=repository.position_of_payment)


@router.get("/receipts/{session_id}")
async def read_receipt(session_id: str, principal: InvoicesReader, billing: BillingDep) -> ReceiptView:
    """A session's invoice, line by line, with what was paid and by which card."""
    async with billing.database.snapshot(principal.tenant) as unit:
        return ReceiptView.of(await billing.find_receipt(unit, session_id, driver_id=principal.driver_id))


@router.get("/public-receipts/{tenant}/{session_id}/{seal}")
async def read_public_receipt(
    tenant: str, session_id: str, seal: str, billing: BillingDep, settlements: SettlementsDep
) -> ReceiptView:
    """The receipt of somebody who paid at the station and has no account: its link is all that there is to show."""
    settlements.check_seal(TenantId(tenant), session_id, seal)
    async with billing.database.snapshot(TenantId(tenant)) as unit:
        return ReceiptView.of(await billing.find_receipt(unit, session_id, driver_id=None))


@router.get("/stations/{station_id}/settlements")
async def list_settlements(
    station_id: str, operator: BillingReader, billing: BillingDep, limit: Limit = DEFAULT_LIMIT
) -> list[SettlementView]:
    """What the station's terminal settled, or did not, the newest first."""
    async with billing.database.snapshot(operator.tenant) as unit:
        rows = await repository.list_station_settlements(unit, station_id, limit=limit)
        return [SettlementView.of(row) for row in rows]


@router.post("/invoices/{invoice_id}/pay", status_code=202)
async def pay_invoice(invoice_id: str, driver: Driver, billing: BillingDep, key: IdempotencyKey) -> InvoiceView:
    """Try an open invoice again, with the card that pays now."""
    async with billing.database.transaction(driver.tenant) as unit:

        async def retry() -> InvoiceView:
            return InvoiceView.of(await billing.retry_invoice(unit, invoice_id, driver_id=driver.subject))

        return await once(
            unit,
            scope=f"{driver.subject} pay",
            key=key,
            request=RetryRequest(invoice_id=invoice_id),
            now=billing.clock(),
            view=InvoiceView,
            act=retry,
        )


@router.post("/invoices/{invoice_id}/write-off")
async def write_off_invoice(invoice_id: str, body: WriteOff, operator: BooksWriter, billing: BillingDep) -> InvoiceView:
    """Give up what is due of an open invoice; once."""
    async with billing.database.transaction(operator.tenant) as unit:
        return InvoiceView.of(await billing.write_off(unit, invoice_id, reason=body.reason))
