"""What the CSMS tells the driver of costs, by way of the station."""

from decimal import Decimal

import msgspec

from protocol.domain.identifiers import TransactionId


class CostUpdated(msgspec.Struct, frozen=True):
    """What a running transaction has cost so far, taxes included, in the station's currency (OCPP 2.0.1 I02)."""

    transaction_id: TransactionId
    total_cost: Decimal
