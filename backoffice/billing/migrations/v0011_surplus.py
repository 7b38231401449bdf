"""What terminals took above what was due is booked too, and paid back by hand without a credit note."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("settlements", sa.Column("is_booked", sa.Boolean, nullable=False, server_default="false"))
    op.execute("""
        UPDATE settlements SET is_booked = true FROM payments
        WHERE payments.tenant_id = settlements.tenant_id
            AND payments.provider_reference = 'terminal:' || settlements.station_id || ':' || settlements.reference
    """)
    op.create_index(
        "settlements_to_book",
        "settlements",
        ["tenant_id", "session_id"],
        postgresql_where=sa.text("status = 'Settled' AND NOT is_booked"),
    )
    op.drop_constraint("invoices_check", "invoices")
    op.create_check_constraint("invoices_paid", "invoices", "paid >= 0 AND paid - refunded <= total_incl_vat")
    op.alter_column("refunds", "credit_note_id", nullable=True)
