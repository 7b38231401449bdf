"""What a meter said, for telemetry and for running costs; no bill rests on it."""

import msgspec

from protocol.domain.identifiers import TransactionId
from protocol.domain.metering import MeterValue


class MeterValuesReported(msgspec.Struct, frozen=True):
    """Readings of one EVSE, from whichever message carried them."""

    meter_values: tuple[MeterValue, ...]
    evse: int | None = None
    transaction_id: TransactionId | None = None
