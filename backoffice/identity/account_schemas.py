"""Accounts and logins as REST takes and gives them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, EmailStr, Field, SecretStr

from backoffice.identity.accounts import Login
from backoffice.identity.api_keys import ServiceLogin
from backoffice.identity.models import Account
from backoffice.identity.second_factor import Enrolment
from backoffice.kit.auth import Role
from backoffice.kit.bodies import Body
from protocol.domain.identifiers import DEFAULT_TENANT

Password = Annotated[SecretStr, Field(min_length=8, max_length=256)]
Code = Annotated[str, Field(min_length=6, max_length=40)]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="A BCP 47 tag.")]


class OfTenant(BaseModel):
    """What is said before anybody is logged in. `tenant` is overruled by the header X-Tenant."""

    tenant: str = DEFAULT_TENANT


class Registration(OfTenant):
    """A driver to be."""

    email: EmailStr
    password: Password
    name: str = Field(default="", max_length=200)
    language: Language = "en"


class Credentials(OfTenant):
    """Someone who logs in: a driver, or with any other `role` a member of staff; which one the account says.

    `second_factor` is the code of the authenticator, or one for recovery, where the account has a second factor.
    """

    email: EmailStr
    password: SecretStr = Field(max_length=256)
    role: Role = Role.DRIVER
    second_factor: Code | None = None


class ServiceCredentials(Body):
    """A program that logs in."""

    api_key: SecretStr = Field(max_length=256)


class Refreshing(OfTenant):
    """Someone who stays logged in, or logs out."""

    refresh_token: SecretStr = Field(min_length=1, max_length=256)


class ForgottenPassword(OfTenant):
    """Whose password is forgotten: a driver's, or with any other `role` that of a member of staff."""

    email: EmailStr
    role: Role = Role.DRIVER


class NewPassword(ForgottenPassword):
    """Another password, or the first one of somebody who was invited, with the code that was sent."""

    code: Code
    password: Password


class CodeBody(Body):
    """A code: of a mail, or of an authenticator."""

    code: Code


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


class ServiceToken(BaseModel):
    """Sent along as `Authorization: Bearer …`; the API key gets the next one."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - a word of OAuth, no secret
    expires_in_s: int
    key_id: str

    @classmethod
    def of(cls, login: ServiceLogin) -> "ServiceToken":
        return cls(access_token=login.access_token, expires_in_s=login.expires_in_s, key_id=login.key_id)


class AccountView(BaseModel):
    """Who somebody is. `has_password` False: invited, and not here yet. `sites`: a site host's locations."""

    account_id: str
    email: str
    name: str
    language: str
    role: Role
    sites: list[str] | None
    tenant: str
    is_verified: bool
    is_disabled: bool
    has_password: bool
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        return cls(
            account_id=account.id,
            email=account.email,
            name=account.name,
            language=account.language,
            role=Role(account.role),
            sites=account.sites,
            tenant=account.tenant_id,
            is_verified=account.verified_at is not None,
            is_disabled=account.is_disabled,
            has_password=account.password_hash is not None,
            created_at=account.created_at,
        )


class EnrolmentView(BaseModel):
    """What an authenticator is told, once: `uri` is for a QR code."""

    secret: str
    uri: str

    @classmethod
    def of(cls, enrolment: Enrolment) -> "EnrolmentView":
        return cls(secret=enrolment.secret, uri=enrolment.uri)


class RecoveryCodes(BaseModel):
    """Each logs in once in the place of the authenticator. They are shown once."""

    recovery_codes: list[str]
