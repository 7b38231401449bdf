"""What billing takes and shows by REST."""

from datetime import datetime

from pydantic import BaseModel, Field

from backoffice.billing.domain import InvoiceState
from backoffice.billing.models import (
    InvoiceRow,
    PaymentMethodRow,
    PaymentRow,
    PrepaidAccountRow,
    PrepaidEntryRow,
    SettlementRow,
)
from backoffice.billing.repository import PREPAID, BookedPayment
from backoffice.billing.service import Receipt
from backoffice.kit.numbers import PlainDecimal
from protocol.blocks.payment.messages import SettlementStatus


class NewPaymentMethod(BaseModel):
    """A card of the sandbox."""

    card_number: str = Field(min_length=12, max_length=24, examples=["4242 4242 4242 4242"])


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


class InvoiceView(BaseModel):
    """An invoice. `reason` says why it is open."""

    id: str
    number: int
    session_id: str
    driver_id: str | None
    station_id: str
    evse: int
    started_at: datetime
    ended_at: datetime
    energy_wh: PlainDecimal
    currency: str
    lines: list[LineView]
    total_excl_vat: PlainDecimal
    total_incl_vat: PlainDecimal
    paid: PlainDecimal
    state: InvoiceState
    reason: str
    issued_at: datetime

    @classmethod
    def of(cls, row: InvoiceRow) -> "InvoiceView":
        """A row as it is shown."""
        return cls(
            id=row.id,
            number=row.number,
            session_id=row.session_id,
            driver_id=row.driver_id,
            station_id=row.station_id,
            evse=row.evse,
            started_at=row.started_at,
            ended_at=row.ended_at,
            energy_wh=row.energy_wh,
            currency=row.currency,
            lines=[LineView.model_validate(line) for line in row.lines],
            total_excl_vat=row.total_excl_vat,
            total_incl_vat=row.total_incl_vat,
            paid=row.paid,
            state=InvoiceState(row.state),
            reason=row.reason,
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


class RetryRequest(BaseModel):
    """Which invoice is to be tried again; the path's, so that an Idempotency-Key means one invoice."""

    invoice_id: str


def _card_of(row: PaymentRow) -> str:
    return "a prepaid card" if row.provider_reference.startswith(PREPAID) else "the station's terminal"
