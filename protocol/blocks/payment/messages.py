"""What a station and the CSMS say of payments made at the station."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from protocol.domain.identifiers import TransactionId


class SettlementStatus(StrEnum):
    """OCPP 2.1 §3 PaymentStatusEnumType."""

    SETTLED = "Settled"
    CANCELED = "Canceled"
    REJECTED = "Rejected"
    FAILED = "Failed"


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """The payment provider of the station's terminal settled, or did not.

    `reference` is the provider's own. `amount` is in the station's currency, with VAT. Without a transaction the
    payment was cancelled before one began. The receipt is the station's, where it makes them.
    """

    reference: str
    status: SettlementStatus
    amount: Decimal
    settled_at: datetime
    transaction_id: TransactionId | None = None
    reason: str | None = None
    receipt_id: str | None = None
    receipt_url: str | None = None
    vat_number: str | None = None


class SettlementReply(msgspec.Struct, frozen=True):
    """The receipt, where the CSMS makes it."""

    receipt_id: str | None = None
    receipt_url: str | None = None


class CheckVatNumber(msgspec.Struct, frozen=True):
    """Does a company have this VAT number?"""

    vat_number: str
    evse: int | None = None


class Company(msgspec.Struct, frozen=True):
    """Who an invoice is for."""

    name: str
    street: str
    city: str
    country: str
    postal_code: str | None = None
    address_line: str | None = None


class VatNumberReply(msgspec.Struct, frozen=True):
    """Accepted with the company where it is known, or Rejected."""

    vat_number: str
    is_valid: bool
    evse: int | None = None
    company: Company | None = None
    reason: str = ""


class WebPaymentStarted(msgspec.Struct, frozen=True):
    """The CSMS tells the station that somebody pays by web page, and how long it may take."""

    evse: int
    timeout_s: int
