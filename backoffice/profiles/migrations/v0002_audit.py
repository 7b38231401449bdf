"""Who changed what is written down."""

from backoffice.kit.alembic.operations import audit_changes, create_oversight_tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_oversight_tables()
    for table in ("profiles", "vehicles", "favourites"):
        audit_changes(table, person="driver_id")
