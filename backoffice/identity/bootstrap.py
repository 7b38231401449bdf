"""Accounts that have to be there before anybody can log in, made without the REST interface."""

from collections.abc import Mapping

from backoffice.contracts import CATALOGUE
from backoffice.identity.service import Identity
from backoffice.identity.settings import IdentitySettings
from backoffice.kit.auth import Role
from backoffice.kit.clock import utc_now
from backoffice.kit.database import Database
from backoffice.kit.settings import PlatformSettings, read_settings
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId


async def ensure_operator(
    environ: Mapping[str, str], *, email: str, password: str, tenant: TenantId = DEFAULT_TENANT
) -> str:
    """An administrator has this address and password; returns the account id. The schema must stand."""
    return await _ensure(environ, Role.ADMIN, email=email, password=password, tenant=tenant)


async def ensure_driver(
    environ: Mapping[str, str], *, email: str, password: str, tenant: TenantId = DEFAULT_TENANT
) -> str:
    """A driver has this address and password; returns the account id. The schema must stand."""
    return await _ensure(environ, Role.DRIVER, email=email, password=password, tenant=tenant)


async def _ensure(environ: Mapping[str, str], role: Role, *, email: str, password: str, tenant: TenantId) -> str:
    settings = read_settings([PlatformSettings, IdentitySettings], environ)
    database = Database(settings.of(PlatformSettings).database_url, service="identity", catalogue=CATALOGUE)
    identity = Identity(database, settings=settings.of(IdentitySettings), clock=utc_now)
    try:
        return await identity.accounts.ensure_account(tenant, role=role, email=email, password=password)
    finally:
        await database.close()
