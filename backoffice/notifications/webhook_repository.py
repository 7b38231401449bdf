"""Queries of tenants' endpoints."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from backoffice.kit.database import Unit
from backoffice.notifications.kinds import Kind
from backoffice.notifications.models import WebhookRow


async def add_webhook(unit: Unit, row: WebhookRow) -> None:
    """It is there."""
    unit.session.add(row)
    await unit.session.flush()


async def list_webhooks(unit: Unit) -> Sequence[WebhookRow]:
    """The tenant's, the oldest first."""
    found = await unit.session.execute(
        select(WebhookRow).where(WebhookRow.tenant_id == unit.tenant).order_by(WebhookRow.created_at, WebhookRow.id)
    )
    return found.scalars().all()


async def list_subscribed(unit: Unit, kind: Kind) -> Sequence[str]:
    """The ids of those that are told of this kind."""
    found = await unit.session.execute(
        select(WebhookRow.id).where(
            WebhookRow.tenant_id == unit.tenant,
            WebhookRow.disabled_reason.is_(None),
            WebhookRow.kinds.contains([kind.value]),
        )
    )
    return found.scalars().all()


async def find_webhook(unit: Unit, webhook_id: str, *, is_to_change: bool = False) -> WebhookRow | None:
    """The one of this id, locked where it is to change."""
    return await unit.session.get(WebhookRow, (unit.tenant, webhook_id), with_for_update=is_to_change)


async def disable_webhook(unit: Unit, webhook_id: str, *, reason: str) -> None:
    """It is told nothing any more."""
    await unit.session.execute(
        update(WebhookRow)
        .where(WebhookRow.tenant_id == unit.tenant, WebhookRow.id == webhook_id)
        .values(disabled_reason=reason)
    )


async def remove_webhook(unit: Unit, webhook_id: str) -> bool:
    """Whether there was one: it is gone."""
    removed = await unit.session.execute(
        delete(WebhookRow)
        .where(WebhookRow.tenant_id == unit.tenant, WebhookRow.id == webhook_id)
        .returning(WebhookRow.id)
    )
    return removed.first() is not None
