"""Tenants' endpoints: what the staff do with them."""

from collections.abc import Sequence
from datetime import timedelta

from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.notifications import webhook_repository
from backoffice.notifications.errors import TooManyWebhooks, WebhookNotFound
from backoffice.notifications.keys import Seal, new_webhook_secret
from backoffice.notifications.kinds import Kind
from backoffice.notifications.models import WebhookRow
from backoffice.notifications.outgoing import Outgoing
from backoffice.notifications.service import Notifications
from backoffice.notifications.settings import NotificationsSettings
from protocol.bus.envelope import unique_event_id

_WEBHOOKS_OF_A_TENANT = 50


class Webhooks:
    """Everything takes the unit of its request. A secret is returned where it is made, and never again."""

    def __init__(
        self,
        database: Database,
        notifications: Notifications,
        outgoing: Outgoing,
        seal: Seal,
        *,
        settings: NotificationsSettings,
        clock: Clock,
    ) -> None:
        self.database = database
        self._notifications = notifications
        self._outgoing = outgoing
        self._seal = seal
        self._overlap = timedelta(seconds=settings.secret_overlap_s)
        self._clock = clock

    async def add(
        self, unit: Unit, *, url: str, description: str, kinds: Sequence[Kind], by: str
    ) -> tuple[WebhookRow, str]:
        """The endpoint, told of these kinds from now on, and its secret. Raises AddressRefused, TooManyWebhooks."""
        self._outgoing.check(url)
        if len(await webhook_repository.list_webhooks(unit)) >= _WEBHOOKS_OF_A_TENANT:
            raise TooManyWebhooks(_WEBHOOKS_OF_A_TENANT)
        now, secret = self._clock(), new_webhook_secret()
        row = WebhookRow(
            tenant_id=unit.tenant,
            id=unique_event_id(now),
            url=url,
            description=description,
            kinds=[kind.value for kind in kinds],
            secret=self._seal.close(secret),
            created_at=now,
            created_by=by,
        )
        await webhook_repository.add_webhook(unit, row)
        return row, secret

    async def list_webhooks(self, unit: Unit) -> Sequence[WebhookRow]:
        """The tenant's."""
        return await webhook_repository.list_webhooks(unit)

    async def change(
        self, unit: Unit, webhook_id: str, *, url: str, description: str, kinds: Sequence[Kind], is_enabled: bool
    ) -> WebhookRow:
        """It is as said, with its secret as it was. Raises AddressRefused, WebhookNotFound."""
        self._outgoing.check(url)
        row = await self._find(unit, webhook_id)
        row.url, row.description, row.kinds = url, description, [kind.value for kind in kinds]
        if is_enabled:
            row.disabled_reason = None
        elif row.disabled_reason is None:
            row.disabled_reason = "disabled by the staff"
        await unit.session.flush()
        return row

    async def rotate(self, unit: Unit, webhook_id: str) -> tuple[WebhookRow, str]:
        """It has a new secret; the one before signs too for a while, so that its owner can change over in peace.

        Raises WebhookNotFound.
        """
        row, secret = await self._find(unit, webhook_id), new_webhook_secret()
        row.previous_secret, row.previous_until = row.secret, self._clock() + self._overlap
        row.secret = self._seal.close(secret)
        await unit.session.flush()
        return row, secret

    async def try_out(self, unit: Unit, webhook_id: str) -> str:
        """It is told of nothing, to see whether it hears; returns the delivery's id. Raises WebhookNotFound."""
        row = await self._find(unit, webhook_id)
        return await self._notifications.tell_endpoint(unit, row.id, cause=unique_event_id(self._clock()))

    async def remove(self, unit: Unit, webhook_id: str) -> None:
        """It is gone; what was under way to it is not sent. Raises WebhookNotFound."""
        if not await webhook_repository.remove_webhook(unit, webhook_id):
            raise WebhookNotFound(webhook_id)

    async def _find(self, unit: Unit, webhook_id: str) -> WebhookRow:
        row = await webhook_repository.find_webhook(unit, webhook_id, is_to_change=True)
        if row is None:
            raise WebhookNotFound(webhook_id)
        return row
