"""What stations were told to take and have not answered yet counts as theirs."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "sent_shares",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("sent_w", sa.Integer, sa.CheckConstraint("sent_w >= 0"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),
    )
    fence_by_tenant("sent_shares")
