"""Who is asking: a JWT signed with Ed25519 by identity, verified by everyone with the public key alone.

Two roles and no more: a driver acts for themself, an operator for their tenant. The tenant comes from the token.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from backoffice.kit.errors import Forbidden, InvalidRequest, Unauthenticated
from protocol.domain.identifiers import TenantId

ISSUER = "chargeyard"
ALGORITHM = "EdDSA"
_TENANT_LENGTH = 64


class Role(StrEnum):
    """What a person is to us."""

    DRIVER = "driver"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. `subject` is a driver or operator id."""

    subject: str
    tenant: TenantId
    role: Role

    @property
    def driver_id(self) -> str | None:
        """Whose things they may see: a driver their own; None is an operator, who sees the whole tenant's."""
        return self.subject if self.role is Role.DRIVER else None


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
            "iat": now,
            "exp": now + lifetime,
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)


class TokenVerifier:
    """Reads access tokens with the public key."""

    def __init__(self, public_key: str) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))

    def verify(self, token: str) -> Principal:
        """Whom the token names. Raises Unauthenticated for one that is forged, expired or not ours."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "sub", "tenant", "role"]},
            )
            return Principal(claims["sub"], check_tenant(claims["tenant"]), Role(claims["role"]))
        except (jwt.InvalidTokenError, ValueError, InvalidRequest) as error:
            raise Unauthenticated("The access token is not valid any more, or never was.") from error


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


def _principal(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    if credentials is None:
        raise Unauthenticated("An access token is needed: Authorization: Bearer …")
    verifier: TokenVerifier = request.app.state.verifier
    return verifier.verify(credentials.credentials)


AnyPrincipal = Annotated[Principal, Depends(_principal)]
"""Whoever has a valid token."""


def _driver(principal: AnyPrincipal) -> Principal:
    return _in_role(principal, Role.DRIVER)


def _operator(principal: AnyPrincipal) -> Principal:
    return _in_role(principal, Role.OPERATOR)


def _in_role(principal: Principal, role: Role) -> Principal:
    if principal.role is not role:
        raise Forbidden(f"This is for {role}s only.")
    return principal


Driver = Annotated[Principal, Depends(_driver)]
"""A driver; `subject` is the driver id."""

Operator = Annotated[Principal, Depends(_operator)]
"""An operator of the tenant."""
