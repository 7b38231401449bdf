"""Sessions whose station has to be told to stop."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("must_stop", sa.Boolean, nullable=False, server_default=sa.false()))
