"""When a token may charge, as a plain function of what we know of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from protocol.blocks.authorization.queries import TokenVerdict
from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import DriverId


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What is known of an IdToken. `expires_at` None: it does not expire. `prepaid_account`: whose credit decides."""

    driver_id: DriverId
    is_blocked: bool
    expires_at: datetime | None
    group: str | None = None
    prepaid_account: str | None = None


def is_master_pass(group: str | None, master_pass_group: str) -> bool:
    """Whether tokens of this group stop everybody's transactions (OCPP 2.0.1 C16); case does not matter."""
    return group is not None and group.upper() == master_pass_group.upper()


def judge_token(
    token: TokenRecord | None, *, now: datetime, master_pass_group: str, credit: Decimal | None = None
) -> TokenVerdict:
    """The verdict; a token that nobody registered is Unknown. Blocked weighs more than expired, that than no credit.

    A master pass belongs to no driver: whoever stops another's session with it does not pay for it. Nor does a prepaid
    card, which is as good as cash: `credit` is what is left on it (OCPP 2.1 C17).
    """
    if token is None:
        return TokenVerdict(AuthorizationStatus.UNKNOWN)
    if token.is_blocked:
        status = AuthorizationStatus.BLOCKED
    elif token.expires_at is not None and token.expires_at <= now:
        status = AuthorizationStatus.EXPIRED
    elif token.prepaid_account is not None and (credit is None or credit <= 0):
        status = AuthorizationStatus.NO_CREDIT
    else:
        status = AuthorizationStatus.ACCEPTED
    is_nobodys = token.prepaid_account is not None or is_master_pass(token.group, master_pass_group)
    return TokenVerdict(
        status,
        driver_id=None if is_nobodys else token.driver_id,
        expires_at=token.expires_at,
        group=token.group,
        account=token.prepaid_account,
        credit=None if token.prepaid_account is None else credit,
    )
