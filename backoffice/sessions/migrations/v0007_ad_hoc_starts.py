"""Starts that somebody without an account has paid for."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("intents", sa.Column("is_ad_hoc", sa.Boolean, nullable=False, server_default=sa.false()))
