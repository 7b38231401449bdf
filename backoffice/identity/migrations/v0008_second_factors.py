"""Second factors, sealed, and recovery codes by their hashes."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0008"
down_revision = "0007"

_TIME = sa.DateTime(timezone=True)
_OF_ACCOUNT = (["tenant_id", "account_id"], ["accounts.tenant_id", "accounts.id"])


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
        sa.Column("enrolled_at", _TIME, nullable=False),
        sa.Column("confirmed_at", _TIME),
        sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(*_OF_ACCOUNT, ondelete="CASCADE"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("hash", sa.Text, primary_key=True),
        sa.ForeignKeyConstraint(*_OF_ACCOUNT, ondelete="CASCADE"),
    )
    for table in ("second_factors", "recovery_codes"):
        fence_by_tenant(table)
