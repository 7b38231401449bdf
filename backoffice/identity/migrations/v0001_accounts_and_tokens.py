"""Accounts, IdTokens and their references."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import create_kit_tables, fence_by_tenant

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_kit_tables()
    op.create_table(
        "accounts",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, sa.CheckConstraint("role IN ('driver', 'operator')"), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant_id", "role", "email", name="accounts_email"),
    )
    op.create_table(
        "id_tokens",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("driver_id", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("mask", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text),
        sa.Column("is_blocked", sa.Boolean, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant_id", "driver_id", "purpose", name="id_tokens_purpose"),
    )
    op.create_index("id_tokens_of_driver", "id_tokens", ["tenant_id", "driver_id", "created_at"])
    op.create_table(
        "token_refs",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("ref", sa.Text, primary_key=True),
        sa.Column("token_id", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "token_id"], ["id_tokens.tenant_id", "id_tokens.id"]),
    )
    for table in ("accounts", "id_tokens", "token_refs"):
        fence_by_tenant(table)
