"""Which of a transaction's events were heard, whose token says who pays, and what the station was told of the cost."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("heard_until", sa.BigInteger, nullable=False, server_default="-1"))
    op.add_column("sessions", sa.Column("heard_ahead", ARRAY(sa.BigInteger), nullable=False, server_default="{}"))
    op.add_column("sessions", sa.Column("end_seq_no", sa.BigInteger))
    op.add_column("sessions", sa.Column("token_rank", sa.BigInteger))
    op.add_column("sessions", sa.Column("told_cost", sa.Numeric))
    op.add_column("sessions", sa.Column("told_cost_at", sa.DateTime(timezone=True)))
    op.add_column("sessions", sa.Column("hears_cost", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("pauses", sa.Column("seq_no", sa.BigInteger, nullable=False, server_default="-1"))
