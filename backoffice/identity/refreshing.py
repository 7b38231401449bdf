"""Staying logged in: a refresh token is used once, for an access token and the next refresh token.

Invariants:
1. We keep a token's hash, never the token.
2. A login begins a family. A token that is used again was copied: its whole family is revoked, whoever was first.
3. Whoever lost our answer on the way may ask again for a moment, as long as nobody has used what it held. Whoever
   uses that afterwards has it from somebody: that revokes the family too.
4. Tokens are revoked by logging out, by another password, and end by themselves.
5. A login and the end of all logins of an account wait for each other at its row: none slips through between.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import structlog

from backoffice.contracts.identity import LoginsEnded
from backoffice.identity import people_repository, refresh_repository
from backoffice.identity.errors import RefreshTokenRefused
from backoffice.identity.models import Account, RefreshToken
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import TenantId

log = structlog.get_logger(__name__)

PRUNE_REFRESH_TOKENS_EVERY_S = 3600.0
_BYTES = 32
_ANSWER_LOST_FOR = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Whose token it was, as their account was `at` that moment, and the next one."""

    account: Account
    refresh_token: str
    at: datetime


class RefreshTokens:
    """Issues, turns over and revokes them."""

    def __init__(self, database: Database, *, lifetime: timedelta, clock: Clock) -> None:
        self._database = database
        self._lifetime = lifetime
        self._clock = clock

    async def begin(self, unit: Unit, account: Account) -> Refreshed:
        """The first token of a new family of an account whose row is locked."""
        now = self._clock()
        return Refreshed(account, await self._issue(unit, account.id, family_id=unique_event_id(now)), now)

    async def turn(self, tenant: TenantId, token: str) -> Refreshed:
        """The token is used up, and another one is there. Raises RefreshTokenRefused."""
        async with self._database.transaction(tenant) as unit:
            account_id = await refresh_repository.find_owner(unit, _hash(token))
            account = None if account_id is None else await people_repository.lock_account(unit, account_id)
            found = await self._use(unit, token)
            if found is not None and account is not None:
                now = self._clock()
                return Refreshed(account, await self._issue(unit, account.id, family_id=found.family_id), now)
        raise RefreshTokenRefused

    async def end(self, tenant: TenantId, token: str) -> None:
        """The token's family is revoked; one that is unknown changes nothing."""
        async with self._database.transaction(tenant) as unit:
            found = await refresh_repository.lock_family_of(unit, _hash(token))
            if found is not None:
                await refresh_repository.revoke_family(unit, found.family_id, now=self._clock())

    async def end_all(self, unit: Unit, account_id: str) -> None:
        """Every login of the account has ended; its access tokens are no good as soon as a process has heard so."""
        # What changed of the account is written, and its row locked by that: what was begun before is seen and revoked.
        await unit.session.flush()
        now = self._clock()
        await refresh_repository.revoke_account(unit, account_id, now=now)
        await unit.publish(LoginsEnded(account_id), key=account_id, now=now)

    async def prune(self) -> None:
        """What ended a while ago is forgotten."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            await refresh_repository.prune_refresh_tokens(unit, ended_before=self._clock() - self._lifetime)

    async def _use(self, unit: Unit, token: str) -> RefreshToken | None:
        """The token, which is used now; None where it is no good. What was copied revokes its family."""
        now = self._clock()
        found = await refresh_repository.lock_family_of(unit, _hash(token))
        if found is None or found.expires_at <= now:
            return None
        if found.revoked_at is None and found.used_at is None:
            found.used_at = now
            return found
        is_soon = found.used_at is not None and now - found.used_at <= _ANSWER_LOST_FOR
        if found.revoked_at is None and is_soon and await refresh_repository.replace_successor(unit, found, now=now):
            return found
        log.warning("refresh token used again", account_id=found.account_id, family_id=found.family_id)
        await refresh_repository.revoke_family(unit, found.family_id, now=now)
        return None

    async def _issue(self, unit: Unit, account_id: str, *, family_id: str) -> str:
        token, now = secrets.token_urlsafe(_BYTES), self._clock()
        row = RefreshToken(
            tenant_id=unit.tenant,
            hash=_hash(token),
            family_id=family_id,
            account_id=account_id,
            issued_at=now,
            expires_at=now + self._lifetime,
        )
        await refresh_repository.add_refresh_token(unit, row)
        return token


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
