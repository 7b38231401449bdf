"""What we hold true of payments made at a station."""

from decimal import Decimal

import msgspec

from protocol.blocks.payment.messages import SettlementStatus
from protocol.domain.identifiers import TransactionId


class PaymentAuthorised(msgspec.Struct, frozen=True, kw_only=True):
    """The station's terminal holds a payment for the transaction, and the CSMS is to settle it (OCPP 2.1 C20).

    `reference` is the payment provider's own.
    """

    reference: str
    transaction_id: TransactionId


class SettlementReported(msgspec.Struct, frozen=True, kw_only=True):
    """The payment of a transaction by the station's terminal was settled, or was not. `amount` is with VAT."""

    reference: str
    status: SettlementStatus
    amount: Decimal
    transaction_id: TransactionId | None
    reason: str | None = None
    receipt_id: str | None = None
    receipt_url: str | None = None
    vat_number: str | None = None
