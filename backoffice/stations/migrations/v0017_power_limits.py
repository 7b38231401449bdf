"""How much power a site has, and how its stations share it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "power_limits",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("location_id", sa.Text, primary_key=True),
        sa.Column("limit_w", sa.Integer, sa.CheckConstraint("limit_w >= 0"), nullable=False),
        sa.Column("idle_w", sa.Integer, sa.CheckConstraint("idle_w >= 0"), nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("priorities", JSONB, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["locations.tenant_id", "locations.id"]),
    )
    fence_by_tenant("power_limits")
