"""Refresh tokens, by their hashes, in families."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0005"
down_revision = "0004"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "refresh_tokens",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("family_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("issued_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.Column("revoked_at", _TIME),
    )
    op.create_index("refresh_tokens_of_family", "refresh_tokens", ["tenant_id", "family_id"])
    op.create_index("refresh_tokens_of_account", "refresh_tokens", ["tenant_id", "account_id"])
    op.create_index("refresh_tokens_by_end", "refresh_tokens", ["expires_at"])
    fence_by_tenant("refresh_tokens")
