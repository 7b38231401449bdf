"""Tokens that stations asked about and that nobody registered."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0002"
down_revision = "0001"

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "unknown_tokens",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("ref", sa.Text, primary_key=True),
        sa.Column("mask", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("first_seen_at", _AT, nullable=False),
        sa.Column("last_seen_at", _AT, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
    )
    op.create_index("unknown_tokens_by_time", "unknown_tokens", ["tenant_id", "last_seen_at", "ref"])
    fence_by_tenant("unknown_tokens")
