"""What identity's REST interface takes and gives."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, EmailStr, Field, SecretStr

from backoffice.identity.models import Account, RegisteredToken, UnknownToken
from backoffice.identity.service import Login
from backoffice.kit.auth import Role
from protocol.domain.identifiers import DEFAULT_TENANT, IdTokenType

Password = Annotated[SecretStr, Field(min_length=8, max_length=256)]


class Registration(BaseModel):
    """A driver to be. `tenant` is overruled by the header X-Tenant."""

    email: EmailStr
    password: Password
    tenant: str = DEFAULT_TENANT


class Credentials(BaseModel):
    """Someone who logs in. `tenant` is overruled by the header X-Tenant."""

    email: EmailStr
    password: SecretStr = Field(max_length=256)
    role: Role = Role.DRIVER
    tenant: str = DEFAULT_TENANT


class Refreshing(BaseModel):
    """Someone who stays logged in, or logs out. `tenant` is overruled by the header X-Tenant."""

    refresh_token: SecretStr = Field(min_length=1, max_length=256)
    tenant: str = DEFAULT_TENANT


class AccessToken(BaseModel):
    """Sent along as `Authorization: Bearer …`. `refresh_token` gets the next one, once: `POST /auth/refresh`."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - a word of OAuth, no secret
    expires_in_s: int
    account_id: str
    role: Role
    refresh_token: str

    @classmethod
    def of(cls, login: Login) -> "AccessToken":
        return cls(
            access_token=login.access_token,
            expires_in_s=login.expires_in_s,
            account_id=login.account_id,
            role=login.role,
            refresh_token=login.refresh_token,
        )


class AccountView(BaseModel):
    """Who one is."""

    account_id: str
    email: str
    role: Role
    tenant: str
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        return cls(
            account_id=account.id,
            email=account.email,
            role=Role(account.role),
            tenant=account.tenant_id,
            created_at=account.created_at,
        )


class NewMasterPass(BaseModel):
    """A card or fob that stops transactions and starts none; `value` as the reader shows it."""

    value: str = Field(min_length=4, max_length=36, pattern=r"^[A-Za-z0-9*\-_=:+|@.]+$")
    type: IdTokenType = IdTokenType.ISO14443


class NewToken(NewMasterPass):
    """A card or fob to charge with; `value` as the reader shows it, at most what OCPP carries.

    Stations hear of the `group`: its tokens stop each other's transactions and share reservations. It is no token.
    """

    expires_at: AwareDatetime | None = None
    group: str | None = Field(default=None, min_length=1, max_length=20, pattern=r"^[A-Za-z0-9*\-_=:+|@.]+$")


class NewPrepaidCard(NewMasterPass):
    """A card or fob that charges on its credit, which billing keeps under its `token_id`."""

    expires_at: AwareDatetime | None = None


class Adoption(BaseModel):
    """Whose the token is to be; a driver adopts for themselves and need not say so."""

    driver_id: str | None = None


class UnknownTokenView(BaseModel):
    """A token that a station asked about and that nobody registered, by its reference and the end of its value."""

    ref: str
    mask: str
    type: IdTokenType
    station_id: str
    first_seen_at: datetime
    last_seen_at: datetime
    times: int

    @classmethod
    def of(cls, token: UnknownToken) -> "UnknownTokenView":
        return cls(
            ref=token.ref,
            mask=token.mask,
            type=IdTokenType(token.type),
            station_id=token.station_id,
            first_seen_at=token.first_seen_at,
            last_seen_at=token.last_seen_at,
            times=token.times,
        )


class TokenView(BaseModel):
    """A token, by the end of its value."""

    token_id: str
    type: IdTokenType
    mask: str
    is_blocked: bool
    expires_at: datetime | None
    group: str | None
    created_at: datetime

    @classmethod
    def of(cls, token: RegisteredToken) -> "TokenView":
        return cls(
            token_id=token.id,
            type=IdTokenType(token.type),
            mask=token.mask,
            is_blocked=token.is_blocked,
            expires_at=token.expires_at,
            group=token.group_name,
            created_at=token.created_at,
        )
