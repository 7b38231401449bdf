"""Settlements by stations' own terminals, and payments that no card of ours made."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0002"
down_revision = "0001"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "settlements",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("reference", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("amount", sa.Numeric, nullable=False),
        sa.Column("settled_at", _TIME, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("receipt_id", sa.Text),
        sa.Column("receipt_url", sa.Text),
        sa.Column("vat_number", sa.Text),
        sa.Column("heard_at", _TIME, nullable=False),
    )
    op.create_index("settlements_of_session", "settlements", ["tenant_id", "session_id"])
    op.alter_column("payments", "payment_method_id", nullable=True)
    fence_by_tenant("settlements")
