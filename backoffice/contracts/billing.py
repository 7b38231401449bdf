"""What billing says and answers. Key of every event: the session id."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from backoffice.contracts.query import Query
from protocol.blocks.payment.messages import SettlementReply, VatNumberReply
from protocol.blocks.payment.queries import AskReceipt, AskVatNumber
from protocol.bus.catalogue import EventRow
from protocol.bus.subjects import Kind
from protocol.domain.identifiers import DriverId, TenantId


class PaymentCompleted(msgspec.Struct, frozen=True):
    """A session's invoice is paid in full. Free sessions too: then `amount` is zero and no provider was asked."""

    session_id: str
    invoice_id: str
    driver_id: DriverId | None
    amount: Decimal
    currency: str


class PaymentFailed(msgspec.Struct, frozen=True):
    """An invoice stays open. `reason` is for people: card_declined, no_payment_method, hold_exceeded, …"""

    session_id: str
    invoice_id: str
    driver_id: DriverId | None
    open_amount: Decimal
    currency: str
    reason: str


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """What earned something is booked in the ledger. `kind`: a charging or parking session, or a reservation.

    Totals are as they are invoiced: where whoever pays owes the VAT themself, they have none.
    """

    session_id: str
    invoice_id: str
    kind: str
    currency: str
    total_excl_vat: Decimal
    total_incl_vat: Decimal
    at: datetime


class InvoiceIssued(Booked, frozen=True, kw_only=True):
    """There is an invoice, paid or not."""


class CreditNoteIssued(Booked, frozen=True, kw_only=True):
    """So much of an invoice is not owed after all; what of it was paid goes back."""

    credit_note_id: str


EVENTS = (
    EventRow(InvoiceIssued, Kind.DOMAIN, "billing", "invoice_issued"),
    EventRow(CreditNoteIssued, Kind.DOMAIN, "billing", "credit_note_issued"),
    EventRow(PaymentCompleted, Kind.DOMAIN, "billing", "payment_completed"),
    EventRow(PaymentFailed, Kind.DOMAIN, "billing", "payment_failed"),
)


class HoldPayment(msgspec.Struct, frozen=True):
    """Authorise `amount` with the driver's payment method before a start. Idempotent by `intent_id`."""

    tenant: TenantId
    driver_id: DriverId
    intent_id: str
    amount: Decimal
    currency: str


class HoldStatus(StrEnum):
    """Whether the amount is held."""

    HELD = "held"
    DECLINED = "declined"
    NO_PAYMENT_METHOD = "no_payment_method"


class HoldResult(msgspec.Struct, frozen=True):
    """The provider's word in `detail`, and in `reference` what it calls the hold."""

    status: HoldStatus
    detail: str = ""
    reference: str = ""


class ReleaseHold(msgspec.Struct, frozen=True):
    """Nobody came: give the amount back. A hold that is unknown, captured or released already changes nothing."""

    tenant: TenantId
    intent_id: str


class ReleaseResult(msgspec.Struct, frozen=True):
    """Whether this call released it."""

    is_released: bool


class AskPrepaidCredit(msgspec.Struct, frozen=True):
    """What is left on this prepaid account? It is called as its token in identity."""

    tenant: TenantId
    account_id: str


class PrepaidCredit(msgspec.Struct, frozen=True):
    """Zero for an account that nobody ever topped up."""

    amount: Decimal


class AskBookings(msgspec.Struct, frozen=True):
    """What was billed for this session, and what became of it?"""

    tenant: TenantId
    session_id: str


class BookedMovement(msgspec.Struct, frozen=True):
    """Money that came in for an invoice, or went back (`amount` below zero). `by`: which card, or how else."""

    reference: str
    amount: Decimal
    at: datetime
    by: str


class BookedEntry(msgspec.Struct, frozen=True):
    """One side of a posting in the ledger."""

    account: str
    amount: Decimal
    at: datetime
    about: str


class Bookings(msgspec.Struct, frozen=True):
    """The invoice with its movements and its entries in the ledger, the oldest first; without one all is empty."""

    invoice_id: str | None = None
    invoice_number: int | None = None
    state: str = ""
    currency: str = ""
    total_incl_vat: Decimal = Decimal(0)
    movements: tuple[BookedMovement, ...] = ()
    entries: tuple[BookedEntry, ...] = ()


HOLD_PAYMENT = Query("billing", "hold_payment", HoldPayment, HoldResult)
RELEASE_HOLD = Query("billing", "release_hold", ReleaseHold, ReleaseResult)
PREPAID_CREDIT = Query("billing", "prepaid_credit", AskPrepaidCredit, PrepaidCredit)
RECEIPT_OF = Query("billing", "receipt_of", AskReceipt, SettlementReply)
CHECK_VAT_NUMBER = Query("billing", "check_vat_number", AskVatNumber, VatNumberReply)
BOOKINGS_OF = Query("billing", "bookings_of", AskBookings, Bookings)
