"""Payments that stations' terminals hold and that we settle."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "terminal_payments",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("reference", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("is_asked", sa.Boolean, nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("terminal_payments_of_session", "terminal_payments", ["tenant_id", "session_id"])
    op.create_index(
        "terminal_payments_to_settle", "terminal_payments", ["heard_at"], postgresql_where=sa.text("NOT is_asked")
    )
    fence_by_tenant("terminal_payments")
