"""The count of starts."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import create_kit_tables, fence_by_tenant

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_kit_tables()
    op.create_table(
        "start_counts",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("starts", sa.Integer, nullable=False),
    )
    fence_by_tenant("start_counts")
