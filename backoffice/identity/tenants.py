"""Tenants: made, named and disabled by administrators of the default one.

A tenant that is disabled logs nobody in and keeps nobody logged in; stations and running sessions go on, for a car
that hangs on a cable is nobody's argument.
"""

from backoffice.contracts.identity import TenantDisabled
from backoffice.identity import people_repository
from backoffice.identity.errors import NotTheFirstTenant, TenantExists, TenantStays
from backoffice.identity.people_models import Tenant
from backoffice.identity.staff import Invitation, Staff
from backoffice.kit.auth import Principal, Role
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database
from backoffice.kit.errors import NotFound
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId


class Tenants:
    """Makes and changes them."""

    def __init__(self, database: Database, staff: Staff, *, clock: Clock) -> None:
        self.database = database
        self._staff = staff
        self._clock = clock

    async def ensure(self, tenant: TenantId) -> None:
        """The tenant is there; one that was stays as it was."""
        async with self.database.transaction(tenant) as unit:
            await people_repository.add_tenant(unit, self._new(tenant, name=tenant))

    async def create(self, tenant: TenantId, *, name: str, admin_email: str) -> Tenant:
        """The tenant is there, and its first administrator invited. Raises TenantExists."""
        async with self.database.transaction(tenant) as unit:
            row = self._new(tenant, name=name)
            if not await people_repository.add_tenant(unit, row):
                raise TenantExists(tenant)
            await self._staff.invite(unit, Invitation(admin_email, Role.ADMIN))
        row.is_disabled = False
        return row

    async def change(self, tenant: TenantId, *, name: str | None, is_disabled: bool | None) -> Tenant:
        """The tenant is as said. Raises NotFound, TenantStays."""
        if is_disabled and tenant == DEFAULT_TENANT:
            raise TenantStays
        async with self.database.transaction(tenant) as unit:
            row = await people_repository.find_tenant(unit, tenant)
            if row is None:
                raise NotFound("tenant", tenant)
            row.name = row.name if name is None else name
            if is_disabled and not row.is_disabled:
                await unit.publish(TenantDisabled(), key=tenant, now=self._clock())
            row.is_disabled = row.is_disabled if is_disabled is None else is_disabled
        return row

    def _new(self, tenant: TenantId, *, name: str) -> Tenant:
        return Tenant(tenant_id=tenant, name=name, created_at=self._clock())


def check_administers_tenants(principal: Principal) -> None:
    """Raises NotTheFirstTenant for whoever belongs to another than the default tenant."""
    if principal.tenant != DEFAULT_TENANT:
        raise NotTheFirstTenant
