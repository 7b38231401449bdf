"""When a token may charge, as a plain function of what we know of it."""

from dataclasses import dataclass
from datetime import datetime

from protocol.blocks.authorization.queries import TokenVerdict
from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import DriverId


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What is known of an IdToken. `expires_at` None: it does not expire."""

    driver_id: DriverId
    is_blocked: bool
    expires_at: datetime | None
    group: str | None = None


def judge_token(token: TokenRecord | None, *, now: datetime) -> TokenVerdict:
    """The verdict; a token that nobody registered is Unknown. Blocked weighs more than expired."""
    if token is None:
        return TokenVerdict(AuthorizationStatus.UNKNOWN)
    if token.is_blocked:
        status = AuthorizationStatus.BLOCKED
    elif token.expires_at is not None and token.expires_at <= now:
        status = AuthorizationStatus.EXPIRED
    else:
        status = AuthorizationStatus.ACCEPTED
    return TokenVerdict(status, driver_id=token.driver_id, expires_at=token.expires_at, group=token.group)
