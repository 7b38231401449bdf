"""Queries of notifications and their deliveries."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.notifications.domain import WAITING, DeliveryState
from backoffice.notifications.kinds import Channel, Kind
from backoffice.notifications.models import DeliveryRow, NotificationRow

_DELIVERY_KEY = tuple_(DeliveryRow.tenant_id, DeliveryRow.id)
_PRUNED_AT_ONCE = 5_000


class Claimed(NamedTuple):
    """A delivery that is ours to send until its lease runs out. `claimed_at` names the attempt."""

    tenant_id: str
    id: str
    kind: str
    recipient: str | None
    target: str
    attempts: int
    expires_at: datetime
    is_urgent: bool
    claimed_at: datetime
    data: Any
    happened_at: datetime
    withdrawn_at: datetime | None


async def add_notification(unit: Unit, row: NotificationRow) -> bool:
    """Whether it is new."""
    values = {column.key: getattr(row, column.key) for column in NotificationRow.__table__.columns}
    added = await unit.session.execute(
        insert(NotificationRow).values(values).on_conflict_do_nothing().returning(NotificationRow.id)
    )
    return added.first() is not None


async def add_deliveries(unit: Unit, rows: Sequence[DeliveryRow]) -> None:
    """They are there, each once: one that its target has already stays as it is."""
    if rows:
        columns = [column.key for column in DeliveryRow.__table__.columns]
        values = [{name: getattr(row, name) for name in columns} for row in rows]
        await unit.session.execute(insert(DeliveryRow).values(values).on_conflict_do_nothing())


async def was_said(unit: Unit, kind: Kind, about: str, *, since: datetime) -> bool:
    """Whether there is a notification of this kind about this thing that is not older, and stands."""
    found = await unit.session.execute(
        select(NotificationRow.id)
        .where(
            NotificationRow.tenant_id == unit.tenant,
            NotificationRow.kind == kind,
            NotificationRow.about == about,
            NotificationRow.created_at > since,
            NotificationRow.withdrawn_at.is_(None),
        )
        .limit(1)
    )
    return found.first() is not None


async def withdraw_not_due(unit: Unit, kind: Kind, about: str, *, at: datetime, now: datetime) -> None:
    """What was to be said of this thing later than `at`, when it was true no more, is not said."""
    await unit.session.execute(
        update(NotificationRow)
        .where(
            NotificationRow.tenant_id == unit.tenant,
            NotificationRow.kind == kind,
            NotificationRow.about == about,
            NotificationRow.due_at > at,
            NotificationRow.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )


async def list_unspread(unit: Unit, *, now: datetime, limit: int) -> Sequence[NotificationRow]:
    """What is due for the staff and has not gone to each of them."""
    found = await unit.session.execute(
        select(NotificationRow)
        .where(NotificationRow.is_spread.is_(False), NotificationRow.due_at <= now)
        .order_by(NotificationRow.due_at)
        .limit(limit)
    )
    return found.scalars().all()


async def mark_spread(unit: Unit, notification_id: str) -> bool:
    """Whether it was this call that spread it."""
    marked = await unit.session.execute(
        update(NotificationRow)
        .where(
            NotificationRow.tenant_id == unit.tenant,
            NotificationRow.id == notification_id,
            NotificationRow.is_spread.is_(False),
        )
        .values(is_spread=True)
        .returning(NotificationRow.id)
    )
    return marked.first() is not None


async def claim_deliveries(
    unit: Unit,
    channel: Channel,
    *,
    now: datetime,
    lease_until: datetime,
    busy: Collection[tuple[str, str]],
    limit: int,
) -> Sequence[Claimed]:
    """Deliveries whose time has come, of every tenant, one of a target at a time; none of a target that is `busy`.

    So one that is slow holds up nothing but its own. What another process is just claiming is passed over.
    """
    is_due = [
        DeliveryRow.channel == channel,
        DeliveryRow.state.in_(WAITING),
        DeliveryRow.next_attempt_at <= now,
    ]
    if busy:
        is_due.append(tuple_(DeliveryRow.tenant_id, DeliveryRow.target).not_in(list(busy)))
    firsts = (
        select(DeliveryRow.tenant_id, DeliveryRow.id, DeliveryRow.next_attempt_at)
        .ext(distinct_on(DeliveryRow.tenant_id, DeliveryRow.target))
        .where(*is_due)
        .order_by(DeliveryRow.tenant_id, DeliveryRow.target, DeliveryRow.next_attempt_at)
        .subquery()
    )
    chosen = select(firsts.c.tenant_id, firsts.c.id).order_by(firsts.c.next_attempt_at).limit(limit)
    locked = await unit.session.execute(
        select(DeliveryRow.tenant_id, DeliveryRow.id)
        .where(_DELIVERY_KEY.in_(chosen), *is_due)
        .with_for_update(skip_locked=True)
    )
    keys = [tuple(row) for row in locked]
    if not keys:
        return []
    claimed = await unit.session.execute(
        update(DeliveryRow)
        .where(
            _DELIVERY_KEY.in_(keys),
            NotificationRow.tenant_id == DeliveryRow.tenant_id,
            NotificationRow.id == DeliveryRow.notification_id,
        )
        .values(
            state=DeliveryState.SENDING,
            attempts=DeliveryRow.attempts + 1,
            attempted_at=now,
            next_attempt_at=lease_until,
        )
        .returning(
            DeliveryRow.tenant_id,
            DeliveryRow.id,
            DeliveryRow.kind,
            DeliveryRow.recipient,
            DeliveryRow.target,
            DeliveryRow.attempts,
            DeliveryRow.expires_at,
            DeliveryRow.is_urgent,
            DeliveryRow.attempted_at,
            NotificationRow.data,
            NotificationRow.happened_at,
            NotificationRow.withdrawn_at,
        )
        .execution_options(synchronize_session=False)
    )
    return [Claimed._make(row) for row in claimed]


async def finish_attempt(unit: Unit, claimed: Claimed, values: dict[str, Any]) -> bool:  # Any: columns and their values
    """Whether the attempt was still ours to mark: it is marked with `values` then."""
    marked = await unit.session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.tenant_id == unit.tenant,
            DeliveryRow.id == claimed.id,
            DeliveryRow.state == DeliveryState.SENDING,
            DeliveryRow.attempted_at == claimed.claimed_at,
        )
        .values(**values)
        .returning(DeliveryRow.id)
    )
    return marked.first() is not None


async def list_mails_since(
    unit: Unit, recipient: str, *, is_urgent: bool, since: datetime, limit: int
) -> Sequence[datetime]:
    """When this person's last mails were sent, the newest first."""
    found = await unit.session.execute(
        select(DeliveryRow.sent_at)
        .where(
            DeliveryRow.tenant_id == unit.tenant,
            DeliveryRow.recipient == recipient,
            DeliveryRow.channel == Channel.EMAIL,
            DeliveryRow.is_urgent == is_urgent,
            DeliveryRow.sent_at > since,
        )
        .order_by(DeliveryRow.sent_at.desc())
        .limit(limit)
    )
    return [sent_at for sent_at in found.scalars() if sent_at is not None]


