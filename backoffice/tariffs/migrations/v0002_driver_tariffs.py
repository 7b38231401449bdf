"""Tariffs that are drivers' own."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "driver_assignments",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("driver_id", sa.Text, primary_key=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("tariff_id", sa.Text, nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), sa.CheckConstraint("valid_until >= valid_from")),
        sa.Column("created_by", sa.Text, nullable=False),
    )
    op.create_index(
        "driver_assignments_now",
        "driver_assignments",
        ["tenant_id", "driver_id"],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.create_index("driver_assignments_of_tariff", "driver_assignments", ["tenant_id", "tariff_id"])
    fence_by_tenant("driver_assignments")
