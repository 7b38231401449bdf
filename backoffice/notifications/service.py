"""What is told becomes deliveries: one of each way to each person, browser and endpoint, in one transaction.

Invariants:
1. A notification's id derives from what happened, a delivery's from its notification, way and target: nobody is told
   the same twice, however often an event comes.
2. Who is told by which way is decided when it is told; when they may be disturbed is decided when it is sent.
3. The staff are known to identity alone: what is for them waits until it was asked, outside of the transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backoffice.contracts.identity import STAFF_OF, AskStaff
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.workers import try_each
from backoffice.notifications import people_repository, repository, webhook_repository
from backoffice.notifications.domain import DELIVERY, RETRYABLE, DeliveryState, DeliveryTrigger
from backoffice.notifications.errors import DeliveryNotFound, NotRetryable
from backoffice.notifications.kinds import RULES, Audience, Channel, Kind, ways_to
from backoffice.notifications.models import DeliveryRow, NotificationRow
from backoffice.notifications.settings import NotificationsSettings
from protocol.bus.envelope import event_id
from protocol.domain.identifiers import TenantId

_SPREAD_AT_A_TIME = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell. `cause` names what happened, so that it is told once; `recipient` None: the staff.

    `about` is the thing that it is about. `said_at`: when its service said so, from which its shelf life counts.
    `data`: what the kind's template needs, all of JSON.
    """

    kind: Kind
    cause: str
    about: str
    happened_at: datetime
    said_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)  # Any: each kind has its own members
    recipient: str | None = None
    due_in: timedelta = timedelta()


class Notifications:
    """Tells people. What takes a unit is part of its transaction."""

    def __init__(self, database: Database, bus: Bus, *, settings: NotificationsSettings, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._bus = bus
        self._settings = settings

    async def tell(self, unit: Unit, notice: Notice) -> None:
        """Whoever is to hear of it has a delivery, or of the staff will have one.

        What was said so long ago that it is worth nothing any more is not told: a stream that is read late, or from its
        beginning, makes no flood of letters.
        """
        now, due_at = self.clock(), notice.said_at + notice.due_in
        if due_at + RULES[notice.kind].shelf_life <= now:
            return
        row = NotificationRow(
            tenant_id=unit.tenant,
            id=event_id(unit.tenant, "notification", notice.kind, notice.cause),
            kind=notice.kind,
            recipient=notice.recipient,
            about=notice.about,
            data=dict(notice.data),
            happened_at=notice.happened_at,
            created_at=now,
            due_at=due_at,
            is_spread=RULES[notice.kind].audience is not Audience.STAFF,
            withdrawn_at=None,
        )
        if not await repository.add_notification(unit, row):
            return
        deliveries = [_delivery(row, Channel.WEBHOOK, target) for target in await self._endpoints(unit, notice.kind)]
        if notice.recipient is not None:
            deliveries += await self._to_people(unit, row, [notice.recipient])
        await repository.add_deliveries(unit, deliveries)

    async def tell_if_new(self, unit: Unit, notice: Notice) -> None:
        """Like `tell`, but where the same was said of the same thing a short while ago, it is not said again."""
        since = self.clock() - timedelta(seconds=self._settings.repeat_after_s)
        if not await repository.was_said(unit, notice.kind, notice.about, since=since):
            await self.tell(unit, notice)

    async def tell_endpoint(self, unit: Unit, webhook_id: str, *, cause: str) -> str:
        """One endpoint has a delivery that tells of nothing, to try it; returns its id."""
        now = self.clock()
        row = NotificationRow(
            tenant_id=unit.tenant,
            id=event_id(unit.tenant, "notification", Kind.TEST, cause),
            kind=Kind.TEST,
            recipient=None,
            about=webhook_id,
            data={"webhook_id": webhook_id},
            happened_at=now,
            created_at=now,
            due_at=now,
            is_spread=True,
            withdrawn_at=None,
        )
        await repository.add_notification(unit, row)
        delivery = _delivery(row, Channel.WEBHOOK, webhook_id)
        await repository.add_deliveries(unit, [delivery])
        return delivery.id

    async def retry(self, unit: Unit, delivery_id: str) -> DeliveryRow:
        """The delivery is tried again, as if for the first time. Raises DeliveryNotFound, NotRetryable."""
        row = await repository.find_delivery(unit, delivery_id)
        if row is None:
            raise DeliveryNotFound(delivery_id)
        state, now = DeliveryState(row.state), self.clock()
        if state not in RETRYABLE:
            raise NotRetryable(delivery_id, state)
        row.state = DELIVERY.advance(state, DeliveryTrigger.RETRY)
        row.attempts, row.next_attempt_at, row.detail = 0, now, ""
        row.expires_at = now + RULES[Kind(row.kind)].shelf_life
        await unit.session.flush()
        return row

    async def spread(self) -> None:
        """What is due for the staff has a delivery for each of them."""
        async with self.database.transaction(ALL_TENANTS) as unit:
            due = await repository.list_unspread(unit, now=self.clock(), limit=_SPREAD_AT_A_TIME)
        await try_each(due, self._spread_one)

    async def forget_old(self) -> None:
        """The log and the inboxes reach no further back than the settings say."""
        before = self.clock() - timedelta(days=self._settings.keep_days)
        async with self.database.transaction(ALL_TENANTS) as unit:
            await repository.prune_notifications(unit, before=before)
            await people_repository.prune_messages(unit, before=before)

    async def _spread_one(self, row: NotificationRow) -> None:
        tenant = TenantId(row.tenant_id)
        staff = () if row.withdrawn_at else (await self._bus.ask(STAFF_OF, AskStaff(tenant))).subjects
        async with self.database.transaction(tenant) as unit:
            if await repository.mark_spread(unit, row.id):
                await repository.add_deliveries(unit, await self._to_people(unit, row, staff))

    async def _endpoints(self, unit: Unit, kind: Kind) -> Iterable[str]:
        return () if RULES[kind].has_code else await webhook_repository.list_subscribed(unit, kind)

    async def _to_people(self, unit: Unit, row: NotificationRow, people: Iterable[str]) -> list[DeliveryRow]:
        """A delivery by each way that each of them wants; by push, one for each browser."""
        wanted = list(people)
        choices = {found.subject: found.choices for found in await people_repository.list_preferences(unit, wanted)}
        deliveries = []
        for person in wanted:
            ways = ways_to(Kind(row.kind), choices.get(person, {}))
            for way in (Channel.IN_APP, Channel.EMAIL):
                if way in ways:
                    deliveries.append(_delivery(row, way, person, recipient=person))
            if Channel.PUSH in ways:
                browsers = await people_repository.list_subscriptions(unit, person)
                deliveries += [_delivery(row, Channel.PUSH, one.id, recipient=person) for one in browsers]
        return deliveries


def _delivery(row: NotificationRow, channel: Channel, target: str, *, recipient: str | None = None) -> DeliveryRow:
    rule = RULES[Kind(row.kind)]
    return DeliveryRow(
        tenant_id=row.tenant_id,
        id=event_id(row.tenant_id, "delivery", row.id, channel, target),
        notification_id=row.id,
        kind=row.kind,
        channel=channel,
        # What a webhook is told of somebody goes from the log with them, too.
        recipient=recipient if recipient is not None else row.recipient,
        target=target,
        state=DeliveryState.DUE,
        attempts=0,
        next_attempt_at=row.due_at,
        expires_at=row.due_at + rule.shelf_life,
        is_urgent=rule.is_urgent,
        created_at=row.created_at,
        attempted_at=None,
        sent_at=None,
        sent_to=None,
        detail="",
    )
