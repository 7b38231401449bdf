"""What is told, its deliveries, inboxes, and how people and machines want to be told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import create_kit_tables, fence_by_tenant

revision = "0001"
down_revision = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_kit_tables()
    _create_notifications()
    _create_deliveries()
    _create_people()
    op.create_table(
        "webhooks",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("kinds", JSONB, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("previous_secret", sa.LargeBinary),
        sa.Column("previous_until", _AT),
        sa.Column("disabled_reason", sa.Text),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
    )
    for table in ("notifications", "deliveries", "messages", "preferences", "push_subscriptions", "webhooks"):
        fence_by_tenant(table)


def _create_notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("happened_at", _AT, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("is_spread", sa.Boolean, nullable=False),
        sa.Column("withdrawn_at", _AT),
    )
    op.create_index("notifications_about", "notifications", ["tenant_id", "kind", "about", "created_at"])
    op.create_index("notifications_of_recipient", "notifications", ["tenant_id", "recipient"])
    op.create_index("notifications_by_age", "notifications", ["created_at"])
    op.create_index("notifications_to_spread", "notifications", ["due_at"], postgresql_where=sa.text("NOT is_spread"))


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("notification_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("is_urgent", sa.Boolean, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("attempted_at", _AT),
        sa.Column("sent_at", _AT),
        sa.Column("sent_to", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "notification_id"], ["notifications.tenant_id", "notifications.id"], ondelete="CASCADE"
        ),
        sa.UniqueConstraint("tenant_id", "notification_id", "channel", "target", name="told_once"),
    )
    # What the senders look for, across tenants: a few rows, whatever the table has.
    op.create_index(
        "deliveries_waiting",
        "deliveries",
        ["channel", "tenant_id", "target", "next_attempt_at"],
        postgresql_where=sa.text("state IN ('due', 'sending', 'failed')"),
    )
    op.create_index("deliveries_log", "deliveries", ["tenant_id", "created_at", "id"])
    op.create_index("deliveries_of_recipient", "deliveries", ["tenant_id", "recipient", "channel", "sent_at"])


def _create_people() -> None:
    op.create_table(
        "messages",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("happened_at", _AT, nullable=False),
        sa.Column("posted_at", _AT, nullable=False),
        sa.Column("read_at", _AT),
    )
    op.create_index("messages_of_recipient", "messages", ["tenant_id", "recipient", "posted_at", "id"])
    op.create_index("messages_by_age", "messages", ["posted_at"])
    op.create_index(
        "messages_unread", "messages", ["tenant_id", "recipient"], postgresql_where=sa.text("read_at IS NULL")
    )
    op.create_table(
        "preferences",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("language", sa.Text),
        sa.Column("timezone", sa.Text),
        sa.Column("quiet_from", sa.Time),
        sa.Column("quiet_until", sa.Time),
        sa.Column("choices", JSONB, nullable=False),
        sa.Column("updated_at", _AT, nullable=False),
        sa.CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_hours_have_an_end"),
    )
    op.create_table(
        "push_subscriptions",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("auth_secret", sa.Text, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.UniqueConstraint("tenant_id", "endpoint", name="one_browser_once"),
    )
    op.create_index("push_subscriptions_of_subject", "push_subscriptions", ["tenant_id", "subject"])
