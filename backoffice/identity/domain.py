"""When a token may charge, as a plain function of what we know of it."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from backoffice.identity.errors import MalformedEmaid
from protocol.blocks.authorization.queries import TokenVerdict
from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import DriverId, IdToken, IdTokenType

# Country, provider, instance of nine, and perhaps a check digit; DIN SPEC 91286 has six.
_EMAID = re.compile(r"[A-Z]{2}[A-Z0-9]{3}(?:[A-Z0-9]{9,10}|[A-Z0-9]{6,7})")


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What is known of an IdToken. `expires_at` None: it does not expire. `prepaid_account`: whose credit decides.

    `is_holder_verified` False: the driver has not shown yet that their address is theirs, and has to.
    """

    driver_id: DriverId
    is_blocked: bool
    expires_at: datetime | None
    group: str | None = None
    prepaid_account: str | None = None
    is_holder_verified: bool = True


def canonical_token(id_token: IdToken) -> IdToken:
    """The token as stations say it: an eMAID without separators, for those are a matter of taste (ISO 15118-2 H.1).

    Raises MalformedEmaid for one that is no contract's id.
    """
    if id_token.type is not IdTokenType.EMAID:
        return id_token
    value = re.sub(r"[-*]", "", id_token.value).upper()
    if not _EMAID.fullmatch(value):
        raise MalformedEmaid(id_token.mask)
    return IdToken(value, IdTokenType.EMAID)


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
    if token.is_blocked or not token.is_holder_verified:
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
