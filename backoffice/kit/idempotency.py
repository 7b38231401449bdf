"""A request that may be sent twice and takes effect once: `Idempotency-Key`, kept in the transaction it protects."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import Header
from pydantic import BaseModel
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.errors import InvalidRequest
from backoffice.kit.tables import idempotency_keys

KEPT = timedelta(days=7)

ViewT = TypeVar("ViewT", bound=BaseModel)

IdempotencyKey = Annotated[
    str, Header(alias="Idempotency-Key", min_length=8, max_length=128, description="The same for every repetition.")
]


class IdempotencyKeyReused(InvalidRequest):
    """The key came before, with another request."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"The Idempotency-Key {key} was used for another request before.")


async def once(
    unit: Unit,
    *,
    scope: str,
    key: str,
    request: BaseModel,
    now: datetime,
    view: type[ViewT],
    act: Callable[[], Awaitable[ViewT]],
) -> ViewT:
    """What `act` returned the first time. It is called once for a key; a second caller waits for the first to commit.

    `scope` names who asks for what, as `driver-7 pay`. Raises IdempotencyKeyReused.
    """
    row = {"tenant_id": unit.tenant, "scope": scope, "key": key}
    written = await unit.session.execute(
        insert(idempotency_keys)
        .values(**row, request_digest=_digest(request), created_at=now)
        .on_conflict_do_nothing()
        .returning(idempotency_keys.c.key)
    )
    if written.first() is None:
        recalled = await recall(unit, scope=scope, key=key, request=request, view=view)
        assert recalled is not None
        return recalled
    answer = await act()
    await unit.session.execute(
        update(idempotency_keys).filter_by(**row).values(answer=answer.model_dump_json().encode())
    )
    return answer


async def recall(unit: Unit, *, scope: str, key: str, request: BaseModel, view: type[ViewT]) -> ViewT | None:
    """What `once` returned for this key before; None where the key is new. Raises IdempotencyKeyReused.

    For a check that comes before the transaction of `once`, and that a repetition has behind it.
    """
    found = await unit.session.execute(
        select(idempotency_keys.c.request_digest, idempotency_keys.c.answer).filter_by(
            tenant_id=unit.tenant, scope=scope, key=key
        )
    )
    stored = found.one_or_none()
    if stored is None:
        return None
    if stored.request_digest != _digest(request):
        raise IdempotencyKeyReused(key)
    return view.model_validate_json(stored.answer)


async def prune_keys(database: Database, now: datetime) -> int:
    """Keys older than KEPT are gone; returns how many were."""
    async with database.transaction(ALL_TENANTS) as unit:
        pruned = await unit.session.execute(
            delete(idempotency_keys).where(idempotency_keys.c.created_at < now - KEPT).returning(idempotency_keys.c.key)
        )
        return len(pruned.all())


def _digest(request: BaseModel) -> str:
    return hashlib.sha256(request.model_dump_json().encode()).hexdigest()
