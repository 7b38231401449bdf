"""The message log, partitioned by day, and how often stations needed which rule."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "frames",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("frame_id", sa.Text, primary_key=True),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("deviations", ARRAY(sa.Text), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("is_truncated", sa.Boolean, nullable=False),
        postgresql_partition_by="RANGE (at)",
    )
    op.execute("CREATE TABLE frames_other PARTITION OF frames DEFAULT")
    fence_by_tenant("frames")
    op.create_table(
        "deviations",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_detail", sa.Text, nullable=False),
        # Of the newest connection that counted: since when, and how much of `count` is its own.
        sa.Column("counted_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted", sa.BigInteger, nullable=False),
    )
    fence_by_tenant("deviations")
