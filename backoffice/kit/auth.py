"""Who is asking: a JWT signed with Ed25519 by identity, verified by everyone with the public key alone.

Invariants:
1. The tenant comes from the token, and so does what somebody may do: by their role, or said in so many words for a
   service account.
2. A route says which scope it needs (`Needs`, mostly by a name of `guards.py`); nobody may do what no scope allows.
3. A driver acts for themself alone (`driver_id`); a site host sees their own locations alone (`sites`).
"""

import base64
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from backoffice.kit.acting import act_as
from backoffice.kit.errors import Forbidden, InvalidRequest, Unauthenticated
from protocol.domain.identifiers import TenantId

ISSUER = "chargeyard"
ALGORITHM = "EdDSA"
EVERYBODY = "*"
"""Every account of a tenant; none has this id."""
_TENANT_LENGTH = 64
_TOKENS_KNOWN = 4_096


class Role(StrEnum):
    """What somebody is to us. Everybody but drivers and services is staff."""

    DRIVER = "driver"
    SITE_HOST = "site_host"
    OPERATOR = "operator"
    FINANCE = "finance"
    ADMIN = "admin"
    READ_ONLY = "read_only"
    SERVICE = "service"


class Scope(StrEnum):
    """One thing that somebody may do. What drivers may as well, they may with their own things alone."""

    SELF = "self"
    CHARGE = "charge"
    PLACES_READ = "places:read"
    SITES_READ = "sites:read"
    STATIONS_READ = "stations:read"
    STATIONS_WRITE = "stations:write"
    STATIONS_COMMAND = "stations:command"
    TELEMETRY_READ = "telemetry:read"
    SESSIONS_READ = "sessions:read"
    SESSIONS_STOP = "sessions:stop"
    EVIDENCE_READ = "evidence:read"
    RESERVATIONS_READ = "reservations:read"
    RESERVATIONS_WRITE = "reservations:write"
    TARIFFS_READ = "tariffs:read"
    TARIFFS_WRITE = "tariffs:write"
    POLICIES_WRITE = "policies:write"
    INVOICES_READ = "invoices:read"
    BILLING_READ = "billing:read"
    BILLING_WRITE = "billing:write"
    BOOKS_WRITE = "books:write"
    TOKENS_READ = "tokens:read"
    TOKENS_WRITE = "tokens:write"
    TOKENS_ADOPT = "tokens:adopt"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    TENANTS_READ = "tenants:read"
    TENANTS_WRITE = "tenants:write"
    REPORTS_READ = "reports:read"
    REPORTS_WRITE = "reports:write"
    NOTICES_READ = "notices:read"
    NOTICES_WRITE = "notices:write"
    PLATFORM_READ = "platform:read"
    PLATFORM_WRITE = "platform:write"
    AUDIT_READ = "audit:read"


_ADMINS_OWN = frozenset(
    {
        Scope.USERS_READ,
        Scope.USERS_WRITE,
        Scope.TENANTS_READ,
        Scope.TENANTS_WRITE,
        Scope.BOOKS_WRITE,
        Scope.AUDIT_READ,
    }
)
_STAFF = frozenset(Scope) - {Scope.CHARGE}
_READERS_NOT = frozenset({Scope.USERS_READ, Scope.TENANTS_READ, Scope.AUDIT_READ})

SCOPES_OF_ROLE: Mapping[Role, frozenset[Scope]] = {
    Role.DRIVER: frozenset(
        {
            Scope.SELF,
            Scope.CHARGE,
            Scope.PLACES_READ,
            Scope.SESSIONS_READ,
            Scope.SESSIONS_STOP,
            Scope.RESERVATIONS_READ,
            Scope.RESERVATIONS_WRITE,
            Scope.INVOICES_READ,
            Scope.TOKENS_ADOPT,
        }
    ),
    Role.SITE_HOST: frozenset(
        {
            Scope.SELF,
            Scope.PLACES_READ,
            Scope.SITES_READ,
            Scope.SESSIONS_READ,
            Scope.REPORTS_READ,
            Scope.REPORTS_WRITE,
        }
    ),
    Role.OPERATOR: _STAFF - _ADMINS_OWN,
    Role.FINANCE: frozenset(
        {
            Scope.SELF,
            Scope.PLACES_READ,
            Scope.SITES_READ,
            Scope.SESSIONS_READ,
            Scope.EVIDENCE_READ,
            Scope.TARIFFS_READ,
            Scope.INVOICES_READ,
            Scope.BILLING_READ,
            Scope.BILLING_WRITE,
            Scope.BOOKS_WRITE,
            Scope.REPORTS_READ,
            Scope.REPORTS_WRITE,
        }
    ),
    Role.ADMIN: _STAFF,
    Role.READ_ONLY: frozenset(scope for scope in _STAFF - _READERS_NOT if scope.endswith(":read")) | {Scope.SELF},
    Role.SERVICE: frozenset(),
}
"""What each role may do; a service account may do what its key names."""

GRANTABLE_SCOPES = _STAFF - {Scope.SELF, Scope.USERS_WRITE, Scope.TENANTS_WRITE}
"""What the key of a service account may name: nothing that makes further accounts."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. `subject` is an account's id.

    `sites`: the locations that somebody sees; None is all of them. `granted`: what a service account may do.
    """

    subject: str
    tenant: TenantId
    role: Role
    sites: frozenset[str] | None = None
    granted: frozenset[Scope] = frozenset()

    @property
    def driver_id(self) -> str | None:
        """Whose things they may see: a driver their own; None is staff, or a service, who see the whole tenant's."""
        return self.subject if self.role is Role.DRIVER else None

    def may(self, scope: Scope) -> bool:
        """Whether they may do this."""
        return scope in SCOPES_OF_ROLE[self.role] or scope in self.granted

    def sees_site(self, location_id: str | None) -> bool:
        """Whether the location is one of theirs; what is at none belongs to those who see all."""
        return self.sites is None or location_id in self.sites


