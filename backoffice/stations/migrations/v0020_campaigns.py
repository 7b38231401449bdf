"""Firmware and configurations for many stations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import audit_changes, fence_by_tenant

revision = "0020"
down_revision = "0019"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("firmware", JSONB),
        sa.Column("template", sa.Text),
        sa.Column("wave_size", sa.Integer, sa.CheckConstraint("wave_size > 0"), nullable=False),
        sa.Column("failures_allowed", sa.Integer, nullable=False),
        sa.Column("forgiven", sa.Integer, nullable=False),
        sa.Column("patience", sa.Interval, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
    )
    op.create_index("campaigns_running", "campaigns", ["created_at"], postgresql_where=sa.text("state = 'running'"))
    op.create_table(
        "campaign_members",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("campaign_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("request_id", sa.BigInteger),
        sa.Column("due_at", _TIME),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "campaign_id"], ["campaigns.tenant_id", "campaigns.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),
    )
    op.create_index("campaign_members_by_place", "campaign_members", ["tenant_id", "campaign_id", "place"])
    op.create_index(
        "campaign_members_sent",
        "campaign_members",
        ["tenant_id", "station_id"],
        postgresql_where=sa.text("state = 'sent'"),
    )
    for table in ("campaigns", "campaign_members"):
        fence_by_tenant(table)
    audit_changes("campaigns")
