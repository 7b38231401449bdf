"""What billing takes and shows by REST."""

from datetime import datetime

from pydantic import BaseModel, Field

from backoffice.billing.domain import InvoiceKind, InvoiceState, PayerKind
from backoffice.billing.ledger import shares_of_invoice
from backoffice.billing.models import (
    InvoiceRow,
    PaymentMethodRow,
    PaymentRow,
    PrepaidAccountRow,
    PrepaidEntryRow,
    SettlementRow,
)
from backoffice.billing.repository import PREPAID, STATEMENT, BookedPayment
from backoffice.billing.service import Receipt
from backoffice.billing.shares import Share
from backoffice.kit.bodies import Body
from backoffice.kit.numbers import PlainDecimal
from protocol.blocks.payment.messages import SettlementStatus


class NewPaymentMethod(BaseModel):
    """A card: a number that the sandbox knows, or the token that a real provider's own page made of one."""

    card_number: str = Field(min_length=12, max_length=64, examples=["4242 4242 4242 4242", "pm_card_visa"])


class PaymentProviderView(BaseModel):
    """Who takes cards here: `sandbox` takes test numbers alone, and moves no money."""

    name: str


class PaymentMethodView(BaseModel):
    """A card as it is shown."""

    id: str
    brand: str
    last4: str
    is_default: bool

    @classmethod
    def of(cls, row: PaymentMethodRow) -> "PaymentMethodView":
        """A row as it is shown."""
        return cls(id=row.id, brand=row.brand, last4=row.last4, is_default=row.is_default)


class LineView(BaseModel):
    """One line of an invoice."""

    dimension: str
    quantity: PlainDecimal
    unit: str
    unit_price: PlainDecimal
    amount_excl_vat: PlainDecimal
    vat_percent: PlainDecimal
    amount_incl_vat: PlainDecimal
    element: int | None = None


class VatShareView(BaseModel):
    """What is taxed at one rate."""

    vat_percent: PlainDecimal
    amount_excl_vat: PlainDecimal
    vat: PlainDecimal
    amount_incl_vat: PlainDecimal

    @classmethod
    def of(cls, share: Share) -> "VatShareView":
        """A share as it is shown."""
        return cls(
            vat_percent=share.vat_percent, amount_excl_vat=share.excl_vat, vat=share.vat, amount_incl_vat=share.incl_vat
        )


class InvoiceView(BaseModel):
    """An invoice. `session_id`: what it is about, by `kind` a session's id or a reservation's.

    `reason` says why it is open; `refunded` is what went back of `paid`, or is on its way.
    """

    id: str
    number: int
    kind: InvoiceKind
    session_id: str
    driver_id: str | None
    station_id: str | None
    evse: int | None
    location_id: str | None
    bay_id: str | None
    started_at: datetime
    ended_at: datetime
    energy_wh: PlainDecimal | None
    currency: str
    lines: list[LineView]
    total_excl_vat: PlainDecimal
    total_incl_vat: PlainDecimal
    vat: list[VatShareView]
    paid: PlainDecimal
    credited: PlainDecimal
    refunded: PlainDecimal
    state: InvoiceState
    reason: str
    payer_kind: PayerKind
    is_reverse_charge: bool
    statement_id: str | None
    retry_at: datetime | None
    issued_at: datetime

    @classmethod
    def of(cls, row: InvoiceRow) -> "InvoiceView":
        """A row as it is shown."""
        return cls(
            id=row.id,
            number=row.number,
            kind=InvoiceKind(row.kind),
            session_id=row.session_id,
            driver_id=row.driver_id,
            station_id=row.station_id,
            evse=row.evse,
            location_id=row.location_id,
            bay_id=row.bay_id,
            started_at=row.started_at,
            ended_at=row.ended_at,
            energy_wh=row.energy_wh,
            currency=row.currency,
            lines=[LineView.model_validate(line) for line in row.lines],
            total_excl_vat=row.total_excl_vat,
            total_incl_vat=row.total_incl_vat,
            vat=[VatShareView.of(share) for share in shares_of_invoice(row)],
            paid=row.paid,
            credited=row.credited,
            refunded=row.refunded,
            state=InvoiceState(row.state),
            reason=row.reason,
            payer_kind=PayerKind(row.payer_kind),
            is_reverse_charge=row.is_reverse_charge,
            statement_id=row.statement_id,
            retry_at=row.retry_at,
            issued_at=row.issued_at,
        )


