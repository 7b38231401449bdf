"""Settings, alarms with what they are measured by, messages in quarantine, and erasures that are owed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import (
    audit_changes,
    create_kit_tables,
    create_oversight_tables,
    fence_by_tenant,
)

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)
_TABLES = (
    "settings",
    "alarm_rules",
    "alarms",
    "watched_evses",
    "failed_payments",
    "quarantined_messages",
    "erasures",
)


def upgrade() -> None:
    create_kit_tables()
    _create_decisions()
    _create_measures()
    for table in _TABLES:
        fence_by_tenant(table)
    create_oversight_tables()
    for table in ("settings", "alarm_rules", "alarms"):
        audit_changes(table)


def _create_decisions() -> None:
    op.create_table(
        "settings",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("location_id", sa.Text, primary_key=True),
        sa.Column("value", JSONB),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
    )
    op.create_table(
        "alarm_rules",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("threshold", sa.Integer, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("is_enabled", sa.Boolean, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
    )
    op.create_table(
        "alarms",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("raised_at", _TIME, nullable=False),
        sa.Column("acknowledged_at", _TIME),
        sa.Column("acknowledged_by", sa.Text),
        sa.Column("cleared_at", _TIME),
    )
    op.create_index("alarms_by_time", "alarms", ["tenant_id", "raised_at", "id"])
    # One that stands a thing and kind, whoever looks at the same time.
    op.create_index(
        "alarms_standing",
        "alarms",
        ["tenant_id", "kind", "about"],
        unique=True,
        postgresql_where=sa.text("state IN ('raised', 'acknowledged')"),
    )


def _create_measures() -> None:
    op.create_table(
        "watched_evses",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("evse", sa.Integer, primary_key=True),
        sa.Column("offline_since", _TIME),
        sa.Column("faulted_since", _TIME),
    )
    op.create_table(
        "failed_payments",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("failed_at", _TIME, nullable=False),
    )
    op.create_table(
        "quarantined_messages",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("is_truncated", sa.Boolean, nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
    )
    op.create_index("quarantined_messages_by_time", "quarantined_messages", ["tenant_id", "received_at", "id"])
    op.create_table(
        "erasures",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("asked_at", _TIME, nullable=False),
    )
