"""Notifications by REST, for the staff: webhooks, and what became of every delivery."""

from typing import Annotated

from fastapi import APIRouter, Depends, status as http

from backoffice.kit.guards import NoticesReader, NoticesWriter
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, page_of
from backoffice.kit.service import provided
from backoffice.notifications import repository
from backoffice.notifications.domain import DeliveryState
from backoffice.notifications.kinds import Channel, Kind
from backoffice.notifications.service import Notifications
from backoffice.notifications.staff_schemas import (
    DeliveryView,
    NewWebhook,
    TrialView,
    WebhookChange,
    WebhookView,
    WebhookWithSecret,
)
from backoffice.notifications.webhooks import Webhooks

router = APIRouter(prefix="/notifications", tags=["notifications"])
NotificationsDep = Annotated[Notifications, Depends(provided(Notifications))]
WebhooksDep = Annotated[Webhooks, Depends(provided(Webhooks))]


@router.get("/deliveries")
async def list_deliveries(
    staff: NoticesReader,
    notifications: NotificationsDep,
    state: DeliveryState | None = None,
    channel: Channel | None = None,
    kind: Kind | None = None,
    recipient: str | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[DeliveryView]:
    """What was told to whom, and what became of it; the newest first."""
    async with notifications.database.transaction(staff.tenant) as unit:
        rows = await repository.list_deliveries(
            unit, state=state, channel=channel, kind=kind, recipient=recipient, cursor=cursor, limit=limit
        )
    return page_of(rows, limit=limit, view=DeliveryView.of, key=lambda row: (row.created_at, row.id))


@router.post("/deliveries/{delivery_id}/retry")
async def retry_delivery(delivery_id: str, staff: NoticesWriter, notifications: NotificationsDep) -> DeliveryView:
    """One that did not arrive is tried again at once."""
    async with notifications.database.transaction(staff.tenant) as unit:
        return DeliveryView.of(await notifications.retry(unit, delivery_id))


@router.get("/webhooks")
async def list_webhooks(staff: NoticesReader, webhooks: WebhooksDep) -> list[WebhookView]:
    """The tenant's endpoints."""
    async with webhooks.database.transaction(staff.tenant) as unit:
        return [WebhookView.of(row) for row in await webhooks.list_webhooks(unit)]


@router.post("/webhooks", status_code=http.HTTP_201_CREATED)
async def add_webhook(body: NewWebhook, staff: NoticesWriter, webhooks: WebhooksDep) -> WebhookWithSecret:
    """An endpoint is told from now on. Keep the secret: it is not shown again."""
    async with webhooks.database.transaction(staff.tenant) as unit:
        row, secret = await webhooks.add(
            unit, url=body.url, description=body.description, kinds=body.kinds, by=staff.subject
        )
        return WebhookWithSecret.made(row, secret)


@router.put("/webhooks/{webhook_id}")
async def change_webhook(
    webhook_id: str, body: WebhookChange, staff: NoticesWriter, webhooks: WebhooksDep
) -> WebhookView:
    """The endpoint is as said; its secret stays."""
    async with webhooks.database.transaction(staff.tenant) as unit:
        row = await webhooks.change(
            unit,
            webhook_id,
            url=body.url,
            description=body.description,
            kinds=body.kinds,
            is_enabled=body.is_enabled,
        )
        return WebhookView.of(row)


@router.delete("/webhooks/{webhook_id}", status_code=http.HTTP_204_NO_CONTENT)
async def remove_webhook(webhook_id: str, staff: NoticesWriter, webhooks: WebhooksDep) -> None:
    """The endpoint is told nothing any more."""
    async with webhooks.database.transaction(staff.tenant) as unit:
        await webhooks.remove(unit, webhook_id)


@router.post("/webhooks/{webhook_id}/rotate")
async def rotate_secret(webhook_id: str, staff: NoticesWriter, webhooks: WebhooksDep) -> WebhookWithSecret:
    """A new secret, not shown again; the one before signs too until `previous_secret_until`."""
    async with webhooks.database.transaction(staff.tenant) as unit:
        row, secret = await webhooks.rotate(unit, webhook_id)
        return WebhookWithSecret.made(row, secret)


@router.post("/webhooks/{webhook_id}/test", status_code=http.HTTP_202_ACCEPTED)
async def try_webhook(webhook_id: str, staff: NoticesWriter, webhooks: WebhooksDep) -> TrialView:
    """The endpoint gets a message of the type `test`, soon."""
    async with webhooks.database.transaction(staff.tenant) as unit:
        return TrialView(delivery_id=await webhooks.try_out(unit, webhook_id))
