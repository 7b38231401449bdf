"""Invoices of parking and reservations; credit notes, and what is paid back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0007"
down_revision = "0006"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in ("station_id", "evse", "energy_wh"):
        op.alter_column("invoices", column, nullable=True)
    op.add_column("invoices", sa.Column("location_id", sa.Text))
    op.add_column("invoices", sa.Column("bay_id", sa.Text))
    op.add_column("invoices", sa.Column("credited", sa.Numeric, nullable=False, server_default="0"))
    op.add_column("invoices", sa.Column("refunded", sa.Numeric, nullable=False, server_default="0"))
    op.create_check_constraint("invoices_credited", "invoices", "credited >= 0 AND credited <= total_incl_vat")
    op.create_check_constraint("invoices_refunded", "invoices", "refunded >= 0 AND refunded <= paid")
    op.create_table(
        "credit_note_numbers",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("next_number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "credit_notes",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("invoice_id", sa.Text, nullable=False),
        sa.Column("driver_id", sa.Text),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("total_excl_vat", sa.Numeric, nullable=False),
        sa.Column("total_incl_vat", sa.Numeric, sa.CheckConstraint("total_incl_vat > 0"), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("issued_by", sa.Text, nullable=False),
        sa.Column("issued_at", _TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "number"),
        sa.ForeignKeyConstraint(["tenant_id", "invoice_id"], ["invoices.tenant_id", "invoices.id"]),
    )
    op.create_index("credit_notes_of_invoice", "credit_notes", ["tenant_id", "invoice_id"])
    op.create_index("credit_notes_of_driver", "credit_notes", ["tenant_id", "driver_id", "issued_at", "id"])
    op.create_table(
        "refunds",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("invoice_id", sa.Text, nullable=False),
        sa.Column("credit_note_id", sa.Text, nullable=False),
        sa.Column("payment_reference", sa.Text, nullable=False),
        sa.Column("amount", sa.Numeric, sa.CheckConstraint("amount > 0"), nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("provider_reference", sa.Text, nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("check_at", _TIME, nullable=False),
        sa.Column("done_at", _TIME),
        sa.ForeignKeyConstraint(["tenant_id", "credit_note_id"], ["credit_notes.tenant_id", "credit_notes.id"]),
        sa.ForeignKeyConstraint(
            ["tenant_id", "payment_reference"], ["payments.tenant_id", "payments.provider_reference"]
        ),
    )
    op.create_index("refunds_of_payment", "refunds", ["tenant_id", "payment_reference"])
    op.create_index("refunds_of_invoice", "refunds", ["tenant_id", "invoice_id"])
    op.create_index(
        "refunds_to_ask", "refunds", ["check_at"], postgresql_where=sa.text("state IN ('requested', 'pending')")
    )
    op.create_index("refunds_by_reference", "refunds", ["provider_reference"])
    op.create_table(
        "session_credits",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("credit_id", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("is_done", sa.Boolean, nullable=False),
        sa.Column("heard_at", _TIME, nullable=False),
    )
    op.create_index("session_credits_to_do", "session_credits", ["heard_at"], postgresql_where=sa.text("NOT is_done"))
    op.create_table(
        "sandbox_refunds",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("payment_id", sa.Text, nullable=False, index=True),
        sa.Column("amount", sa.Numeric, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    for table in ("credit_note_numbers", "credit_notes", "refunds", "session_credits"):
        fence_by_tenant(table)
