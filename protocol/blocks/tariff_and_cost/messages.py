"""What the CSMS tells the driver of costs, by way of the station, and the tariffs that a station has (2.1)."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from protocol.domain.identifiers import TransactionId
from protocol.domain.tariff import Tariff


class CostUpdated(msgspec.Struct, frozen=True):
    """What a running transaction has cost so far, taxes included, in the station's currency (OCPP 2.0.1 I02)."""

    transaction_id: TransactionId
    total_cost: Decimal


class SetDefaultTariff(msgspec.Struct, frozen=True):
    """Who has no tariff of their own pays this at the EVSE, or at all where `evse` is None (OCPP 2.1 I07)."""

    tariff: Tariff
    evse: int | None = None


class TariffKind(StrEnum):
    """Whose tariff it is (OCPP 2.1 §3 TariffKindEnumType)."""

    DEFAULT = "DefaultTariff"
    DRIVER = "DriverTariff"


class GetTariffs(msgspec.Struct, frozen=True):
    """Which tariffs has the EVSE, or the station where `evse` is None? (OCPP 2.1 I09)"""

    evse: int | None = None


class TariffAssignment(msgspec.Struct, frozen=True):
    """A tariff, and where it holds: at these EVSEs, or for these tokens."""

    tariff_id: str
    kind: TariffKind
    valid_from: datetime | None = None
    evses: tuple[int, ...] = ()
    id_tokens: tuple[str, ...] = ()


class TariffsReply(msgspec.Struct, frozen=True):
    """`status` is "NoTariff" where there is none."""

    status: str
    assignments: tuple[TariffAssignment, ...] = ()
    reason: str = ""


class ClearTariffs(msgspec.Struct, frozen=True):
    """These tariffs are forgotten, of this EVSE; nothing given means all (OCPP 2.1 I10)."""

    tariff_ids: tuple[str, ...] = ()
    evse: int | None = None


class ClearedTariff(msgspec.Struct, frozen=True):
    """What became of one."""

    status: str
    tariff_id: str | None = None


class ClearTariffsReply(msgspec.Struct, frozen=True):
    """What became of each; one "NoTariff" without an id where there was none at all."""

    results: tuple[ClearedTariff, ...]


class ChangeTransactionTariff(msgspec.Struct, frozen=True):
    """From now on the transaction costs what this tariff says (OCPP 2.1 I11)."""

    transaction_id: TransactionId
    tariff: Tariff