class TokenSigner:
    """Makes access tokens; only identity holds the private key."""

    def __init__(self, private_key: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key))

    def sign(self, principal: Principal, *, now: datetime, lifetime: timedelta) -> str:
        """A token that says who `principal` is, until `lifetime` has passed."""
        claims = {
            "iss": ISSUER,
            "sub": principal.subject,
            "tenant": principal.tenant,
            "role": principal.role,
            # With its fractions: who logs in anew within the second is not taken for who was logged in before.
            "iat": now.timestamp(),
            "exp": now + lifetime,
        }
        if principal.sites is not None:
            claims["sites"] = sorted(principal.sites)
        if principal.granted:
            claims["scopes"] = sorted(principal.granted)
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)


class TokenVerifier:
    """Reads access tokens with the public key."""

    def __init__(self, public_key: str) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
        self._known: dict[str, _Known] = {}
        self._ended: dict[tuple[TenantId, str], float] = {}

    def refuse(self, tenant: TenantId, subject: str, *, made_before: datetime) -> None:
        """No token of the account, or of EVERYBODY in the tenant, that was made earlier is good any more."""
        key, before = (tenant, subject), made_before.timestamp()
        self._ended[key] = max(before, self._ended.get(key, before))

    def verify(self, token: str) -> Principal:
        """Whom the token names. Raises Unauthenticated for one that is forged, expired, not ours or of who is gone.

        A signature is checked once, a token's end each time.
        """
        known = self._known.get(token)
        if known is None or known.ends_at <= time.time():
            known = self._check(token)
            if len(self._known) >= _TOKENS_KNOWN:
                self._known.clear()
            self._known[token] = known
        principal = known.principal
        for subject in (principal.subject, EVERYBODY):
            if known.made_at < self._ended.get((principal.tenant, subject), 0.0):
                raise Unauthenticated("The login has ended: the account is gone or was changed.")
        return principal

    def _check(self, token: str) -> "_Known":
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "tenant", "role"]},
            )
            return _Known(_principal_of(claims), made_at=float(claims["iat"]), ends_at=float(claims["exp"]))
        except (jwt.InvalidTokenError, ValueError, TypeError, InvalidRequest) as error:
            raise Unauthenticated("The access token is not valid any more, or never was.") from error


@dataclass(frozen=True, slots=True)
class _Known:
    """A token whose signature was checked; times in seconds since the epoch."""

    principal: Principal
    made_at: float
    ends_at: float


def _principal_of(claims: Mapping[str, Any]) -> Principal:  # Any: JSON, of our own making where the signature holds
    role, sites = Role(claims["role"]), claims.get("sites")
    if role is Role.SITE_HOST and sites is None:
        raise ValueError("a site host without sites would see all of them")
    return Principal(
        claims["sub"],
        check_tenant(claims["tenant"]),
        role,
        sites=None if sites is None else frozenset(sites),
        granted=frozenset(Scope(name) for name in claims.get("scopes", ())),
    )


def new_signing_keys() -> tuple[str, str]:
    """A private and a public key, as the settings spell them: raw Ed25519 in base64."""
    private_key = Ed25519PrivateKey.generate()
    private_bytes = private_key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    public_bytes = private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(private_bytes).decode(), base64.b64encode(public_bytes).decode()


def new_secrets() -> dict[str, str]:
    """Fresh values of every secret that the platform's programs share, by the names of their settings."""
    private_key, public_key = new_signing_keys()
    return {
        "AUTH_PRIVATE_KEY": private_key,
        "AUTH_PUBLIC_KEY": public_key,
        "TOKEN_KEY": secrets.token_urlsafe(32),
        "CREDENTIAL_PEPPER": secrets.token_urlsafe(32),
    }


def check_tenant(name: str) -> TenantId:
    """`name` as a tenant: letters, digits, `-` and `_`. Raises InvalidRequest; so nobody can be ALL_TENANTS."""
    plain = name.replace("-", "").replace("_", "")
    if not (plain.isascii() and plain.isalnum() and len(name) <= _TENANT_LENGTH):
        raise InvalidRequest("A tenant's name has letters, digits, - and _ only.")
    return TenantId(name)


_bearer = HTTPBearer(auto_error=False, description="The access token of POST /api/v1/auth/login.")


async def _principal(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    if credentials is None:
        raise Unauthenticated("An access token is needed: Authorization: Bearer …")
    verifier: TokenVerifier = request.app.state.verifier
    principal = verifier.verify(credentials.credentials)
    # Not in a thread: a context variable that is set there is not seen here.
    act_as(f"{principal.role}:{principal.subject}")
    return principal


AnyPrincipal = Annotated[Principal, Depends(_principal)]
"""Whoever has a valid token; a route says besides what it needs."""


@dataclass(frozen=True, slots=True)
class Needs:
    """A FastAPI dependency: whoever asks may do this. Raises Unauthenticated, Forbidden."""

    scope: Scope

    async def __call__(self, principal: AnyPrincipal) -> Principal:
        if not principal.may(self.scope):
            raise Forbidden(f"This needs the scope {self.scope}, which is not given to the role {principal.role}.")
        return principal


Driver = Annotated[Principal, Depends(Needs(Scope.CHARGE))]
"""A driver; `subject` is the driver id."""
