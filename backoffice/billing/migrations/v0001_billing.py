"""Payment methods, holds, invoices, payments, and the sandbox's own book."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import create_kit_tables, fence_by_tenant

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_kit_tables()
    op.create_table(
        "payment_methods",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("driver_id", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("provider_reference", sa.Text, nullable=False),
        sa.Column("brand", sa.Text, nullable=False),
        sa.Column("last4", sa.Text, nullable=False),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_index("payment_methods_of_driver", "payment_methods", ["tenant_id", "driver_id"])
    op.create_index(
        "payment_methods_one_default",
        "payment_methods",
        ["tenant_id", "driver_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "holds",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("intent_id", sa.Text, primary_key=True),
        sa.Column("driver_id", sa.Text, nullable=False),
        sa.Column("payment_method_id", sa.Text, nullable=False),
        sa.Column("provider_reference", sa.Text, nullable=False),
        sa.Column("amount", sa.Numeric, sa.CheckConstraint("amount > 0"), nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_index("holds_unfinished", "holds", ["state"], postgresql_where=sa.text("state = 'releasing'"))
    op.create_table(
        "invoice_numbers",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("next_number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "invoices",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("intent_id", sa.Text),
        sa.Column("driver_id", sa.Text),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("evse", sa.Integer, nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=False),
        sa.Column("energy_wh", sa.Numeric, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("total_excl_vat", sa.Numeric, nullable=False),
        sa.Column("total_incl_vat", sa.Numeric, nullable=False),
        sa.Column("paid", sa.Numeric, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("payment_method_id", sa.Text),
        sa.Column("issued_at", _TIME, nullable=False),
        sa.UniqueConstraint("tenant_id", "session_id"),
        sa.UniqueConstraint("tenant_id", "number"),
        sa.CheckConstraint("paid >= 0 AND paid <= total_incl_vat"),
    )
    op.create_index("invoices_of_driver", "invoices", ["tenant_id", "driver_id", "issued_at", "id"])
    op.create_index("invoices_of_intent", "invoices", ["tenant_id", "intent_id"])
    op.create_index("invoices_due", "invoices", ["issued_at"], postgresql_where=sa.text("state = 'due'"))
    op.create_table(
        "payments",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("provider_reference", sa.Text, primary_key=True),
        sa.Column("invoice_id", sa.Text, nullable=False),
        sa.Column("payment_method_id", sa.Text, nullable=False),
        sa.Column("amount", sa.Numeric, sa.CheckConstraint("amount > 0"), nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("paid_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "invoice_id"], ["invoices.tenant_id", "invoices.id"]),
    )
    op.create_index("payments_of_invoice", "payments", ["tenant_id", "invoice_id"])
    op.create_table(
        "sandbox_payments",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("card", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("amount", sa.Numeric, nullable=False),
        sa.Column("captured_amount", sa.Numeric, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decline_reason", sa.Text, nullable=False),
        sa.Column("capture_before", _TIME, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    for table in ("payment_methods", "holds", "invoice_numbers", "invoices", "payments"):
        fence_by_tenant(table)
