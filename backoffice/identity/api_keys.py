"""Keys of service accounts: programs that act for a tenant, with the scopes that were given to their key.

Invariants:
1. A key is shown once and kept by its hash.
2. It is turned into an access token of a quarter of an hour: no service but identity ever sees it. A key that is
   revoked is of no use to anybody, nor is such a token as soon as a process has heard so.
3. A key can do no more than whoever made it may now, and nothing once they are disabled; it makes no accounts.
"""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from backoffice.contracts.identity import LoginsEnded
from backoffice.identity import credential_repository, people_repository, repository
from backoffice.identity.errors import ApiKeyRefused, ScopesNotGrantable
from backoffice.identity.models import Account
from backoffice.identity.people_models import ApiKey
from backoffice.kit.auth import GRANTABLE_SCOPES, SCOPES_OF_ROLE, Principal, Role, Scope, TokenSigner, check_tenant
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import InvalidRequest, NotFound
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import TenantId

ACCESS_FOR = timedelta(minutes=15)
_PREFIX = "cy"
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class ServiceLogin:
    """An access token of a service account."""

    key_id: str
    access_token: str
    expires_in_s: int


class ApiKeys:
    """Makes, takes and revokes them."""

    def __init__(self, database: Database, signer: TokenSigner, *, clock: Clock) -> None:
        self.database = database
        self._signer = signer
        self._clock = clock

    async def make(
        self, unit: Unit, maker: Principal, *, name: str, scopes: Collection[Scope], expires_at: datetime
    ) -> tuple[ApiKey, str]:
        """A key with these scopes, and what nobody sees again. Raises ScopesNotGrantable."""
        beyond = [scope for scope in scopes if scope not in GRANTABLE_SCOPES or not maker.may(scope)]
        if beyond:
            raise ScopesNotGrantable(sorted(beyond))
        now, secret = self._clock(), secrets.token_urlsafe(_SECRET_BYTES)
        row = ApiKey(
            tenant_id=unit.tenant,
            id=unique_event_id(now),
            name=name,
            hash=_hash(secret),
            scopes=sorted(set(scopes)),
            created_by=maker.subject,
            created_at=now,
            expires_at=expires_at,
        )
        unit.session.add(row)
        await unit.session.flush()
        return row, ".".join((_PREFIX, unit.tenant, row.id, secret))

    async def log_in(self, key: str) -> ServiceLogin:
        """An access token for whoever has the key. Raises ApiKeyRefused."""
        tenant, key_id, secret = _parts_of(key)
        now = self._clock()
        async with self.database.transaction(tenant) as unit:
            row = await credential_repository.find_api_key(unit, key_id)
            owner = await people_repository.find_tenant(unit, tenant)
            is_right = row is not None and hmac.compare_digest(row.hash, _hash(secret))
            if row is None or not is_right or row.revoked_at is not None or row.expires_at <= now:
                raise ApiKeyRefused
            if owner is None or owner.is_disabled:
                raise ApiKeyRefused
            scopes = _scopes_now(row, await repository.find_account(unit, row.created_by))
            if not scopes:
                raise ApiKeyRefused
            row.last_used_at = now
        lifetime = min(ACCESS_FOR, row.expires_at - now)
        principal = Principal(row.id, tenant, Role.SERVICE, granted=scopes)
        token = self._signer.sign(principal, now=now, lifetime=lifetime)
        return ServiceLogin(row.id, token, int(lifetime.total_seconds()))

    async def revoke(self, unit: Unit, key_id: str) -> ApiKey:
        """The key is no good any more, nor is what it was turned into. Raises NotFound."""
        row = await credential_repository.find_api_key(unit, key_id)
        if row is None:
            raise NotFound("API key", key_id)
        if row.revoked_at is None:
            row.revoked_at = self._clock()
            await unit.publish(LoginsEnded(row.id), key=row.id, now=row.revoked_at)
        return row


def _scopes_now(row: ApiKey, maker: Account | None) -> frozenset[Scope]:
    """Those of the key's scopes that its maker has still."""
    if maker is None or maker.is_disabled:
        return frozenset()
    return SCOPES_OF_ROLE[Role(maker.role)] & {Scope(name) for name in row.scopes}


def _parts_of(key: str) -> tuple[TenantId, str, str]:
    try:
        prefix, tenant, key_id, secret = key.split(".")
        if prefix != _PREFIX:
            raise ApiKeyRefused
        return check_tenant(tenant), key_id, secret
    except (ValueError, InvalidRequest) as error:
        raise ApiKeyRefused from error


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
