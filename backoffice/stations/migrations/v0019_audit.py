"""Who changed what is written down."""

from backoffice.kit.alembic.operations import audit_changes, create_oversight_tables

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    create_oversight_tables()
    audit_changes("stations", hidden=("credential_hash", "previous_credential_hash"))
    for table in (
        "locations",
        "evses",
        "connectors",
        "parking_bays",
        "closures",
        "closed_places",
        "configuration_templates",
        "model_rules",
        "onboarding_policies",
        "power_limits",
    ):
        audit_changes(table)
