"""Who works here: invited by an administrator, with a role, and as a site host with sites.

Invariants:
1. A site host has sites and nobody else does.
2. Nobody changes their own role or disables themselves: an administrator is left.
3. Whoever is changed logs in anew; an access token that is out ends by itself.
"""

from collections.abc import Collection
from dataclasses import dataclass

from backoffice.contracts.identity import AskStaff, StaffAnswer, StaffInvited
from backoffice.identity import people_repository, repository
from backoffice.identity.codes import CodeKind, OneTimeCodes
from backoffice.identity.errors import EmailTaken, OwnAccount, SitesMisplaced
from backoffice.identity.models import Account
from backoffice.identity.refreshing import RefreshTokens
from backoffice.kit.auth import SCOPES_OF_ROLE, Role, Scope
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import NotFound
from protocol.bus.envelope import unique_event_id


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is to work here, as what, and who sees which sites."""

    email: str
    role: Role
    name: str = ""
    language: str = "en"
    sites: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class StaffChange:
    """What becomes different; None stays."""

    role: Role | None = None
    sites: Collection[str] | None = None
    is_disabled: bool | None = None


class Staff:
    """Invites, lists and changes them."""

    def __init__(self, database: Database, *, codes: OneTimeCodes, refresh_tokens: RefreshTokens, clock: Clock) -> None:
        self.database = database
        self._codes = codes
        self._refresh_tokens = refresh_tokens
        self._clock = clock

    async def tell_who_runs_stations(self, question: AskStaff) -> StaffAnswer:
        """The accounts, disabled ones left out, of those who may change stations."""
        roles = [role for role in Role if role is not Role.SERVICE and Scope.STATIONS_WRITE in SCOPES_OF_ROLE[role]]
        async with self.database.transaction(question.tenant) as unit:
            return StaffAnswer(tuple(await people_repository.list_ids_of_roles(unit, roles)))

    async def invite(self, unit: Unit, invitation: Invitation) -> Account:
        """The account is there, and a code on its way; with it a password is chosen.

        One that was invited and has none yet is invited again. Raises EmailTaken, SitesMisplaced.
        """
        _check_sites(invitation.role, invitation.sites)
        email, now = invitation.email.lower(), self._clock()
        account = await repository.find_account_by_email(unit, is_staff=True, email=email)
        if account is not None and account.password_hash is not None:
            raise EmailTaken
        if account is None:
            account = Account(tenant_id=unit.tenant, id=unique_event_id(now), email=email, created_at=now)
            unit.session.add(account)
        account.role, account.name, account.language = invitation.role, invitation.name, invitation.language
        account.sites = _kept(invitation.sites)
        await unit.session.flush()
        code = await self._codes.issue(unit, account, CodeKind.INVITE)
        if code is not None:
            invited = StaffInvited(account.id, code.id, code.expires_at, invitation.role)
            await unit.publish(invited, key=account.id, now=now)
        return account

    async def change(self, unit: Unit, account_id: str, change: StaffChange, *, by: str) -> Account:
        """The account is as said, and logs in anew. Raises NotFound, OwnAccount, SitesMisplaced."""
        account = await people_repository.lock_account(unit, account_id)
        if account is None or not account.is_staff:
            raise NotFound("member of staff", account_id)
        if account_id == by:
            raise OwnAccount
        role = change.role or Role(account.role)
        sites = change.sites if change.sites is not None or role is not Role.SITE_HOST else account.sites
        _check_sites(role, sites)
        account.role, account.sites = role, _kept(sites)
        if change.is_disabled is not None:
            account.is_disabled = change.is_disabled
        await self._refresh_tokens.end_all(unit, account_id)
        return account


def _check_sites(role: Role, sites: Collection[str] | None) -> None:
    if (role is Role.SITE_HOST) != (sites is not None):
        raise SitesMisplaced


def _kept(sites: Collection[str] | None) -> list[str] | None:
    return None if sites is None else sorted(set(sites))
