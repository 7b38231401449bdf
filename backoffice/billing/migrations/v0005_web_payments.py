"""Payments by web page, of people without an account."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0005"
down_revision = "0004"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "web_payments",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("evse", sa.Integer, nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    fence_by_tenant("web_payments")
