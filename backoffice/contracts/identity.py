"""What identity answers."""

from datetime import datetime

import msgspec

from backoffice.contracts.query import Query
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.domain.identifiers import DriverId, IdToken, TenantId


class IssueVirtualToken(msgspec.Struct, frozen=True):
    """Make a one-time token for a driver who starts by app. Asked again with the same `purpose`, the same token."""

    tenant: TenantId
    driver_id: DriverId
    purpose: str
    expires_at: datetime


class VirtualToken(msgspec.Struct, frozen=True):
    """A token of type Central, at most 20 characters so that 1.6 can carry it, and its ref on the bus.

    A 1.6 station repeats it without a type: `unspecified_ref` is what the fact will carry then.
    """

    id_token: IdToken
    ref: str
    unspecified_ref: str


AUTHORIZE_TOKEN = Query("identity", "authorize_token", AuthorizeToken, TokenVerdict)
ISSUE_VIRTUAL_TOKEN = Query("identity", "issue_virtual_token", IssueVirtualToken, VirtualToken)
