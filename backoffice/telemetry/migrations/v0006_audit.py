"""Who changed what is written down; no person changes what stations said."""

from backoffice.kit.alembic.operations import audit_changes, create_oversight_tables

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    create_oversight_tables()
    audit_changes("exclusions")
