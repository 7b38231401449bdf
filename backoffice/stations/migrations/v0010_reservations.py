"""What stations keep free, and which transaction an EVSE has ended: nothing that is told late begins it again."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0010"
down_revision = "0009"

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reservations",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("reservation_id", sa.BigInteger, primary_key=True),
        sa.Column("evse", sa.Integer),
        sa.Column("connector_type", sa.Text),
        sa.Column("token_mask", sa.Text),
        sa.Column("has_group", sa.Boolean, nullable=False),
        sa.Column("expires_at", _AT),
        sa.Column("transaction_id", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("state_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),
    )
    fence_by_tenant("reservations")
    op.add_column("evses", sa.Column("transaction_seq_no", sa.BigInteger))
    op.add_column("evses", sa.Column("ended_transaction_id", sa.Text))
    op.add_column("evses", sa.Column("transaction_ended_at", _AT))
