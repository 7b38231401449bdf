"""By REST, for people without an account: to pay at the address in a station's QR code (OCPP 2.1 C25)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, status as http
from pydantic import BaseModel, Field

from backoffice.billing.domain import InvoiceState
from backoffice.billing.schemas import NewPaymentMethod
from backoffice.billing.settlements import Settlements
from backoffice.billing.web_payments import Scanned, WebPayments
from backoffice.kit.auth import check_tenant
from backoffice.kit.service import provided
from protocol.domain.identifiers import DEFAULT_TENANT, StationId

router = APIRouter(prefix="/billing/web-payments", tags=["billing"])
WebPaymentsDep = Annotated[WebPayments, Depends(provided(WebPayments))]
SettlementsDep = Annotated[Settlements, Depends(provided(Settlements))]


class ScannedBody(BaseModel):
    """What the address in the QR code says."""

    tenant: str = Field(default=DEFAULT_TENANT, min_length=1, max_length=64)
    station_id: StationId = Field(min_length=1, max_length=48)
    evse: int = Field(ge=1, le=2**31 - 1)
    version: str = Field(min_length=1, max_length=20)
    totp: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9]+$")


class OpenedView(BaseModel):
    """A payment that waits for a card until it expires. Whoever has its id pays with it, and sees the receipt."""

    id: str
    tenant: str
    station_id: str
    evse: int
    expires_at: datetime


class StartView(BaseModel):
    """How the start stands: see the states of a start by app; `detail` says why it failed."""

    state: str
    detail: str


class OutcomeView(BaseModel):
    """The invoice's state and where its receipt is; null until the session is over."""

    state: InvoiceState | None
    receipt_url: str | None


@router.post("", status_code=http.HTTP_201_CREATED)
async def open_payment(body: ScannedBody, web_payments: WebPaymentsDep) -> OpenedView:
    """The code is the one that the station shows; the station knows that somebody pays."""
    scanned = Scanned(body.station_id, body.evse, body.version, body.totp)
    row = await web_payments.open(check_tenant(body.tenant), scanned)
    return OpenedView(
        id=row.id, tenant=row.tenant_id, station_id=row.station_id, evse=row.evse, expires_at=row.expires_at
    )


@router.post("/{tenant}/{payment_id}/card", status_code=http.HTTP_202_ACCEPTED)
async def give_card(tenant: str, payment_id: str, body: NewPaymentMethod, web_payments: WebPaymentsDep) -> StartView:
    """An amount is held on the card, and the station told to start. Sent again it changes nothing."""
    start = await web_payments.pay(check_tenant(tenant), payment_id, body.card_number)
    return StartView(state=start.state, detail=start.detail)


@router.get("/{tenant}/{payment_id}")
async def read_outcome(
    tenant: str, payment_id: str, web_payments: WebPaymentsDep, settlements: SettlementsDep
) -> OutcomeView:
    """What became of it."""
    known = check_tenant(tenant)
    async with web_payments.billing.database.transaction(known) as unit:
        invoice = await web_payments.find_invoice(unit, payment_id)
    if invoice is None:
        return OutcomeView(state=None, receipt_url=None)
    url = settlements.receipt_url(known, invoice.session_id)
    return OutcomeView(state=InvoiceState(invoice.state), receipt_url=url)
