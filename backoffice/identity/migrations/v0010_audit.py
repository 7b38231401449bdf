"""Who changed what is written down."""

from backoffice.kit.alembic.operations import audit_changes, create_oversight_tables

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    create_oversight_tables()
    audit_changes("accounts", person="id", hidden=("password_hash",))
    audit_changes("id_tokens", person="driver_id", hidden=("value",))
    audit_changes("token_groups", person="driver_id")
    audit_changes("tenants")
    audit_changes("second_factors", person="account_id", hidden=("sealed_secret",), ignored=("last_step",))
    audit_changes("api_keys", hidden=("hash",), ignored=("last_used_at",))
