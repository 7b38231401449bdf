"""What a station's meter says."""

import msgspec

from protocol.domain.identifiers import TransactionId
from protocol.domain.metering import MeterValue


class MeterValues(msgspec.Struct, frozen=True):
    """Readings of one EVSE; `evse` None is the station's main meter. `transaction_id` is 1.6's."""

    meter_values: tuple[MeterValue, ...]
    evse: int | None = None
    transaction_id: TransactionId | None = None


class MeterValuesReply(msgspec.Struct, frozen=True):
    """Heard."""
