"""What telemetry answers."""

from datetime import datetime

import msgspec

from backoffice.contracts.query import Query
from protocol.domain.identifiers import StationId, TenantId, TransactionId


class AskTrail(msgspec.Struct, frozen=True):
    """What was said of this transaction, and in which frames?"""

    tenant: TenantId
    station_id: StationId
    transaction_id: TransactionId


class TrailEvent(msgspec.Struct, frozen=True):
    """A fact of a transaction, and the CALL that it came with, as far as the message log still has it.

    `call` and `answer` are the frames' texts, secrets masked, and cut where they are long.
    """

    event_id: str
    type: str
    occurred_at: datetime
    received_at: datetime
    message_id: str | None = None
    action: str | None = None
    call: str | None = None
    answer: str | None = None


class Trail(msgspec.Struct, frozen=True):
    """The facts in the order in which they were received."""

    events: tuple[TrailEvent, ...]


TRANSACTION_TRAIL = Query("telemetry", "transaction_trail", AskTrail, Trail)
