"""What a station says about being there, and the CSMS about its being in service."""

from datetime import datetime
from enum import StrEnum

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


class OperationalStatus(StrEnum):
    """Whether an EVSE may serve (OCPP 2.0.1 §3 OperationalStatusEnumType)."""

    OPERATIVE = "Operative"
    INOPERATIVE = "Inoperative"


class ChangeAvailability(msgspec.Struct, frozen=True):
    """The CSMS puts an EVSE or one of its connectors, or the whole station where `evse` is None, in or out of service.

    "Scheduled" is the answer where a transaction runs: the change comes after it (OCPP 1.6 §5.2; OCPP 2.0.1 G03, G04).
    """

    status: OperationalStatus
    evse: int | None = None
    connector: int | None = None
