"""What the gateway asks billing."""

import msgspec

from protocol.domain.identifiers import StationId, TenantId, TransactionId


class AskReceipt(msgspec.Struct, frozen=True):
    """Where is the receipt of this transaction, or will be? The answer is a SettlementReply.

    `if_ours_to_settle`: only of one whose payment the CSMS settles; of another nothing is said.
    """

    tenant: TenantId
    station: StationId
    transaction_id: TransactionId
    if_ours_to_settle: bool = False


class AskVatNumber(msgspec.Struct, frozen=True):
    """Whose VAT number is this? The answer is a VatNumberReply."""

    tenant: TenantId
    vat_number: str