class PaymentView(BaseModel):
    """What was paid, and by which card."""

    amount: PlainDecimal
    currency: str
    paid_at: datetime
    card: str

    @classmethod
    def of(cls, row: PaymentRow, method: PaymentMethodRow | None) -> "PaymentView":
        """A row as it is shown."""
        card = _card_of(row) if method is None else f"{method.brand} …{method.last4}"
        return cls(amount=row.amount, currency=row.currency, paid_at=row.paid_at, card=card)


class BookedPaymentView(PaymentView):
    """A payment with what it is for; `reference` is the provider's."""

    reference: str
    invoice_id: str
    session_id: str

    @classmethod
    def of_booked(cls, booked: BookedPayment) -> "BookedPaymentView":
        """A payment as it is shown."""
        shown = PaymentView.of(booked.payment, booked.method)
        return cls(
            reference=booked.payment.provider_reference,
            invoice_id=booked.payment.invoice_id,
            session_id=booked.session_id,
            **dict(shown),
        )


class SettlementView(BaseModel):
    """What a station's terminal settled, or did not."""

    reference: str
    session_id: str | None
    status: SettlementStatus
    amount: PlainDecimal
    settled_at: datetime
    reason: str | None
    receipt_id: str | None
    receipt_url: str | None
    vat_number: str | None

    @classmethod
    def of(cls, row: SettlementRow) -> "SettlementView":
        """A row as it is shown."""
        return cls(
            reference=row.reference,
            session_id=row.session_id,
            status=SettlementStatus(row.status),
            amount=row.amount,
            settled_at=row.settled_at,
            reason=row.reason,
            receipt_id=row.receipt_id,
            receipt_url=row.receipt_url,
            vat_number=row.vat_number,
        )


class ReceiptView(BaseModel):
    """A session's invoice with its payments."""

    invoice: InvoiceView
    payments: list[PaymentView]

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptView":
        """A receipt as it is shown."""
        payments = [PaymentView.of(row, method) for row, method in receipt.payments]
        return cls(invoice=InvoiceView.of(receipt.invoice), payments=payments)


class TopUp(BaseModel):
    """What was paid in advance, with VAT."""

    amount: PlainDecimal = Field(gt=0, le=10_000, decimal_places=2)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class PrepaidAccountView(BaseModel):
    """What is left on a prepaid card."""

    account_id: str
    balance: PlainDecimal
    currency: str

    @classmethod
    def of(cls, row: PrepaidAccountRow) -> "PrepaidAccountView":
        """A row as it is shown."""
        return cls(account_id=row.id, balance=row.balance, currency=row.currency)


class PrepaidEntryView(BaseModel):
    """What changed a balance: less than zero was drawn."""

    reference: str
    amount: PlainDecimal
    at: datetime

    @classmethod
    def of(cls, row: PrepaidEntryRow) -> "PrepaidEntryView":
        """A row as it is shown."""
        return cls(reference=row.reference, amount=row.amount, at=row.at)


class WriteOff(Body):
    """Why nobody will pay."""

    reason: str = Field(min_length=1, max_length=500)


class RetryRequest(BaseModel):
    """Which invoice is to be tried again; the path's, so that an Idempotency-Key means one invoice."""

    invoice_id: str


def _card_of(row: PaymentRow) -> str:
    """What paid where no card of ours did."""
    if row.provider_reference.startswith(PREPAID):
        return "a prepaid card"
    return "by statement" if row.provider_reference.startswith(STATEMENT) else "the station's terminal"
