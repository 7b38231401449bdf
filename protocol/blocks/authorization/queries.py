"""What the gateway asks identity; the clear token stays in the gateway."""

from datetime import datetime
from decimal import Decimal

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
    `account` is the prepaid balance that the token draws on, and `credit` what is left there (OCPP 2.1 C17).
    """

    status: AuthorizationStatus
    driver_id: DriverId | None = None
    expires_at: datetime | None = None
    group: str | None = None
    account: str | None = None
    credit: Decimal | None = None
