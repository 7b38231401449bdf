"""Who changed what is written down."""

from backoffice.kit.alembic.operations import audit_changes, create_oversight_tables

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    create_oversight_tables()
    for table in ("intents", "sessions", "parking_sessions"):
        audit_changes(table, person="driver_id")
