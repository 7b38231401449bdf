"""Tariffs of sites, parking bays and groups of drivers, and who is in which group."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0003"
down_revision = "0002"

_AT = sa.DateTime(timezone=True)
_HOLDS_NOW = sa.text("valid_until IS NULL")


def upgrade() -> None:
    op.create_table(
        "scope_assignments",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, sa.CheckConstraint("scope IN ('site', 'bay', 'group')"), primary_key=True),
        sa.Column("scope_id", sa.Text, primary_key=True),
        sa.Column("valid_from", _AT, primary_key=True),
        sa.Column("tariff_id", sa.Text, nullable=False),
        sa.Column("valid_until", _AT, sa.CheckConstraint("valid_until >= valid_from")),
        sa.Column("created_by", sa.Text, nullable=False),
    )
    op.create_index(
        "scope_assignments_now",
        "scope_assignments",
        ["tenant_id", "scope", "scope_id"],
        unique=True,
        postgresql_where=_HOLDS_NOW,
    )
    op.create_index("scope_assignments_of_tariff", "scope_assignments", ["tenant_id", "tariff_id"])
    op.create_table(
        "group_members",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("driver_id", sa.Text, primary_key=True),
        sa.Column("valid_from", _AT, primary_key=True),
        sa.Column("group_id", sa.Text, nullable=False),
        sa.Column("valid_until", _AT, sa.CheckConstraint("valid_until >= valid_from")),
        sa.Column("created_by", sa.Text, nullable=False),
    )
    op.create_index(
        "group_members_now", "group_members", ["tenant_id", "driver_id"], unique=True, postgresql_where=_HOLDS_NOW
    )
    op.create_index("group_members_of_group", "group_members", ["tenant_id", "group_id"], postgresql_where=_HOLDS_NOW)
    for table in ("scope_assignments", "group_members"):
        fence_by_tenant(table)
