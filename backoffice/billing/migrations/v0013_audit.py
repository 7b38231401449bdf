"""Who changed what is written down."""

from backoffice.kit.alembic.operations import audit_changes, create_oversight_tables

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    create_oversight_tables()
    audit_changes("payment_methods", person="driver_id", hidden=("provider_reference",))
    for table in ("invoices", "credit_notes", "payers", "statements"):
        audit_changes(table, person="driver_id")
    for table in ("refunds", "session_credits", "prepaid_accounts", "prepaid_entries", "sellers", "vat_rates"):
        audit_changes(table)
