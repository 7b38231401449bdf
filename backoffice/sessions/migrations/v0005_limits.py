"""How far sessions may go: as the driver wants it, and as the station says that it holds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("intents", sa.Column("limit_wanted", JSONB))
    op.add_column("sessions", sa.Column("limit_wanted", JSONB))
    op.add_column("sessions", sa.Column("limit_at_station", JSONB))
    op.add_column("sessions", sa.Column("limit_seq_no", sa.BigInteger, nullable=False, server_default="-1"))
