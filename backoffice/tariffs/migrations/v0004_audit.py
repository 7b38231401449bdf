"""Who changed what is written down."""

from backoffice.kit.alembic.operations import audit_changes, create_oversight_tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_oversight_tables()
    for table in ("tariff_versions", "assignments", "scope_assignments"):
        audit_changes(table)
    for table in ("driver_assignments", "group_members"):
        audit_changes(table, person="driver_id")
