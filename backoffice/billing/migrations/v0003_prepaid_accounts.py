"""Balances that were paid before, what changed them, and which invoices they pay."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0003"
down_revision = "0002"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "prepaid_accounts",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("balance", sa.Numeric, sa.CheckConstraint("balance >= 0"), nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_table(
        "prepaid_entries",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("reference", sa.Text, primary_key=True),
        sa.Column("amount", sa.Numeric, sa.CheckConstraint("amount <> 0"), nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
    op.add_column("invoices", sa.Column("prepaid_account", sa.Text))
    op.create_index(
        "invoices_of_prepaid",
        "invoices",
        ["tenant_id", "prepaid_account"],
        postgresql_where=sa.text("prepaid_account IS NOT NULL"),
    )
    for table in ("prepaid_accounts", "prepaid_entries"):
        fence_by_tenant(table)
