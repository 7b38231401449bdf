"""What the CSMS asks a station to keep free, and how that ended."""

from datetime import datetime
from enum import StrEnum

import msgspec

from protocol.domain.identifiers import IdToken


class ReserveNow(msgspec.Struct, frozen=True):
    """An EVSE is kept for a token, or for its `group`, until `expires_at`. `evse` None: any one of the station's.

    `connector_type`: any one with such a connector, in the word of OCPP 2.x (§3 ConnectorEnumType), as `cCCS2`.
    A reservation id that is known already replaces its reservation (OCPP 1.6 §5.13; OCPP 2.0.1 H01.FR.02).
    """

    reservation_id: int
    expires_at: datetime
    id_token: IdToken
    evse: int | None = None
    group: IdToken | None = None
    connector_type: str | None = None


class CancelReservation(msgspec.Struct, frozen=True):
    """The reservation is no longer wanted."""

    reservation_id: int


class ReservationEnd(StrEnum):
    """How a station ended a reservation itself (OCPP 2.1 §3 ReservationUpdateStatusEnumType)."""

    EXPIRED = "Expired"
    REMOVED = "Removed"
    NO_TRANSACTION = "NoTransaction"


class ReservationStatusUpdate(msgspec.Struct, frozen=True):
    """The station keeps nothing free for this reservation any more (OCPP 2.0.1 H04, H01.FR.22)."""

    reservation_id: int
    status: ReservationEnd
