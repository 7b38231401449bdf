"""What the gateway asks sessions."""

from datetime import datetime
from decimal import Decimal

import msgspec

from protocol.domain.identifiers import StationId, TenantId, TransactionId
from protocol.domain.transaction_limit import TransactionLimit


class AskTotalCost(msgspec.Struct, frozen=True):
    """What did the transaction cost, whose end is a fact? `patience_s`: how long it may take, from `asked_at` on."""

    tenant: TenantId
    station: StationId
    transaction_id: TransactionId
    patience_s: float
    asked_at: datetime | None = None


class TotalCost(msgspec.Struct, frozen=True):
    """The total of the bill, taxes included; None where it is not known in time, or nobody is billed."""

    total: Decimal | None = None


class AskLimit(msgspec.Struct, frozen=True):
    """How far may the transaction go that was started under this id?"""

    tenant: TenantId
    station: StationId
    remote_start_id: int


class LimitAnswer(msgspec.Struct, frozen=True):
    """None: nobody said so."""

    limit: TransactionLimit | None = None
