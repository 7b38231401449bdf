"""What the gateway asks identity; the clear token stays in the gateway."""

from datetime import datetime

import msgspec

from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import DriverId, IdTokenType, StationId, TenantId


class AuthorizeToken(msgspec.Struct, frozen=True):
    """May the token behind `token_ref` charge at this station (and EVSE, where known)?

    `mask` and `type` are for people: identity shows them where it does not know the token.
    """

    tenant: TenantId
    token_ref: str
    station: StationId
    evse: int | None = None
    mask: str = ""
    type: IdTokenType = IdTokenType.UNSPECIFIED


class TokenVerdict(msgspec.Struct, frozen=True):
    """Identity's answer. `driver_id` is whose token it is, also where the verdict is no.

    `group` names the tokens that may stop each other's transactions; stations compare it, and nobody presents it.
    """

    status: AuthorizationStatus
    driver_id: DriverId | None = None
    expires_at: datetime | None = None
    group: str | None = None
