"""What identity says and answers."""

from datetime import datetime
from enum import StrEnum

import msgspec

from backoffice.contracts.query import Query
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.bus.catalogue import EventRow
from protocol.bus.subjects import Kind
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


class VerificationAsked(msgspec.Struct, frozen=True):
    """A driver is to show that the address is theirs. Key of this and the following events: the account's id.

    No event has an address, a name or a code: CONTACT_OF and ONE_TIME_CODE_OF say them to whoever sends the mail.
    """

    account_id: str
    code_id: str
    expires_at: datetime


class PasswordResetAsked(msgspec.Struct, frozen=True):
    """Somebody says to have forgotten this account's password."""

    account_id: str
    code_id: str
    expires_at: datetime


class StaffInvited(msgspec.Struct, frozen=True):
    """Somebody is to work here, and chooses a password with the code."""

    account_id: str
    code_id: str
    expires_at: datetime
    role: str


class DriverRegistered(msgspec.Struct, frozen=True):
    """There is a driver."""

    driver_id: DriverId


class DriverDeleted(msgspec.Struct, frozen=True):
    """The driver's account and tokens are gone; whatever else links to a person is to go as well."""

    driver_id: DriverId


class LoginsEnded(msgspec.Struct, frozen=True):
    """Whoever is logged in to the account has to do it anew: an access token made before this event is no good.

    Another password, role or sites, or the account is disabled; of a program, `account_id` is that of its revoked key.
    """

    account_id: str


class TenantDisabled(msgspec.Struct, frozen=True):
    """The same for everybody of the tenant, programs too. Key: the tenant's name."""


class AskContact(msgspec.Struct, frozen=True):
    """How is this account's owner reached?"""

    tenant: TenantId
    subject: str


class Contact(msgspec.Struct, frozen=True):
    """`email` None: there is no such account, or none any more. `language` is a BCP 47 tag."""

    email: str | None = None
    name: str = ""
    language: str = "en"
    is_verified: bool = False


class AskStaff(msgspec.Struct, frozen=True):
    """Who runs the stations of this tenant, and is to hear what happens to them?"""

    tenant: TenantId


class StaffAnswer(msgspec.Struct, frozen=True):
    """Their account ids."""

    subjects: tuple[str, ...] = ()


class AskOneTimeCode(msgspec.Struct, frozen=True):
    """Which code is to be sent?"""

    tenant: TenantId
    id: str


class OneTimeCodeAnswer(msgspec.Struct, frozen=True):
    """`code` None: it is used, over or replaced, and there is nothing to send. `kind` as in the event asked it."""

    code: str | None = None
    kind: str = ""


class ChangeContact(msgspec.Struct, frozen=True):
    """From now on this is the person's name, and their language. Asked again, nothing more happens."""

    tenant: TenantId
    subject: str
    name: str
    language: str


class DeleteDriver(msgspec.Struct, frozen=True):
    """This driver is to be forgotten. Whoever asks has seen to it that nothing is in the way.

    The driver's own wish is shown to be theirs by `password`, with a code where they have a second factor;
    `is_by_staff`: `by` answers for it, who is in the audit log with the request.
    """

    tenant: TenantId
    driver_id: DriverId
    is_by_staff: bool = False
    password: str = ""
    second_factor: str | None = None
    by: str = ""
    request_id: str = ""


class Deletion(StrEnum):
    """What came of it."""

    DELETED = "deleted"
    NO_SUCH_DRIVER = "no_such_driver"
    NOT_SHOWN = "not_shown"
    TOO_MANY_TRIES = "too_many_tries"


class DeletionAnswer(msgspec.Struct, frozen=True):
    """DELETED: account, tokens and logins are gone, and DriverDeleted is on its way."""

    outcome: Deletion


CONTACT_OF = Query("identity", "contact_of", AskContact, Contact)
CHANGE_CONTACT = Query("identity", "change_contact", ChangeContact, Contact)
DELETE_DRIVER = Query("identity", "delete_driver", DeleteDriver, DeletionAnswer)
STAFF_OF = Query("identity", "staff_of", AskStaff, StaffAnswer)
ONE_TIME_CODE_OF = Query("identity", "one_time_code_of", AskOneTimeCode, OneTimeCodeAnswer)

EVENTS = (
    EventRow(VerificationAsked, Kind.DOMAIN, "identity", "verification_asked"),
    EventRow(PasswordResetAsked, Kind.DOMAIN, "identity", "password_reset_asked"),
    EventRow(StaffInvited, Kind.DOMAIN, "identity", "staff_invited"),
    EventRow(DriverRegistered, Kind.DOMAIN, "identity", "driver_registered"),
    EventRow(DriverDeleted, Kind.DOMAIN, "identity", "driver_deleted"),
    EventRow(LoginsEnded, Kind.DOMAIN, "identity", "logins_ended"),
    EventRow(TenantDisabled, Kind.DOMAIN, "identity", "tenant_disabled"),
)
