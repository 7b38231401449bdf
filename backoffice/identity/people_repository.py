"""The queries of staff and tenants."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.identity.models import Account, RegisteredToken
from backoffice.identity.people_models import Tenant
from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from protocol.domain.identifiers import TenantId


async def list_staff(unit: Unit, *, cursor: str | None, limit: int) -> Sequence[Account]:
    """Staff by address, one more than `limit`."""
    statement = select(Account).where(Account.tenant_id == unit.tenant, Account.is_staff)
    found = await unit.session.scalars(
        after_cursor(statement, cursor, keys=[Account.email], parsers=[str], limit=limit)
    )
    return found.all()


async def list_ids_of_roles(unit: Unit, roles: Sequence[str]) -> Sequence[str]:
    """The accounts in any of these roles that are not disabled."""
    statement = select(Account.id).where(
        Account.tenant_id == unit.tenant, Account.role.in_(roles), Account.is_disabled.is_(False)
    )
    return (await unit.session.scalars(statement.order_by(Account.id))).all()


async def lock_account(unit: Unit, account_id: str) -> Account | None:
    """The account, which nobody else changes before this transaction ends."""
    return await unit.session.get(Account, (unit.tenant, account_id), with_for_update=True, populate_existing=True)


async def block_group(unit: Unit, name: str, *, is_blocked: bool) -> Sequence[RegisteredToken]:
    """Every token of the group is blocked, or none is; they, oldest first."""
    in_group = (RegisteredToken.tenant_id == unit.tenant, RegisteredToken.group_name == name)
    await unit.session.execute(update(RegisteredToken).where(*in_group).values(is_blocked=is_blocked))
    found = await unit.session.scalars(
        select(RegisteredToken)
        .where(*in_group)
        .order_by(RegisteredToken.created_at, RegisteredToken.id)
        .execution_options(populate_existing=True)
    )
    return found.all()


async def lock_token(unit: Unit, token_id: str) -> RegisteredToken | None:
    """The token, which nobody else changes before this transaction ends."""
    return await unit.session.get(RegisteredToken, (unit.tenant, token_id), with_for_update=True)


async def find_tenant(unit: Unit, tenant: TenantId) -> Tenant | None:
    """The tenant, seen by its own transactions or those of all."""
    return await unit.session.get(Tenant, tenant)


async def list_tenants(unit: Unit, *, cursor: str | None, limit: int) -> Sequence[Tenant]:
    """Tenants by name, one more than `limit`; for a transaction of all tenants."""
    statement = after_cursor(select(Tenant), cursor, keys=[Tenant.tenant_id], parsers=[str], limit=limit)
    return (await unit.session.scalars(statement)).all()


async def add_tenant(unit: Unit, tenant: Tenant) -> bool:
    """Whether the tenant is new; one that is there stays as it was."""
    values = {"tenant_id": tenant.tenant_id, "name": tenant.name, "created_at": tenant.created_at}
    added = await unit.session.scalar(
        insert(Tenant).values(values).on_conflict_do_nothing().returning(Tenant.tenant_id)
    )
    return added is not None
