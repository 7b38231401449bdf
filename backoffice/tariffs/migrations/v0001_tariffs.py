"""Versions of tariffs and where they are assigned."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import create_kit_tables, fence_by_tenant

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_kit_tables()
    op.create_table(
        "tariff_versions",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("tariff_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, sa.CheckConstraint("version > 0"), primary_key=True),
        sa.Column("tariff", sa.LargeBinary, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
    )
    op.create_table(
        "assignments",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("evse", sa.Integer, sa.CheckConstraint("evse >= 0"), primary_key=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("tariff_id", sa.Text, nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), sa.CheckConstraint("valid_until >= valid_from")),
        sa.Column("created_by", sa.Text, nullable=False),
    )
    op.create_index(
        "assignments_now",
        "assignments",
        ["tenant_id", "station_id", "evse"],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.create_index("assignments_of_tariff", "assignments", ["tenant_id", "tariff_id"])
    for table in ("tariff_versions", "assignments"):
        fence_by_tenant(table)
