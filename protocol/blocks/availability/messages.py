"""What a station says about being there."""

from datetime import datetime

import msgspec

from protocol.domain.status import ChargingState, ConnectorStatus


class Heartbeat(msgspec.Struct, frozen=True):
    """I am here."""


class HeartbeatReply(msgspec.Struct, frozen=True):
    """The CSMS's clock, which the station follows."""

    current_time: datetime


class StatusNotification(msgspec.Struct, frozen=True):
    """A connector's state. `evse` None: the station as a whole (1.6 connectorId 0).

    `charging_state` is what 1.6 says here and 2.x says in its transaction events. `occurred_at` is None where a 1.6
    station gave no timestamp.
    """

    status: ConnectorStatus
    evse: int | None = None
    connector: int | None = None
    charging_state: ChargingState | None = None
    error_code: str | None = None
    info: str | None = None
    occurred_at: datetime | None = None


class StatusReply(msgspec.Struct, frozen=True):
    """Heard."""
