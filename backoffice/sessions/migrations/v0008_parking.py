"""Stays in parking bays."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0008"
down_revision = "0007"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "parking_sessions",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("bay_id", sa.Text, nullable=False),
        sa.Column("location_id", sa.Text, nullable=False),
        sa.Column("station_id", sa.Text),
        sa.Column("evse", sa.Integer),
        sa.Column("plate_ref", sa.Text),
        sa.Column("driver_id", sa.Text),
        sa.Column("reservation_id", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("is_asked_for", sa.Boolean, nullable=False),
        sa.Column("tariff", sa.LargeBinary),
        sa.Column("tariff_id", sa.Text),
        sa.Column("tariff_version", sa.Integer),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("cost_excl_vat", sa.Numeric, sa.CheckConstraint("cost_excl_vat >= 0"), nullable=False),
        sa.Column("cost_incl_vat", sa.Numeric, sa.CheckConstraint("cost_incl_vat >= 0"), nullable=False),
        sa.Column("lines", JSONB),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.CheckConstraint("ended_at >= started_at"),
    )
    is_there = sa.text("ended_at IS NULL")
    # One vehicle a bay.
    op.create_index("parking_now", "parking_sessions", ["tenant_id", "bay_id"], unique=True, postgresql_where=is_there)
    op.create_index(
        "parking_of_evse", "parking_sessions", ["tenant_id", "station_id", "evse"], postgresql_where=is_there
    )
    op.create_index("parking_of_driver", "parking_sessions", ["tenant_id", "driver_id", "started_at", "id"])
    asking = sa.text("state <> 'completed'")
    op.create_index("parking_asking", "parking_sessions", ["updated_at"], postgresql_where=asking)
    fence_by_tenant("parking_sessions")
