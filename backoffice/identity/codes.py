"""One-time codes, which show that somebody reads the mail of an address.

Invariants:
1. A code is used once, until it expires, for what it was asked for; another one of its kind ends it.
2. After TRIES wrong guesses it is over: nobody guesses 50 bits in five.
3. An account is sent ASKED_PER_HOUR of a kind at most; whoever asks is told nothing of that, nor whether there is one.
4. The code is nowhere but in the answer to `ONE_TIME_CODE_OF`; the row says that it was asked for.
"""

import hmac
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from backoffice.contracts.identity import AskOneTimeCode, OneTimeCodeAnswer
from backoffice.identity import credential_repository
from backoffice.identity.models import Account
from backoffice.identity.people_models import OneTimeCode
from backoffice.identity.vault import Vault
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import TenantId

PRUNE_CODES_EVERY_S = 3600.0
TRIES = 5
ASKED_PER_HOUR = 5
_HOUR = timedelta(hours=1)


class CodeKind(StrEnum):
    """What a code is for."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a kind of code, no secret
    INVITE = "invite"


LIFETIMES: Mapping[CodeKind, timedelta] = {
    CodeKind.VERIFY_EMAIL: timedelta(days=1),
    CodeKind.RESET_PASSWORD: timedelta(minutes=30),
    CodeKind.INVITE: timedelta(days=7),
}


class OneTimeCodes:
    """Issues and redeems them."""

    def __init__(self, database: Database, vault: Vault, *, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def issue(self, unit: Unit, account: Account, kind: CodeKind) -> OneTimeCode | None:
        """A code of this kind, the only one; None where too many were asked for."""
        now = self._clock()
        asked = await credential_repository.count_codes(unit, account.id, kind=kind, since=now - _HOUR)
        if asked >= ASKED_PER_HOUR:
            return None
        await credential_repository.end_codes(unit, account.id, kinds=[kind], now=now)
        row = OneTimeCode(
            tenant_id=unit.tenant,
            id=unique_event_id(now),
            account_id=account.id,
            kind=kind,
            created_at=now,
            expires_at=now + LIFETIMES[kind],
        )
        unit.session.add(row)
        await unit.session.flush()
        return row

    async def redeem(self, unit: Unit, account: Account, code: str, *, kinds: Collection[CodeKind]) -> bool:
        """Whether the code is right, which it was for the last time. A wrong one counts against all of these kinds.

        The transaction is to be committed either way: that is what counts the tries.
        """
        now, guess = self._clock(), code.replace(" ", "").replace("-", "").upper()
        live = await credential_repository.lock_live_codes(unit, account.id, kinds=kinds, now=now)
        for row in live:
            if hmac.compare_digest(self._vault.code_of(unit.tenant, row.id).encode(), guess.encode()):
                row.ended_at = now
                return True
        for row in live:
            row.tries += 1
            row.ended_at = now if row.tries >= TRIES else None
        return False

    async def tell(self, question: AskOneTimeCode) -> OneTimeCodeAnswer:
        """The code, for whoever sends it, as long as it is any good."""
        async with self._database.transaction(question.tenant) as unit:
            row = await credential_repository.find_code(unit, question.id)
        if row is None or not _is_live(row, self._clock()):
            return OneTimeCodeAnswer()
        return OneTimeCodeAnswer(self._vault.code_of(TenantId(row.tenant_id), row.id), row.kind)

    async def prune(self) -> None:
        """What was over an hour ago is forgotten; until then it counts against ASKED_PER_HOUR."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            await credential_repository.prune_codes(unit, ended_before=self._clock() - _HOUR)


def _is_live(row: OneTimeCode, now: datetime) -> bool:
    return row.ended_at is None and row.expires_at > now
