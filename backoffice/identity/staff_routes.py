"""Staff, service accounts and tenants by REST, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, status as http

from backoffice.identity import credential_repository, people_repository
from backoffice.identity.account_schemas import AccountView
from backoffice.identity.api_keys import ApiKeys
from backoffice.identity.staff import Staff
from backoffice.identity.staff_schemas import (
    ApiKeyView,
    MadeApiKey,
    NewApiKey,
    NewStaff,
    NewTenant,
    StaffChangeBody,
    TenantChange,
    TenantView,
)
from backoffice.identity.tenants import Tenants, check_administers_tenants
from backoffice.kit.auth import check_tenant
from backoffice.kit.database import ALL_TENANTS
from backoffice.kit.guards import TenantsReader, TenantsWriter, UsersReader, UsersWriter
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided

router = APIRouter(tags=["administration"])
StaffDep = Annotated[Staff, Depends(provided(Staff))]
ApiKeysDep = Annotated[ApiKeys, Depends(provided(ApiKeys))]
TenantsDep = Annotated[Tenants, Depends(provided(Tenants))]


@router.get("/staff")
async def list_staff(
    admin: UsersReader, staff: StaffDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[AccountView]:
    """Who works for the tenant, by address."""
    async with staff.database.transaction(admin.tenant) as unit:
        rows = await people_repository.list_staff(unit, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=AccountView.of, key=lambda account: [account.email])


@router.post("/staff", status_code=http.HTTP_201_CREATED)
async def invite_staff(body: NewStaff, admin: UsersWriter, staff: StaffDep) -> AccountView:
    """Somebody is to work here; a code to choose a password with is on its way. Again, and there is another code."""
    async with staff.database.transaction(admin.tenant) as unit:
        return AccountView.of(await staff.invite(unit, body.invitation()))


@router.patch("/staff/{account_id}")
async def change_staff(account_id: str, body: StaffChangeBody, admin: UsersWriter, staff: StaffDep) -> AccountView:
    """Another role, other sites, or no more logins. Nobody changes themselves (409)."""
    async with staff.database.transaction(admin.tenant) as unit:
        return AccountView.of(await staff.change(unit, account_id, body.change(), by=admin.subject))


@router.get("/api-keys")
async def list_api_keys(
    admin: UsersReader, api_keys: ApiKeysDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[ApiKeyView]:
    """The keys of service accounts, oldest first, without their secrets."""
    async with api_keys.database.transaction(admin.tenant) as unit:
        rows = await credential_repository.list_api_keys(unit, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=ApiKeyView.of, key=lambda row: [row.id])


@router.post("/api-keys", status_code=http.HTTP_201_CREATED)
async def make_api_key(body: NewApiKey, admin: UsersWriter, api_keys: ApiKeysDep) -> MadeApiKey:
    """A key with these scopes, which are none that its maker has not. It is shown now and never again."""
    async with api_keys.database.transaction(admin.tenant) as unit:
        row, key = await api_keys.make(unit, admin, name=body.name, scopes=body.scopes, expires_at=body.expires_at)
        return MadeApiKey(api_key=key, key=ApiKeyView.of(row))


@router.post("/api-keys/{key_id}/revoke")
async def revoke_api_key(key_id: str, admin: UsersWriter, api_keys: ApiKeysDep) -> ApiKeyView:
    """The key logs nothing in any more, and what is logged in by it ends."""
    async with api_keys.database.transaction(admin.tenant) as unit:
        return ApiKeyView.of(await api_keys.revoke(unit, key_id))


@router.get("/tenants")
async def list_tenants(
    admin: TenantsReader, tenants: TenantsDep, limit: Limit = DEFAULT_LIMIT, cursor: After = None
) -> Page[TenantView]:
    """Every tenant, for administrators of the default one."""
    check_administers_tenants(admin)
    async with tenants.database.transaction(ALL_TENANTS) as unit:
        rows = await people_repository.list_tenants(unit, cursor=cursor, limit=limit)
    return page_of(rows, limit=limit, view=TenantView.of, key=lambda row: [row.tenant_id])


@router.post("/tenants", status_code=http.HTTP_201_CREATED)
async def create_tenant(body: NewTenant, admin: TenantsWriter, tenants: TenantsDep) -> TenantView:
    """A tenant, whose first administrator is invited; for administrators of the default one."""
    check_administers_tenants(admin)
    created = await tenants.create(check_tenant(body.tenant), name=body.name, admin_email=body.admin_email)
    return TenantView.of(created)


@router.patch("/tenants/{tenant}")
async def change_tenant(tenant: str, body: TenantChange, admin: TenantsWriter, tenants: TenantsDep) -> TenantView:
    """Another name, or no more logins; for administrators of the default one."""
    check_administers_tenants(admin)
    changed = await tenants.change(check_tenant(tenant), name=body.name, is_disabled=body.is_disabled)
    return TenantView.of(changed)
