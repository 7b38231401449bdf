"""The queries of refresh tokens."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from backoffice.identity.models import RefreshToken
from backoffice.kit.database import Unit


async def add_refresh_token(unit: Unit, row: RefreshToken) -> None:
    """The token is there."""
    unit.session.add(row)
    await unit.session.flush()


async def find_owner(unit: Unit, hashed: str) -> str | None:
    """Whose token has this hash."""
    return await unit.session.scalar(
        select(RefreshToken.account_id).where(RefreshToken.tenant_id == unit.tenant, RefreshToken.hash == hashed)
    )


async def lock_family_of(unit: Unit, hashed: str) -> RefreshToken | None:
    """The token of this hash; nobody else uses any of its family before this transaction ends."""
    family = select(RefreshToken.family_id).where(RefreshToken.tenant_id == unit.tenant, RefreshToken.hash == hashed)
    found = await unit.session.scalars(
        select(RefreshToken)
        .where(RefreshToken.tenant_id == unit.tenant, RefreshToken.family_id == family.scalar_subquery())
        .order_by(RefreshToken.hash)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return next((token for token in found if token.hash == hashed), None)


async def revoke_family(unit: Unit, family_id: str, *, now: datetime) -> None:
    """No token of the family is any good."""
    await _revoke(unit, RefreshToken.family_id == family_id, now=now)


async def revoke_account(unit: Unit, account_id: str, *, now: datetime) -> None:
    """No token of the account is any good."""
    await _revoke(unit, RefreshToken.account_id == account_id, now=now)


async def replace_successor(unit: Unit, token: RefreshToken, *, now: datetime) -> bool:
    """What was issued for the token is revoked; False where somebody has used that, and nothing has changed."""
    of_family = (RefreshToken.tenant_id == unit.tenant, RefreshToken.family_id == token.family_id)
    newer = select(RefreshToken.hash).where(*of_family, RefreshToken.used_at > token.used_at)
    if (await unit.session.scalars(newer.limit(1))).first() is not None:
        return False
    await _revoke(unit, (RefreshToken.family_id == token.family_id) & RefreshToken.used_at.is_(None), now=now)
    return True


async def prune_refresh_tokens(unit: Unit, *, ended_before: datetime) -> None:
    """Tokens of all tenants that ended before then are forgotten."""
    await unit.session.execute(delete(RefreshToken).where(RefreshToken.expires_at < ended_before))


async def _revoke(unit: Unit, which: ColumnElement[bool], *, now: datetime) -> None:
    await unit.session.execute(
        update(RefreshToken)
        .where(RefreshToken.tenant_id == unit.tenant, which, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
