"""What was asked for by mail: verifications, resets and invitations. The code itself is nowhere."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0007"
down_revision = "0006"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "one_time_codes",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(["tenant_id", "account_id"], ["accounts.tenant_id", "accounts.id"], ondelete="CASCADE"),
    )
    op.create_index("one_time_codes_of_account", "one_time_codes", ["tenant_id", "account_id", "kind", "created_at"])
    op.create_index("one_time_codes_by_end", "one_time_codes", ["expires_at"])
    fence_by_tenant("one_time_codes")
