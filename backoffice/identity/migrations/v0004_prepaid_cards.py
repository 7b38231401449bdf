"""Tokens that are prepaid cards: billing keeps what is left on them, under the token's id."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("id_tokens", sa.Column("is_prepaid", sa.Boolean, nullable=False, server_default=sa.false()))
