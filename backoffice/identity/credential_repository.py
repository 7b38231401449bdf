"""The queries of one-time codes, second factors and API keys."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from backoffice.identity.people_models import ApiKey, OneTimeCode, RecoveryCode, SecondFactor
from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor


async def count_codes(unit: Unit, account_id: str, *, kind: str, since: datetime) -> int:
    """How many codes of the kind were asked for since then."""
    return (
        await unit.session.scalar(
            select(func.count())
            .select_from(OneTimeCode)
            .where(
                OneTimeCode.tenant_id == unit.tenant,
                OneTimeCode.account_id == account_id,
                OneTimeCode.kind == kind,
                OneTimeCode.created_at > since,
            )
        )
        or 0
    )


async def end_codes(unit: Unit, account_id: str, *, kinds: Collection[str], now: datetime) -> None:
    """No code of these kinds is any good."""
    await unit.session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.tenant_id == unit.tenant,
            OneTimeCode.account_id == account_id,
            OneTimeCode.kind.in_(kinds),
            OneTimeCode.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


async def lock_live_codes(
    unit: Unit, account_id: str, *, kinds: Collection[str], now: datetime
) -> Sequence[OneTimeCode]:
    """The codes of these kinds that may still be used, which nobody else uses before this transaction ends."""
    found = await unit.session.scalars(
        select(OneTimeCode)
        .where(
            OneTimeCode.tenant_id == unit.tenant,
            OneTimeCode.account_id == account_id,
            OneTimeCode.kind.in_(kinds),
            OneTimeCode.ended_at.is_(None),
            OneTimeCode.expires_at > now,
        )
        .order_by(OneTimeCode.id)
        .with_for_update()
    )
    return found.all()


async def find_code(unit: Unit, code_id: str) -> OneTimeCode | None:
    """That it was asked for."""
    return await unit.session.get(OneTimeCode, (unit.tenant, code_id))


async def prune_codes(unit: Unit, *, ended_before: datetime) -> None:
    """Codes of all tenants that were over before then are forgotten."""
    await unit.session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at < ended_before))


async def find_second_factor(unit: Unit, account_id: str) -> SecondFactor | None:
    """The account's second factor, confirmed or not."""
    return await unit.session.get(SecondFactor, (unit.tenant, account_id))


async def lock_second_factor(unit: Unit, account_id: str) -> SecondFactor | None:
    """The same, which nobody else uses before this transaction ends."""
    return await unit.session.get(SecondFactor, (unit.tenant, account_id), with_for_update=True, populate_existing=True)


async def remove_second_factor(unit: Unit, account_id: str) -> None:
    """The account has none, nor recovery codes."""
    for table in (RecoveryCode, SecondFactor):
        await unit.session.execute(delete(table).where(table.tenant_id == unit.tenant, table.account_id == account_id))


async def use_recovery_code(unit: Unit, account_id: str, hashed: str) -> bool:
    """Whether there was such a code; there is no more."""
    used = await unit.session.scalar(
        delete(RecoveryCode)
        .where(
            RecoveryCode.tenant_id == unit.tenant, RecoveryCode.account_id == account_id, RecoveryCode.hash == hashed
        )
        .returning(RecoveryCode.hash)
    )
    return used is not None


async def find_api_key(unit: Unit, key_id: str) -> ApiKey | None:
    """The key of this id."""
    return await unit.session.get(ApiKey, (unit.tenant, key_id))


async def list_api_keys(unit: Unit, *, cursor: str | None, limit: int) -> Sequence[ApiKey]:
    """The tenant's keys, oldest first, one more than `limit`."""
    statement = select(ApiKey).where(ApiKey.tenant_id == unit.tenant)
    found = await unit.session.scalars(after_cursor(statement, cursor, keys=[ApiKey.id], parsers=[str], limit=limit))
    return found.all()
