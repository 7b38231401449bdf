"""Tokens that belong together, and whose groups they are."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("id_tokens", sa.Column("group_name", sa.Text))
    op.create_table(
        "token_groups",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("driver_id", sa.Text, nullable=False),
    )
    fence_by_tenant("token_groups")
