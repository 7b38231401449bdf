"""What identity does: accounts, access tokens, IdTokens and verdicts about them."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from backoffice.contracts.billing import PREPAID_CREDIT, AskPrepaidCredit
from backoffice.contracts.identity import IssueVirtualToken, VirtualToken
from backoffice.identity import repository
from backoffice.identity.domain import is_master_pass, judge_token
from backoffice.identity.errors import EmailTaken, GroupTaken, TokenTaken, TooManyFailedLogins, WrongCredentials
from backoffice.identity.models import Account, RegisteredToken
from backoffice.identity.passwords import Passwords
from backoffice.identity.refreshing import RefreshTokens
from backoffice.identity.settings import IdentitySettings
from backoffice.kit.auth import Principal, Role, TokenSigner
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import NotFound
from backoffice.kit.failures import FailureCounter
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.bus.envelope import unique_event_id
from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import DriverId, IdToken, IdTokenType, TenantId, tenant_token_key

# No vowels and nothing that reads like something else; 20 characters is what 1.6 carries (OCPP 1.6 §7.27).
_VIRTUAL_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"
_VIRTUAL_LENGTH = 18
# The gateway waits for a verdict for two seconds.
_BILLING_ANSWERS_WITHIN_S = 1.5
FAILURES_FORGOTTEN_AFTER_S = 900
UNKNOWN_TOKENS_KEPT = 500


@dataclass(frozen=True, slots=True)
class Login:
    """Someone who proved who they are, and the access token that says so."""

    account_id: str
    role: Role
    access_token: str
    expires_in_s: int
    refresh_token: str


class Identity:
    """Identity's use cases. Those that take a unit are one transaction's; `register` and `log_in` have their own.

    A password is hashed outside of any transaction: it takes longer than all the rest. Without a `bus` no prepaid card
    has credit.
    """

    def __init__(self, database: Database, *, settings: IdentitySettings, clock: Clock, bus: Bus | None = None) -> None:
        self.database = database
        self._bus = bus
        self.failed_logins = FailureCounter(settings.redis_url, scope="login", window_s=FAILURES_FORGOTTEN_AFTER_S)
        self._failed_logins_allowed = settings.failed_logins_allowed
        self._clock = clock
        self._passwords = Passwords()
        self._signer = TokenSigner(settings.auth_private_key.get_secret_value())
        self._token_key = settings.token_key.get_secret_value().encode()
        self.master_pass_group = settings.master_pass_group
        self._lifetime = settings.access_token_lifetime
        self.refresh_tokens = RefreshTokens(database, lifetime=settings.refresh_token_lifetime, clock=clock)

    async def register_driver(self, tenant: TenantId, *, email: str, password: str) -> Login:
        """A driver with this address is there and logged in. Raises EmailTaken."""
        account = await self._new_account(tenant, Role.DRIVER, email, password)
        async with self.database.transaction(tenant) as unit:
            if not await repository.add_account(unit, account):
                raise EmailTaken
        return await self._log_in(account)

    async def log_in(self, tenant: TenantId, *, role: Role, email: str, password: str) -> Login:
        """The account that has this address and password. Raises WrongCredentials, TooManyFailedLogins."""
        who = f"{tenant}|{role}|{email.lower()}"
        if await self.failed_logins.count(who) >= self._failed_logins_allowed:
            raise TooManyFailedLogins
        async with self.database.transaction(tenant) as unit:
            account = await repository.find_account_by_email(unit, role=role, email=email.lower())
        is_right = await self._passwords.is_right(password, account.password_hash if account else None)
        if account is None or not is_right:
            await self.failed_logins.note(who)
            raise WrongCredentials
        return await self._log_in(account)

    async def refresh(self, tenant: TenantId, refresh_token: str) -> Login:
        """Whoever was logged in stays so. Raises RefreshTokenRefused."""
        turned = await self.refresh_tokens.turn(tenant, refresh_token)
        return self._login_of(turned.account, turned.refresh_token)

    async def ensure_account(self, tenant: TenantId, *, role: Role, email: str, password: str) -> str:
        """An account of this role and address has this password, whatever was before; returns its id."""
        async with self.database.transaction(tenant) as unit:
            account = await repository.find_account_by_email(unit, role=role, email=email.lower())
        if account is not None and await self._passwords.is_right(password, account.password_hash):
            return account.id
        new = await self._new_account(tenant, role, email, password)
        async with self.database.transaction(tenant) as unit:
            await repository.add_account(unit, new)
            kept = await repository.find_account_by_email(unit, role=role, email=new.email)
            assert kept is not None
            await repository.change_password(unit, kept.id, new.password_hash)
            await self.refresh_tokens.end_all(unit, kept.id)
            return kept.id

    async def read_account(self, unit: Unit, account_id: str) -> Account:
        """The account. Raises NotFound."""
        account = await repository.find_account(unit, account_id)
        if account is None:
            raise NotFound("account", account_id)
        return account

    async def register_token(
        self,
        unit: Unit,
        driver_id: str,
        id_token: IdToken,
        *,
        expires_at: datetime | None = None,
        group: str | None = None,
    ) -> RegisteredToken:
        """The token is the driver's; it was perhaps before, and stays as it was. Raises TokenTaken, GroupTaken."""
        if is_master_pass(group, self.master_pass_group):
            raise GroupTaken(self.master_pass_group)
        if group is not None and not await repository.claim_group(unit, group, driver_id):
            raise GroupTaken(group)
        token = self._new_token(unit.tenant, driver_id, id_token)
        token.expires_at, token.group_name = expires_at, group
        refs = self._refs_of(unit.tenant, id_token)
        if await repository.add_token(unit, token, refs):
            await repository.forget_unknown_tokens(unit, refs)
            return token
        existing = await repository.find_tokens_by_refs(unit, refs)
        for one in existing:
            if one.driver_id == driver_id and one.type == id_token.type and one.value:
                return one
        if len(existing) == 1 and existing[0].driver_id == driver_id and not existing[0].value:
            await repository.complete_token(unit, existing[0], id_token, refs)
            return existing[0]
        raise TokenTaken(id_token.mask)

    async def register_master_pass(self, unit: Unit, operator_id: str, id_token: IdToken) -> RegisteredToken:
        """The token stops everybody's transactions; it did perhaps before. Raises TokenTaken."""
        token = self._new_token(unit.tenant, operator_id, id_token)
        token.group_name = self.master_pass_group
        refs = self._refs_of(unit.tenant, id_token)
        if await repository.add_token(unit, token, refs):
            await repository.forget_unknown_tokens(unit, refs)
            return token
        existing = await repository.find_tokens_by_refs(unit, refs)
        if len(existing) == 1 and is_master_pass(existing[0].group_name, self.master_pass_group):
            return existing[0]
        raise TokenTaken(id_token.mask)

    async def block_master_pass(self, unit: Unit, token_id: str) -> RegisteredToken:
        """The token stops nothing any more. Raises NotFound."""
        for token in await repository.list_tokens_of_group(unit, self.master_pass_group):
            if token.id == token_id:
                token.is_blocked = True
                return token
        raise NotFound("token", token_id)

    async def register_prepaid_card(
        self, unit: Unit, operator_id: str, id_token: IdToken, *, expires_at: datetime | None
    ) -> RegisteredToken:
        """The token charges for as long as it has credit; it did perhaps before. Raises TokenTaken."""
        token = self._new_token(unit.tenant, operator_id, id_token)
        token.is_prepaid, token.expires_at = True, expires_at
        refs = self._refs_of(unit.tenant, id_token)
        if await repository.add_token(unit, token, refs):
            await repository.forget_unknown_tokens(unit, refs)
            return token
        existing = await repository.find_tokens_by_refs(unit, refs)
        if len(existing) == 1 and existing[0].is_prepaid:
            return existing[0]
        raise TokenTaken(id_token.mask)

    async def block_prepaid_card(self, unit: Unit, token_id: str) -> RegisteredToken:
        """The card charges no longer; its credit stays. Raises NotFound."""
        token = await repository.find_prepaid_card(unit, token_id)
        if token is None:
            raise NotFound("prepaid card", token_id)
        token.is_blocked = True
        return token

    async def adopt_token(self, unit: Unit, driver_id: str, ref: str) -> RegisteredToken:
        """An unknown token that a station asked about is the driver's; its value stays unknown to us.

        It was perhaps before. Raises NotFound for an unknown driver or reference, TokenTaken.
        """
        account = await repository.find_account(unit, driver_id)
        if account is None or account.role != Role.DRIVER:
            raise NotFound("driver", driver_id)
        unknown = await repository.find_unknown_token(unit, ref)
        known = await repository.find_tokens_by_refs(unit, [ref])
        if known:
            if known[0].driver_id != driver_id:
                raise TokenTaken(known[0].mask)
            return known[0]
        if unknown is None:
            raise NotFound("unknown token", ref)
        token = self._new_token(unit.tenant, driver_id, IdToken("", IdTokenType(unknown.type)))
        token.mask = unknown.mask
        await repository.add_token(unit, token, [ref])
        await repository.forget_unknown_tokens(unit, [ref])
        return token

    async def block_token(self, unit: Unit, driver_id: str, token_id: str) -> RegisteredToken:
        """The driver's token charges no longer. Raises NotFound."""
        token = await repository.find_token_of(unit, driver_id, token_id)
        if token is None:
            raise NotFound("token", token_id)
        token.is_blocked = True
        return token

    async def authorize(self, question: AuthorizeToken) -> TokenVerdict:
        """May this token charge? One that nobody registered is remembered by its reference, for somebody to adopt.

        A payment at the station's terminal may (OCPP 2.1 C18, C24): the session has no driver; the station settles it.
        A prepaid card may while it has credit (C17). Raises Failure where billing does not say.
        """
        now = self._clock()
        if question.type is IdTokenType.DIRECT_PAYMENT:
            # The station's own terminal has the payment already; what names it is no token of anybody's.
            return TokenVerdict(AuthorizationStatus.ACCEPTED)
        async with self.database.transaction(question.tenant) as unit:
            token = await repository.find_token_record(unit, question.token_ref)
            if token is None:
                await repository.note_unknown_token(unit, question, now=now, kept=UNKNOWN_TOKENS_KEPT)
        credit = None
        if token is not None and token.prepaid_account is not None and self._bus is not None:
            asked = AskPrepaidCredit(question.tenant, token.prepaid_account)
            credit = (await self._bus.ask(PREPAID_CREDIT, asked, timeout_s=_BILLING_ANSWERS_WITHIN_S)).amount
        return judge_token(token, now=now, master_pass_group=self.master_pass_group, credit=credit)

    async def issue_virtual_token(self, question: IssueVirtualToken) -> VirtualToken:
        """A token for one purpose of one driver, the same whenever it is asked for."""
        async with self.database.transaction(question.tenant) as unit:
            issued = await repository.find_token_by_purpose(unit, question.driver_id, question.purpose)
            if issued is None:
                issued = await self._issue(unit, question)
        id_token = IdToken(issued.value, IdTokenType(issued.type))
        ref, unspecified_ref = self._refs_of(question.tenant, id_token)
        return VirtualToken(id_token, ref=ref, unspecified_ref=unspecified_ref)

    async def _issue(self, unit: Unit, question: IssueVirtualToken) -> RegisteredToken:
        value = "".join(secrets.choice(_VIRTUAL_ALPHABET) for _ in range(_VIRTUAL_LENGTH))
        id_token = IdToken(value, IdTokenType.CENTRAL)
        token = self._new_token(unit.tenant, question.driver_id, id_token)
        token.purpose = question.purpose
        token.expires_at = question.expires_at
        await repository.add_token(unit, token, self._refs_of(unit.tenant, id_token))
        return token

    async def _new_account(self, tenant: TenantId, role: Role, email: str, password: str) -> Account:
        now = self._clock()
        return Account(
            tenant_id=tenant,
            id=unique_event_id(now),
            role=role,
            email=email.lower(),
            password_hash=await self._passwords.hash_password(password),
            created_at=now,
        )

    def _new_token(self, tenant: TenantId, driver_id: str, id_token: IdToken) -> RegisteredToken:
        now = self._clock()
        return RegisteredToken(
            tenant_id=tenant,
            id=unique_event_id(now),
            driver_id=DriverId(driver_id),
            value=id_token.value,
            type=id_token.type,
            mask=id_token.mask,
            purpose=None,
            is_blocked=False,
            expires_at=None,
            group_name=None,
            is_prepaid=False,
            created_at=now,
        )

    def _refs_of(self, tenant: TenantId, id_token: IdToken) -> tuple[str, str]:
        """The token's reference, and the one that a 1.6 station's facts carry: it says no type."""
        key = tenant_token_key(self._token_key, tenant)
        return id_token.ref(key), IdToken(id_token.value).ref(key)

    async def _log_in(self, account: Account) -> Login:
        return self._login_of(account, await self.refresh_tokens.begin(TenantId(account.tenant_id), account.id))

    def _login_of(self, account: Account, refresh_token: str) -> Login:
        role = Role(account.role)
        principal = Principal(account.id, TenantId(account.tenant_id), role)
        access_token = self._signer.sign(principal, now=self._clock(), lifetime=self._lifetime)
        lifetime_s = int(self._lifetime.total_seconds())
        return Login(account.id, role, access_token, expires_in_s=lifetime_s, refresh_token=refresh_token)
