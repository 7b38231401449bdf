"""Queries of what belongs to one person: preferences, browsers and their inbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import Unit
from backoffice.kit.pagination import after_cursor
from backoffice.notifications.models import MessageRow, PreferencesRow, PushSubscriptionRow

_PRUNED_AT_ONCE = 5_000


async def find_preferences(unit: Unit, subject: str) -> PreferencesRow | None:
    """What the person said; None where they said nothing."""
    return await unit.session.get(PreferencesRow, (unit.tenant, subject))


async def list_preferences(unit: Unit, subjects: Sequence[str]) -> Sequence[PreferencesRow]:
    """What those of these people said who said something."""
    found = await unit.session.execute(
        select(PreferencesRow).where(PreferencesRow.tenant_id == unit.tenant, PreferencesRow.subject.in_(subjects))
    )
    return found.scalars().all()


async def save_preferences(unit: Unit, row: PreferencesRow) -> None:
    """They are what the person said last."""
    values = {column.key: getattr(row, column.key) for column in PreferencesRow.__table__.columns}
    changed = {name: value for name, value in values.items() if name not in ("tenant_id", "subject")}
    await unit.session.execute(
        insert(PreferencesRow)
        .values(values)
        .on_conflict_do_update(index_elements=["tenant_id", "subject"], set_=changed)
    )


async def post_message(unit: Unit, row: MessageRow) -> bool:
    """Whether the message is new in its inbox."""
    values = {column.key: getattr(row, column.key) for column in MessageRow.__table__.columns}
    posted = await unit.session.execute(
        insert(MessageRow).values(values).on_conflict_do_nothing().returning(MessageRow.id)
    )
    return posted.first() is not None


async def list_messages(
    unit: Unit, recipient: str, *, only_unread: bool, cursor: str | None, limit: int
) -> Sequence[MessageRow]:
    """A page of the inbox, the newest first."""
    statement = select(MessageRow).where(MessageRow.tenant_id == unit.tenant, MessageRow.recipient == recipient)
    if only_unread:
        statement = statement.where(MessageRow.read_at.is_(None))
    found = await unit.session.execute(
        after_cursor(
            statement,
            cursor,
            keys=(MessageRow.posted_at, MessageRow.id),
            parsers=(datetime.fromisoformat, str),
            limit=limit,
            descending=True,
        )
    )
    return found.scalars().all()


async def count_unread(unit: Unit, recipient: str) -> int:
    """How many messages nobody has read."""
    counted = await unit.session.execute(
        select(func.count()).where(
            MessageRow.tenant_id == unit.tenant, MessageRow.recipient == recipient, MessageRow.read_at.is_(None)
        )
    )
    return counted.scalar_one()


async def mark_read(unit: Unit, recipient: str, message_id: str, *, now: datetime) -> bool:
    """Whether there is such a message: it is read, since the first time that it was."""
    marked = await unit.session.execute(
        update(MessageRow)
        .where(MessageRow.tenant_id == unit.tenant, MessageRow.recipient == recipient, MessageRow.id == message_id)
        .values(read_at=func.coalesce(MessageRow.read_at, now))
        .returning(MessageRow.id)
    )
    return marked.first() is not None


async def mark_all_read(unit: Unit, recipient: str, *, now: datetime) -> None:
    """No message that was there until now is unread."""
    await unit.session.execute(
        update(MessageRow)
        .where(
            MessageRow.tenant_id == unit.tenant,
            MessageRow.recipient == recipient,
            MessageRow.read_at.is_(None),
            MessageRow.posted_at <= now,
        )
        .values(read_at=now)
    )


async def save_subscription(unit: Unit, row: PushSubscriptionRow) -> str:
    """The id of the browser's subscription: a browser that comes again, perhaps as somebody else, keeps its own."""
    values = {column.key: getattr(row, column.key) for column in PushSubscriptionRow.__table__.columns}
    changed = {name: values[name] for name in ("subject", "public_key", "auth_secret")}
    saved = await unit.session.execute(
        insert(PushSubscriptionRow)
        .values(values)
        .on_conflict_do_update(constraint="one_browser_once", set_=changed)
        .returning(PushSubscriptionRow.id)
    )
    return saved.scalar_one()


async def list_subscriptions(unit: Unit, subject: str) -> Sequence[PushSubscriptionRow]:
    """The person's browsers."""
    found = await unit.session.execute(
        select(PushSubscriptionRow)
        .where(PushSubscriptionRow.tenant_id == unit.tenant, PushSubscriptionRow.subject == subject)
        .order_by(PushSubscriptionRow.created_at, PushSubscriptionRow.id)
    )
    return found.scalars().all()


async def find_subscription(unit: Unit, subscription_id: str) -> PushSubscriptionRow | None:
    """The subscription of this id."""
    return await unit.session.get(PushSubscriptionRow, (unit.tenant, subscription_id))


async def remove_subscription(unit: Unit, subscription_id: str, *, subject: str | None = None) -> bool:
    """Whether there was one, of `subject` if that is said: it is gone."""
    of_whom = [] if subject is None else [PushSubscriptionRow.subject == subject]
    removed = await unit.session.execute(
        delete(PushSubscriptionRow)
        .where(PushSubscriptionRow.tenant_id == unit.tenant, PushSubscriptionRow.id == subscription_id, *of_whom)
        .returning(PushSubscriptionRow.id)
    )
    return removed.first() is not None


async def forget_person(unit: Unit, subject: str) -> None:
    """Nothing of this person is left."""
    owners = (PreferencesRow.subject, PushSubscriptionRow.subject, MessageRow.recipient)
    for owner in owners:
        await unit.session.execute(delete(owner.class_).where(owner.class_.tenant_id == unit.tenant, owner == subject))


async def prune_messages(unit: Unit, *, before: datetime) -> int:
    """Messages posted before then are gone, some thousand at once; returns how many were."""
    old = select(MessageRow.tenant_id, MessageRow.id).where(MessageRow.posted_at < before).limit(_PRUNED_AT_ONCE)
    pruned = await unit.session.execute(
        delete(MessageRow).where(tuple_(MessageRow.tenant_id, MessageRow.id).in_(old)).returning(MessageRow.id)
    )
    return len(pruned.all())
