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


class AskUptime(msgspec.Struct, frozen=True):
    """How much of [begin, end) were the ports up, of the stations behind `after` in the order of their ids?"""

    tenant: TenantId
    begin: datetime
    end: datetime
    after: str = ""


class PortUptime(msgspec.Struct, frozen=True):
    """Seconds of one port by 23 CFR 680.116(b): `excluded_s` is a part of `outage_s`, which is one of `total_s`."""

    station_id: StationId
    evse: int
    location_id: str
    total_s: int
    outage_s: int
    excluded_s: int


class PortUptimes(msgspec.Struct, frozen=True):
    """The ports of some stations; `after` None: there are no more."""

    ports: tuple[PortUptime, ...]
    after: str | None


TRANSACTION_TRAIL = Query("telemetry", "transaction_trail", AskTrail, Trail)
UPTIME_OF_PORTS = Query("telemetry", "uptime_of_ports", AskUptime, PortUptimes)
