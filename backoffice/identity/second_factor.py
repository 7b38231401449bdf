"""The second factor: time-based one-time passwords (RFC 6238), and recovery codes for who lost the device.

Invariants:
1. A factor counts from its confirmation by a first code on; before that it is replaced by enrolling again.
2. A code is taken once: no time step at or before the last one used is taken (RFC 6238 §5.2).
3. A recovery code is kept by its hash, and used once. Nobody removes a factor without a code.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import pyotp

from backoffice.identity import credential_repository
from backoffice.identity.errors import SecondFactorExists, SecondFactorWrong
from backoffice.identity.models import Account
from backoffice.identity.people_models import RecoveryCode, SecondFactor
from backoffice.identity.vault import Vault
from backoffice.kit.clock import Clock
from backoffice.kit.database import Unit
from backoffice.kit.errors import NotFound
from protocol.domain.identifiers import TenantId

ISSUER = "Chargeyard"
RECOVERY_CODES = 10
_STEP_S = 30
# A device's clock may be half a minute off, either way (RFC 6238 §6).
_STEPS_OFF = 1


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator is told: the secret, and the same as an address for a QR code."""

    secret: str
    uri: str


class SecondFactors:
    """Enrols, confirms, checks and removes them."""

    def __init__(self, vault: Vault, *, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    async def enrol(self, unit: Unit, account: Account) -> Enrolment:
        """A secret for an authenticator, to be confirmed. Raises SecondFactorExists."""
        row = await credential_repository.lock_second_factor(unit, account.id)
        if row is not None and row.confirmed_at is not None:
            raise SecondFactorExists
        secret = pyotp.random_base32()
        sealed = self._vault.seal(secret.encode(), tenant=unit.tenant, account_id=account.id)
        if row is None:
            row = SecondFactor(tenant_id=unit.tenant, account_id=account.id)
            unit.session.add(row)
        row.sealed_secret, row.enrolled_at = sealed, self._clock()
        await unit.session.flush()
        return Enrolment(secret, pyotp.TOTP(secret, name=account.email, issuer=ISSUER).provisioning_uri())

    async def confirm(self, unit: Unit, account_id: str, code: str) -> list[str]:
        """The factor counts; its recovery codes, which nobody sees again.

        Raises NotFound, SecondFactorExists, SecondFactorWrong.
        """
        row = await credential_repository.lock_second_factor(unit, account_id)
        if row is None:
            raise NotFound("second factor", account_id)
        if row.confirmed_at is not None:
            raise SecondFactorExists
        if not self._takes(row, code):
            raise SecondFactorWrong
        row.confirmed_at = self._clock()
        codes = [secrets.token_hex(5) for _ in range(RECOVERY_CODES)]
        unit.session.add_all(
            RecoveryCode(tenant_id=unit.tenant, account_id=account_id, hash=_hash(code)) for code in codes
        )
        await unit.session.flush()
        return codes

    async def is_needed(self, unit: Unit, account_id: str) -> bool:
        """Whether the account logs in with one."""
        row = await credential_repository.find_second_factor(unit, account_id)
        return row is not None and row.confirmed_at is not None

    async def check(self, unit: Unit, account_id: str, code: str) -> bool:
        """Whether the code is right, of the authenticator or for recovery; it is used then."""
        row = await credential_repository.lock_second_factor(unit, account_id)
        if row is None or row.confirmed_at is None:
            return False
        return self._takes(row, code) or await credential_repository.use_recovery_code(unit, account_id, _hash(code))

    async def remove(self, unit: Unit, account_id: str, code: str) -> None:
        """The account logs in without one. Raises SecondFactorWrong."""
        if not await self.check(unit, account_id, code):
            raise SecondFactorWrong
        await credential_repository.remove_second_factor(unit, account_id)

    def _takes(self, row: SecondFactor, code: str) -> bool:
        secret = self._vault.open(row.sealed_secret, tenant=TenantId(row.tenant_id), account_id=row.account_id)
        step = find_step(secret.decode(), code, now=self._clock(), after=row.last_step)
        if step is not None:
            row.last_step = step
        return step is not None


def find_step(secret: str, code: str, *, now: datetime, after: int) -> int | None:
    """The time step whose code this is, near `now` and later than `after`; None where there is none."""
    current = int(now.timestamp()) // _STEP_S
    guess = code.replace(" ", "").encode()
    totp = pyotp.TOTP(secret)
    for step in range(current - _STEPS_OFF, current + _STEPS_OFF + 1):
        if step > after and hmac.compare_digest(totp.generate_otp(step).encode(), guess):
            return step
    return None


def _hash(code: str) -> str:
    return sha256(code.strip().lower().encode()).hexdigest()
