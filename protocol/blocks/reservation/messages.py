"""What the CSMS asks a station to keep free."""

from datetime import datetime

import msgspec

from protocol.domain.identifiers import IdToken


class ReserveNow(msgspec.Struct, frozen=True):
    """An EVSE is kept for a token, or for its `group`, until `expires_at`. `evse` None: any one of the station's.

    A reservation id that is known already replaces its reservation (OCPP 1.6 §5.13).
    """

    reservation_id: int
    expires_at: datetime
    id_token: IdToken
    evse: int | None = None
    group: IdToken | None = None


class CancelReservation(msgspec.Struct, frozen=True):
    """The reservation is no longer wanted."""

    reservation_id: int
