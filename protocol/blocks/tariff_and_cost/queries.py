"""What the gateway asks sessions and tariffs."""

from datetime import datetime
from decimal import Decimal

import msgspec

from protocol.domain.identifiers import DriverId, StationId, TenantId, TransactionId
from protocol.domain.tariff import Tariff
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


class AskDriverTariff(msgspec.Struct, frozen=True):
    """Which tariff is this driver's own, wherever they charge?"""

    tenant: TenantId
    driver_id: DriverId
    at: datetime


class DriverTariff(msgspec.Struct, frozen=True):
    """None: they pay what everybody does, or the tariff is one that stations have no words for."""

    tariff: Tariff | None = None
