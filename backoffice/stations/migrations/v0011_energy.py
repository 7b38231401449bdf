"""Limits that others set, whose a profile is, and what vehicles want."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0011"
down_revision = "0010"

_AT = sa.DateTime(timezone=True)


def _of_station() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"])


def upgrade() -> None:
    op.add_column("charging_profiles", sa.Column("source", sa.Text, nullable=False, server_default="CSO"))
    op.create_table(
        "external_limits",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("evse", sa.Integer, primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("is_grid_critical", sa.Boolean),
        sa.Column("schedules", sa.LargeBinary, nullable=False),
        sa.Column("is_cleared", sa.Boolean, nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        _of_station(),
    )
    op.create_table(
        "vehicle_needs",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("evse", sa.Integer, primary_key=True),
        sa.Column("needs", sa.LargeBinary),
        sa.Column("needs_at", _AT),
        sa.Column("schedule", sa.LargeBinary),
        sa.Column("schedule_at", _AT),
        sa.Column("ended_at", _AT),
        sa.Column("planned_for", sa.Text),
        sa.Column("plans", sa.Integer, nullable=False),
        _of_station(),
    )
    for table in ("external_limits", "vehicle_needs"):
        fence_by_tenant(table)
