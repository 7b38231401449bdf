"""What is known of stations' variables and limits, and what variables are to be."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0004"
down_revision = "0003"

_AT = sa.DateTime(timezone=True)


def _of_station() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"])


def upgrade() -> None:
    op.create_table(
        "variables",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("component", sa.Text, primary_key=True),
        sa.Column("variable", sa.Text, primary_key=True),
        sa.Column("evse", sa.Integer, primary_key=True),
        sa.Column("value", sa.Text),
        sa.Column("is_readonly", sa.Boolean),
        sa.Column("needs_reboot", sa.Boolean, nullable=False),
        sa.Column("known_at", _AT, nullable=False),
        _of_station(),
    )
    op.create_table(
        "configuration_templates",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("variables", JSONB, nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
    )
    op.create_table(
        "charging_profiles",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("profile_id", sa.BigInteger, primary_key=True),
        sa.Column("evse", sa.Integer, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("stack_level", sa.Integer, nullable=False),
        sa.Column("profile", sa.LargeBinary, nullable=False),
        sa.Column("set_at", _AT, nullable=False),
        _of_station(),
    )
    for table in ("variables", "configuration_templates", "charging_profiles"):
        fence_by_tenant(table)
