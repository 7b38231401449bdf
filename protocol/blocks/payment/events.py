"""What we hold true of payments made at a station."""

from decimal import Decimal

import msgspec

from protocol.blocks.payment.messages import SettlementStatus
from protocol.domain.identifiers import TransactionId


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
