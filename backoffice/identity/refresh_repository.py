"""The queries of refresh tokens."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from backoffice.identity.models import RefreshToken
from backoffice.kit.database import Unit


async def add_refresh_token(unit: Unit, row: RefreshToken) -> None:
    """The token is there."""
    unit.session.add(row)
    await unit.session.flush()


async def lock_refresh_token(unit: Unit, hashed: str) -> RefreshToken | None:
    """The token of this hash, which nobody else uses before this transaction ends."""
    return await unit.session.scalar(
        select(RefreshToken)
        .where(RefreshToken.tenant_id == unit.tenant, RefreshToken.hash == hashed)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def revoke_family(unit: Unit, family_id: str, *, now: datetime) -> None:
    """No token of the family is any good."""
    await _revoke(unit, RefreshToken.family_id == family_id, now=now)


async def revoke_account(unit: Unit, account_id: str, *, now: datetime) -> None:
    """No token of the account is any good."""
    await _revoke(unit, RefreshToken.account_id == account_id, now=now)


async def forget_successor(unit: Unit, token: RefreshToken) -> bool:
    """What was issued for the token is gone; False where somebody has used that, and nothing has changed."""
    of_family = (RefreshToken.tenant_id == unit.tenant, RefreshToken.family_id == token.family_id)
    newer = select(RefreshToken.hash).where(*of_family, RefreshToken.used_at > token.used_at)
    if (await unit.session.scalars(newer.limit(1))).first() is not None:
        return False
    unused = (RefreshToken.used_at.is_(None), RefreshToken.revoked_at.is_(None))
    await unit.session.execute(delete(RefreshToken).where(*of_family, *unused))
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
