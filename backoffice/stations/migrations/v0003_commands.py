"""Commands to stations, and what became of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0003"
down_revision = "0002"

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "commands",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("message", JSONB, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_at", _AT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("answer", JSONB),
        sa.Column("error_code", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("queue_until", _AT),
        sa.Column("unsent", sa.LargeBinary),
        sa.Column("sent_at", _AT),
        sa.Column("finished_at", _AT),
        sa.ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),
    )
    op.create_index("commands_of_station", "commands", ["tenant_id", "station_id", "id"])
    op.create_index("commands_open", "commands", ["state"], postgresql_where="state IN ('queued', 'sending')")
    fence_by_tenant("commands")