async def find_delivery(unit: Unit, delivery_id: str) -> DeliveryRow | None:
    """The delivery, locked."""
    return await unit.session.get(DeliveryRow, (unit.tenant, delivery_id), with_for_update=True)


async def list_deliveries(
    unit: Unit,
    *,
    state: DeliveryState | None,
    channel: Channel | None,
    kind: Kind | None,
    recipient: str | None,
    cursor: str | None,
    limit: int,
) -> Sequence[DeliveryRow]:
    """A page of the log, the newest first."""
    wanted = {"state": state, "channel": channel, "kind": kind, "recipient": recipient}
    statement = select(DeliveryRow).where(
        DeliveryRow.tenant_id == unit.tenant,
        *(getattr(DeliveryRow, name) == value for name, value in wanted.items() if value is not None),
    )
    found = await unit.session.execute(
        after_cursor(
            statement,
            cursor,
            keys=(DeliveryRow.created_at, DeliveryRow.id),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
            descending=True,
        )
    )
    return found.scalars().all()


async def forget_recipient(unit: Unit, recipient: str) -> None:
    """Nothing that this person was told, nor where, is in the log."""
    for table in (DeliveryRow, NotificationRow):
        await unit.session.execute(delete(table).where(table.tenant_id == unit.tenant, table.recipient == recipient))


async def prune_notifications(unit: Unit, *, before: datetime) -> int:
    """Notifications made before then are gone with their deliveries, some thousand at once; returns how many were."""
    old = (
        select(NotificationRow.tenant_id, NotificationRow.id)
        .where(NotificationRow.created_at < before)
        .limit(_PRUNED_AT_ONCE)
    )
    pruned = await unit.session.execute(
        delete(NotificationRow)
        .where(tuple_(NotificationRow.tenant_id, NotificationRow.id).in_(old))
        .returning(NotificationRow.id)
    )
    return len(pruned.all())
