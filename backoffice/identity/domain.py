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


def is_master_pass(group: str | None, master_pass_group: str) -> bool:
    """Whether tokens of this group stop everybody's transactions (OCPP 2.0.1 C16); case does not matter."""
    return group is not None and group.upper() == master_pass_group.upper()


def judge_token(token: TokenRecord | None, *, now: datetime, master_pass_group: str) -> TokenVerdict:
    """The verdict; a token that nobody registered is Unknown. Blocked weighs more than expired.

    A master pass belongs to no driver: whoever stops another's session with it does not pay for it.
    """
    if token is None:
        return TokenVerdict(AuthorizationStatus.UNKNOWN)
    if token.is_blocked:
        status = AuthorizationStatus.BLOCKED
    elif token.expires_at is not None and token.expires_at <= now:
        status = AuthorizationStatus.EXPIRED
    else:
        status = AuthorizationStatus.ACCEPTED
    driver_id = None if is_master_pass(token.group, master_pass_group) else token.driver_id
    return TokenVerdict(status, driver_id=driver_id, expires_at=token.expires_at, group=token.group)
