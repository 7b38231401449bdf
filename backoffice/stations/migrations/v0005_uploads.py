"""Files that stations were asked for."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0005"
down_revision = "0004"

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("ticket_hash", sa.Text, nullable=False),
        sa.Column("ordered_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("received_at", _AT),
        sa.Column("file_name", sa.Text),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("content", sa.LargeBinary),
        sa.ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),
    )
    op.create_index("uploads_ticket", "uploads", ["ticket_hash"], unique=True)
    op.create_index("uploads_of_station", "uploads", ["tenant_id", "station_id", "id"])
    fence_by_tenant("uploads")
