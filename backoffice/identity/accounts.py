"""Accounts and logins: who somebody is, shown by a password and where they have one by a second factor.

A password is hashed outside of any transaction: it takes longer than all the rest.
"""

from dataclasses import dataclass

from backoffice.contracts.identity import DriverRegistered
from backoffice.identity import people_repository, repository
from backoffice.identity.codes import OneTimeCodes
from backoffice.identity.errors import (
    AccountDisabled,
    EmailTaken,
    RefreshTokenRefused,
    SecondFactorNeeded,
    SecondFactorWrong,
    TooManyFailedLogins,
    WrongCredentials,
)
from backoffice.identity.models import Account
from backoffice.identity.passwords import Passwords
from backoffice.identity.people_models import Tenant
from backoffice.identity.recovery import Recovery
from backoffice.identity.refreshing import Refreshed, RefreshTokens
from backoffice.identity.second_factor import SecondFactors
from backoffice.identity.settings import IdentitySettings
from backoffice.identity.vault import Vault
from backoffice.kit.auth import Principal, Role, TokenSigner
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import NotFound
from backoffice.kit.failures import FailureCounter
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import DriverId, TenantId

FAILURES_FORGOTTEN_AFTER_S = 900


@dataclass(frozen=True, slots=True)
class Login:
    """Someone who proved who they are, and the access token that says so."""

    account_id: str
    role: Role
    access_token: str
    expires_in_s: int
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says to be. `second_factor` is a code of the authenticator, or one for recovery.

    `address` is where the request came from; empty where that is not known.
    """

    is_staff: bool
    email: str
    password: str
    second_factor: str | None = None
    address: str = ""


class Accounts:
    """Registers, logs in, and finds accounts. Those methods that take a unit are one transaction's."""

    def __init__(self, database: Database, *, settings: IdentitySettings, clock: Clock) -> None:
        self.database = database
        self._settings = settings
        self._clock = clock
        self._passwords = Passwords()
        self.failed_logins = FailureCounter(settings.redis_url, scope="login", window_s=FAILURES_FORGOTTEN_AFTER_S)
        self.signer = TokenSigner(settings.auth_private_key.get_secret_value())
        self.refresh_tokens = RefreshTokens(database, lifetime=settings.refresh_token_lifetime, clock=clock)
        vault = Vault((settings.secrets_key or settings.auth_private_key).get_secret_value())
        self.codes = OneTimeCodes(database, vault, clock=clock)
        self.second_factors = SecondFactors(vault, clock=clock)
        self.recovery = Recovery(
            database, codes=self.codes, passwords=self._passwords, refresh_tokens=self.refresh_tokens, clock=clock
        )

    async def register_driver(
        self, tenant: TenantId, *, email: str, password: str, name: str = "", language: str = "en"
    ) -> Login:
        """A driver with this address is there and logged in, and is asked to verify it.

        Raises NotFound for a tenant that is not there or logs nobody in, EmailTaken.
        """
        account = await self._new_account(tenant, Role.DRIVER, email, password)
        account.name, account.language = name, language
        async with self.database.transaction(tenant) as unit:
            owner = await people_repository.find_tenant(unit, tenant)
            if owner is None or owner.is_disabled:
                raise NotFound("tenant", tenant)
            if not await repository.add_account(unit, account):
                raise EmailTaken
            registered = DriverRegistered(DriverId(account.id))
            await unit.publish(registered, key=account.id, now=account.created_at)
            await self.recovery.ask_verification(unit, account)
        return await self._log_in(account)

    async def log_in(self, tenant: TenantId, claim: Claim) -> Login:
        """The account that has this address and password.

        Raises WrongCredentials, SecondFactorNeeded, SecondFactorWrong, AccountDisabled, TooManyFailedLogins.
        """
        counted = self._counted_for(tenant, claim)
        await self._check_failures(counted)
        async with self.database.transaction(tenant) as unit:
            account = await repository.find_account_by_email(unit, is_staff=claim.is_staff, email=claim.email.lower())
            owner = await people_repository.find_tenant(unit, tenant)
            needs_more = account is not None and await self.second_factors.is_needed(unit, account.id)
        is_right = await self._passwords.is_right(claim.password, account.password_hash if account else None)
        if account is None or not is_right:
            await self._note_failure(counted)
            raise WrongCredentials
        if _may_not_log_in(account, owner):
            raise AccountDisabled
        if needs_more:
            await self._check_second_factor(tenant, account, claim, counted)
        return await self._log_in(account)

    async def check_holder(self, account: Account, *, password: str, second_factor: str | None) -> None:
        """Whoever is logged in is the account's owner, and not somebody who found their device.

        Raises WrongCredentials, SecondFactorNeeded, SecondFactorWrong, TooManyFailedLogins.
        """
        tenant = TenantId(account.tenant_id)
        claim = Claim(is_staff=account.is_staff, email=account.email, password=password, second_factor=second_factor)
        counted = self._counted_for(tenant, claim)
        await self._check_failures(counted)
        async with self.database.transaction(tenant) as unit:
            needs_more = await self.second_factors.is_needed(unit, account.id)
        if not await self._passwords.is_right(password, account.password_hash):
            await self._note_failure(counted)
            raise WrongCredentials
        if needs_more:
            await self._check_second_factor(tenant, account, claim, counted)

    async def remove_second_factor(self, tenant: TenantId, account_id: str, code: str) -> None:
        """The account logs in without one. Raises SecondFactorWrong, TooManyFailedLogins.

        Failures are counted for themselves: whoever found the device guesses no factor away, and locks nobody out.
        """
        counted = [(f"{tenant}|second factor of|{account_id}", self._settings.failed_logins_allowed)]
        await self._check_failures(counted)
        try:
            async with self.database.transaction(tenant) as unit:
                await self.second_factors.remove(unit, account_id, code)
        except SecondFactorWrong:
            await self._note_failure(counted)
            raise

    async def refresh(self, tenant: TenantId, refresh_token: str) -> Login:
        """Whoever was logged in stays so, with the role that they have now. Raises RefreshTokenRefused."""
        turned = await self.refresh_tokens.turn(tenant, refresh_token)
        async with self.database.transaction(tenant) as unit:
            owner = await people_repository.find_tenant(unit, tenant)
        if _may_not_log_in(turned.account, owner):
            raise RefreshTokenRefused
        return self._login_of(turned)

    async def ensure_account(self, tenant: TenantId, *, role: Role, email: str, password: str) -> str:
        """An account of this role and address has this password, whatever was before; returns its id.

        Its address counts as verified: whoever runs the platform says so.
        """
        async with self.database.transaction(tenant) as unit:
            now = self._clock()
            await people_repository.add_tenant(unit, Tenant(tenant_id=tenant, name=tenant, created_at=now))
            account = await repository.find_account_by_email(
                unit, is_staff=role is not Role.DRIVER, email=email.lower()
            )
        is_known = account is not None and account.role == role
        if is_known and account and await self._passwords.is_right(password, account.password_hash):
            return account.id
        new = await self._new_account(tenant, role, email, password)
        new.verified_at = new.created_at
        async with self.database.transaction(tenant) as unit:
            await repository.add_account(unit, new)
            kept = await repository.find_account_by_email(unit, is_staff=role is not Role.DRIVER, email=new.email)
            assert kept is not None
            kept.role, kept.sites, kept.password_hash = role, None, new.password_hash
            await self.refresh_tokens.end_all(unit, kept.id)
            return kept.id

    async def read(self, unit: Unit, account_id: str) -> Account:
        """The account. Raises NotFound."""
        account = await repository.find_account(unit, account_id)
        if account is None:
            raise NotFound("account", account_id)
        return account

    def _counted_for(self, tenant: TenantId, claim: Claim) -> list[tuple[str, int]]:
        """What failures are counted by, and how many are allowed: the account, and where the request came from."""
        who = f"{tenant}|{'staff' if claim.is_staff else 'driver'}|{claim.email.lower()}"
        counted = [(who, self._settings.failed_logins_allowed)]
        if claim.address:
            counted.append((f"address|{claim.address}", self._settings.failed_logins_allowed_per_address))
        return counted

    async def _check_failures(self, counted: list[tuple[str, int]]) -> None:
        for key, allowed in counted:
            if await self.failed_logins.count(key) >= allowed:
                raise TooManyFailedLogins

    async def _note_failure(self, counted: list[tuple[str, int]]) -> None:
        for key, _ in counted:
            await self.failed_logins.note(key)

    async def _check_second_factor(
        self, tenant: TenantId, account: Account, claim: Claim, counted: list[tuple[str, int]]
    ) -> None:
        if claim.second_factor is None:
            raise SecondFactorNeeded
        async with self.database.transaction(tenant) as unit:
            is_right = await self.second_factors.check(unit, account.id, claim.second_factor)
        if not is_right:
            await self._note_failure(counted)
            raise SecondFactorWrong

    async def _new_account(self, tenant: TenantId, role: Role, email: str, password: str) -> Account:
        now = self._clock()
        return Account(
            tenant_id=tenant,
            id=unique_event_id(now),
            role=role,
            email=email.lower(),
            name="",
            language="en",
            password_hash=await self._passwords.hash_password(password),
            created_at=now,
        )

    async def _log_in(self, shown: Account) -> Login:
        """A login of the account as it is now: while a password was checked, it may have become another one."""
        async with self.database.transaction(TenantId(shown.tenant_id)) as unit:
            account = await people_repository.lock_account(unit, shown.id)
            if account is None or account.password_hash != shown.password_hash:
                raise WrongCredentials
            if account.is_disabled:
                raise AccountDisabled
            begun = await self.refresh_tokens.begin(unit, account)
        return self._login_of(begun)

    def _login_of(self, begun: Refreshed) -> Login:
        account, role = begun.account, Role(begun.account.role)
        sites = None if account.sites is None else frozenset(account.sites)
        principal = Principal(account.id, TenantId(account.tenant_id), role, sites=sites)
        lifetime = self._settings.access_token_lifetime
        access_token = self.signer.sign(principal, now=begun.at, lifetime=lifetime)
        expires_in_s = int(lifetime.total_seconds())
        return Login(account.id, role, access_token, expires_in_s=expires_in_s, refresh_token=begun.refresh_token)


def _may_not_log_in(account: Account, owner: Tenant | None) -> bool:
    return account.is_disabled or owner is None or owner.is_disabled
