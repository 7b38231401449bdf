"""Staff, service accounts and tenants as REST takes and gives them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, EmailStr, Field

from backoffice.identity.account_schemas import Language
from backoffice.identity.people_models import ApiKey, Tenant
from backoffice.identity.staff import Invitation, StaffChange
from backoffice.kit.auth import Role, Scope
from backoffice.kit.bodies import Body

StaffRole = Literal[Role.SITE_HOST, Role.OPERATOR, Role.FINANCE, Role.ADMIN, Role.READ_ONLY]
Sites = Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=500)]


class NewStaff(Body):
    """Who is to work here. `sites` are the locations of a site host."""

    email: EmailStr
    role: StaffRole
    name: str = Field(default="", max_length=200)
    language: Language = "en"
    sites: Sites | None = None

    def invitation(self) -> Invitation:
        """The same, in our words."""
        return Invitation(self.email, self.role, name=self.name, language=self.language, sites=self.sites)


class StaffChangeBody(Body):
    """What becomes different; null stays."""

    role: StaffRole | None = None
    sites: Sites | None = None
    is_disabled: bool | None = None

    def change(self) -> StaffChange:
        """The same, in our words."""
        return StaffChange(self.role, self.sites, self.is_disabled)


class NewApiKey(Body):
    """What a program is called, what it may do, and until when."""

    name: str = Field(min_length=1, max_length=100)
    scopes: list[Scope] = Field(min_length=1)
    expires_at: AwareDatetime


class ApiKeyView(BaseModel):
    """A key without its secret. `last_used_at` is when it was last turned into an access token."""

    key_id: str
    name: str
    scopes: list[Scope]
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, row: ApiKey) -> "ApiKeyView":
        return cls(
            key_id=row.id,
            name=row.name,
            scopes=[Scope(name) for name in row.scopes],
            created_by=row.created_by,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )


class MadeApiKey(BaseModel):
    """A new key; `api_key` is never shown again."""

    api_key: str
    key: ApiKeyView


class NewTenant(Body):
    """A tenant, and who administers it first."""

    tenant: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=200)
    admin_email: EmailStr


class TenantChange(Body):
    """What becomes different; null stays."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    is_disabled: bool | None = None


class TenantView(BaseModel):
    """A tenant. One that is disabled logs nobody in."""

    tenant: str
    name: str
    is_disabled: bool
    created_at: datetime

    @classmethod
    def of(cls, row: Tenant) -> "TenantView":
        return cls(tenant=row.tenant_id, name=row.name, is_disabled=row.is_disabled, created_at=row.created_at)
