"""What the platform says of a token."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from protocol.domain.identifiers import DriverId, IdToken


class AuthorizationStatus(StrEnum):
    """OCPP 2.0.1 §3 AuthorizationStatusEnumType. 1.6 knows the first five."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    CONCURRENT_TX = "ConcurrentTx"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    NO_CREDIT = "NoCredit"
    NOT_ALLOWED_TYPE_EVSE = "NotAllowedTypeEVSE"
    NOT_AT_THIS_LOCATION = "NotAtThisLocation"
    NOT_AT_THIS_TIME = "NotAtThisTime"
    UNKNOWN = "Unknown"


class IdTokenInfo(msgspec.Struct, frozen=True):
    """The verdict as a station hears it. Tokens of one `group` stop each other's transactions and share reservations.

    The group is 1.6's parentIdTag and 2.x's groupIdToken.
    """

    status: AuthorizationStatus
    cache_until: datetime | None = None
    group: IdToken | None = None


class AuthorizationBasis(StrEnum):
    """Who said so. DEFERRED: identity was silent, the transaction goes on, and a later verdict may stop it."""

    IDENTITY = "identity"
    CACHED = "cached"
    DEFERRED = "deferred"
    NONE = "none"


class Authorization(msgspec.Struct, frozen=True):
    """The verdict as a fact carries it, so that a replay asks nobody.

    `group` is a name that stations compare and nobody presents: at most 20 characters, and no token's value.
    `account`: the prepaid balance that the token draws on; `credit` is what was left there.
    """

    status: AuthorizationStatus
    basis: AuthorizationBasis
    driver_id: DriverId | None = None
    group: str | None = None
    expires_at: datetime | None = None
    account: str | None = None
    credit: Decimal | None = None

    @property
    def info(self) -> IdTokenInfo:
        """The verdict as a station hears it."""
        group = None if self.group is None else IdToken(self.group)
        return IdTokenInfo(status=self.status, cache_until=self.expires_at, group=group)
