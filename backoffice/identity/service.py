"""What identity does with IdTokens: whose they are, and verdicts about them."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from backoffice.contracts.billing import PREPAID_CREDIT, AskPrepaidCredit
from backoffice.contracts.identity import IssueVirtualToken, VirtualToken
from backoffice.identity import people_repository, repository
from backoffice.identity.accounts import Accounts
from backoffice.identity.domain import canonical_token, is_master_pass, judge_token
from backoffice.identity.errors import GroupTaken, TokenTaken
from backoffice.identity.models import RegisteredToken
from backoffice.identity.settings import IdentitySettings
from backoffice.kit.auth import Role
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import NotFound
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.bus.envelope import unique_event_id
from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import DriverId, IdToken, IdTokenType, TenantId, tenant_token_key

# No vowels and nothing that reads like something else; 20 characters is what 1.6 carries (OCPP 1.6 §7.27).
_VIRTUAL_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"
_VIRTUAL_LENGTH = 18
# The gateway waits for a verdict for two seconds.
_BILLING_ANSWERS_WITHIN_S = 1.5
UNKNOWN_TOKENS_KEPT = 500


class Identity:
    """IdTokens and the verdicts about them; `accounts` is who people are. Without a `bus` no prepaid card has credit.

    Methods that take a unit are one transaction's.
    """

    def __init__(self, database: Database, *, settings: IdentitySettings, clock: Clock, bus: Bus | None = None) -> None:
        self.database = database
        self.accounts = Accounts(database, settings=settings, clock=clock)
        self._bus = bus
        self._clock = clock
        self._token_key = settings.token_key.get_secret_value().encode()
        self._must_be_verified = settings.require_verified_email
        self.master_pass_group = settings.master_pass_group

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
        id_token = canonical_token(id_token)
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

    async def change_token(
        self, unit: Unit, token_id: str, *, is_blocked: bool | None, expires_at: datetime | None
    ) -> RegisteredToken:
        """Anybody's token is blocked or not, and ends then; None stays. Raises NotFound."""
        token = await people_repository.lock_token(unit, token_id)
        if token is None or token.purpose is not None:
            raise NotFound("token", token_id)
        token.is_blocked = token.is_blocked if is_blocked is None else is_blocked
        token.expires_at = expires_at or token.expires_at
        return token

    async def block_group(self, unit: Unit, name: str, *, is_blocked: bool) -> Sequence[RegisteredToken]:
        """Every token of the group is blocked, or none. Raises NotFound for a group without tokens."""
        tokens = await people_repository.block_group(unit, name, is_blocked=is_blocked)
        if not tokens:
            raise NotFound("group of tokens", name)
        return tokens

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
            find = repository.find_token_and_holder if self._must_be_verified else repository.find_token_record
            token = await find(unit, question.token_ref)
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
            await repository.lock_purpose(unit, question.driver_id, question.purpose)
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
