"""Boot policy: registration, two credentials during a rotation, strangers, refused handshakes."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0002"
down_revision = "0001"

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("stations", sa.Column("registration", sa.Text, nullable=False, server_default="Accepted"))
    op.add_column("stations", sa.Column("previous_credential_hash", sa.Text))
    op.add_column("stations", sa.Column("previous_credential_until", _AT))
    op.add_column("stations", sa.Column("certificate_name", sa.Text))
    op.add_column("stations", sa.Column("security_profile", sa.Integer))
    op.add_column("stations", sa.Column("heard_registration", sa.Text))
    op.create_table(
        "strangers",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("security_profile", sa.Integer, nullable=False),
        sa.Column("first_seen_at", _AT, nullable=False),
        sa.Column("last_seen_at", _AT, nullable=False),
        sa.Column("is_online", sa.Boolean, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("connected_at", _AT),
        sa.Column("booted_at", _AT),
        sa.Column("heard_registration", sa.Text),
        sa.Column("vendor", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("serial_number", sa.Text),
        sa.Column("firmware_version", sa.Text),
    )
    op.create_index("strangers_by_time", "strangers", ["tenant_id", "last_seen_at", "id"])
    op.create_table(
        "refused_handshakes",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("refused_at", _AT, nullable=False),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("peer", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
    )
    op.create_index("refused_handshakes_by_time", "refused_handshakes", ["tenant_id", "refused_at", "id"])
    op.create_table(
        "onboarding_policies",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("registers_strangers", sa.Boolean, nullable=False),
    )
    for table in ("strangers", "refused_handshakes", "onboarding_policies"):
        fence_by_tenant(table)
