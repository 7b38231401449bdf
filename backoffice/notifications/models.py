"""The tables of notifications."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The schema is the connection's."""

    type_annotation_map = {datetime: DateTime(timezone=True), Any: JSONB(none_as_null=True)}  # noqa: RUF012


class NotificationRow(Base):
    """Something to be told. `about`: the thing that it is about, by which it is not said again and again.

    `recipient` None: the staff, each of whom has deliveries once `is_spread`. `data`: what its template needs; ids and
    numbers, never names or addresses. `due_at`: told from then on. `withdrawn_at`: it is true no more, and whoever was
    not told by then is not.
    """

    __tablename__ = "notifications"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    recipient: Mapped[str | None]
    about: Mapped[str]
    data: Mapped[Any]
    happened_at: Mapped[datetime]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    is_spread: Mapped[bool]
    withdrawn_at: Mapped[datetime | None]


class DeliveryRow(Base):
    """A notification on one way to one target: a person, a browser of theirs, or an endpoint.

    `next_attempt_at`: when it is taken up; of one that is being sent, when whoever does so is thought to have died.
    `sent_to`: the address that it went to. `detail`: why it is as it is.
    """

    __tablename__ = "deliveries"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    notification_id: Mapped[str]
    kind: Mapped[str]
    channel: Mapped[str]
    recipient: Mapped[str | None]
    target: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    is_urgent: Mapped[bool]
    created_at: Mapped[datetime]
    attempted_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    sent_to: Mapped[str | None]
    detail: Mapped[str]


class MessageRow(Base):
    """A message in somebody's inbox. Its id is its delivery's."""

    __tablename__ = "messages"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    kind: Mapped[str]
    data: Mapped[Any]
    happened_at: Mapped[datetime]
    posted_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class PreferencesRow(Base):
    """How a person wants to be told. `choices`: the ways by kind, where they differ from what the kind says."""

    __tablename__ = "preferences"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str | None]
    timezone: Mapped[str | None]
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    choices: Mapped[Any]
    updated_at: Mapped[datetime]


class PushSubscriptionRow(Base):
    """A browser of a person: where its push service takes messages, and the keys that only it can read them with."""

    __tablename__ = "push_subscriptions"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    endpoint: Mapped[str]
    public_key: Mapped[str]
    auth_secret: Mapped[str]
    created_at: Mapped[datetime]


class WebhookRow(Base):
    """An endpoint of a tenant. `kinds`: what it is told of. Secrets are sealed; the previous one signs until its time.

    `disabled_reason`: why it is told nothing; None where it is.
    """

    __tablename__ = "webhooks"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    description: Mapped[str]
    kinds: Mapped[Any]
    secret: Mapped[bytes]
    previous_secret: Mapped[bytes | None]
    previous_until: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
