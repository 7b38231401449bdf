"""Who pays how, sellers and buyers on invoices, rates of VAT, monthly statements, and when to try an invoice again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0009"
down_revision = "0008"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "payers",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("driver_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("buyer", JSONB),
        sa.Column("is_vat_number_valid", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
    )
    op.create_table(
        "sellers",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("party", JSONB, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
    )
    op.create_table(
        "vat_rates",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("country", sa.Text, primary_key=True),
        sa.Column("valid_from", sa.Date, primary_key=True),
        sa.Column("percent", sa.Numeric, sa.CheckConstraint("percent >= 0 AND percent < 100"), nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
    )
    op.create_table(
        "statement_numbers",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("next_number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "statements",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("driver_id", sa.Text, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("total_incl_vat", sa.Numeric, nullable=False),
        sa.Column("issued_at", _TIME, nullable=False),
        sa.Column("paid_at", _TIME),
        sa.UniqueConstraint("tenant_id", "number"),
        sa.UniqueConstraint("tenant_id", "driver_id", "month", "currency"),
    )
    op.add_column("invoices", sa.Column("payer_kind", sa.Text, nullable=False, server_default="card"))
    op.add_column("invoices", sa.Column("seller", JSONB))
    op.add_column("invoices", sa.Column("buyer", JSONB))
    op.add_column("invoices", sa.Column("is_reverse_charge", sa.Boolean, nullable=False, server_default="false"))
    op.add_column("invoices", sa.Column("statement_id", sa.Text))
    op.add_column("invoices", sa.Column("retries", sa.Integer, nullable=False, server_default="0"))
    op.add_column("invoices", sa.Column("retry_at", _TIME))
    op.add_column("invoices", sa.Column("silences", sa.Integer, nullable=False, server_default="0"))
    op.add_column("invoices", sa.Column("collect_at", _TIME))
    op.create_index("invoices_of_statement", "invoices", ["tenant_id", "statement_id"])
    op.create_index(
        "invoices_to_state",
        "invoices",
        ["ended_at"],
        postgresql_where=sa.text("state = 'on_account' AND statement_id IS NULL"),
    )
    op.create_index("invoices_to_retry", "invoices", ["retry_at"], postgresql_where=sa.text("state = 'open'"))
    for table in ("payers", "sellers", "vat_rates", "statement_numbers", "statements"):
        fence_by_tenant(table)
