"""Showing that an address is one's own, and choosing a password by mail.

Invariants:
1. Whoever asks hears the same, whether there is such an account or not.
2. Another password ends every login of the account. Its second factor stays.
3. Whoever chose a password by mail has shown that the address is theirs.
"""

from backoffice.contracts.identity import (
    PasswordResetAsked,
    VerificationAsked,
)
from backoffice.identity import people_repository, repository
from backoffice.identity.codes import CodeKind, OneTimeCodes
from backoffice.identity.errors import CodeRefused
from backoffice.identity.models import Account
from backoffice.identity.passwords import Passwords
from backoffice.identity.refreshing import RefreshTokens
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from protocol.domain.identifiers import TenantId


class Recovery:
    """Verification and forgotten passwords."""

    def __init__(
        self,
        database: Database,
        *,
        codes: OneTimeCodes,
        passwords: Passwords,
        refresh_tokens: RefreshTokens,
        clock: Clock,
    ) -> None:
        self.database = database
        self._codes = codes
        self._passwords = passwords
        self._refresh_tokens = refresh_tokens
        self._clock = clock

    async def ask_verification(self, unit: Unit, account: Account) -> None:
        """A code is on its way to the driver's address, unless that is verified or too many were asked for."""
        if account.verified_at is not None:
            return
        code = await self._codes.issue(unit, account, CodeKind.VERIFY_EMAIL)
        if code is not None:
            asked = VerificationAsked(account.id, code.id, code.expires_at)
            await unit.publish(asked, key=account.id, now=self._clock())

    async def verify(self, unit: Unit, account_id: str, code: str) -> bool:
        """Whether the code was right; the address is the account's own then."""
        account = await people_repository.lock_account(unit, account_id)
        if account is None or not await self._codes.redeem(unit, account, code, kinds=[CodeKind.VERIFY_EMAIL]):
            return False
        account.verified_at = account.verified_at or self._clock()
        return True

    async def ask_reset(self, tenant: TenantId, *, is_staff: bool, email: str) -> None:
        """A code is on its way to the address, where an account has it."""
        async with self.database.transaction(tenant) as unit:
            account = await repository.find_account_by_email(unit, is_staff=is_staff, email=email.lower())
            if account is None or account.is_disabled or account.password_hash is None:
                return
            code = await self._codes.issue(unit, account, CodeKind.RESET_PASSWORD)
            if code is not None:
                asked = PasswordResetAsked(account.id, code.id, code.expires_at)
                await unit.publish(asked, key=account.id, now=self._clock())

    async def choose_password(self, tenant: TenantId, *, is_staff: bool, email: str, code: str, password: str) -> None:
        """The account that was sent the code has this password. Raises CodeRefused."""
        password_hash = await self._passwords.hash_password(password)
        async with self.database.transaction(tenant) as unit:
            account = await repository.find_account_by_email(unit, is_staff=is_staff, email=email.lower())
            kinds = (CodeKind.RESET_PASSWORD, CodeKind.INVITE)
            is_right = account is not None and await self._codes.redeem(unit, account, code, kinds=kinds)
            if account is not None and is_right:
                account.password_hash = password_hash
                account.verified_at = account.verified_at or self._clock()
                await self._refresh_tokens.end_all(unit, account.id)
        if not is_right:
            raise CodeRefused
