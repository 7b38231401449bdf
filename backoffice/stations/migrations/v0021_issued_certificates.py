"""Certificates that were signed for stations, and those that are good no more."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import audit_changes, fence_by_tenant

revision = "0021"
down_revision = "0020"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "issued_certificates",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("serial", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("common_name", sa.Text, nullable=False),
        sa.Column("use", sa.Text),
        sa.Column("not_before", _TIME, nullable=False),
        sa.Column("not_after", _TIME, nullable=False),
        sa.Column("issued_at", _TIME, nullable=False),
        sa.Column("renewal_asked_at", _TIME),
        sa.Column("revoked_at", _TIME),
        sa.Column("revocation_reason", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("issued_certificates_by_station", "issued_certificates", ["tenant_id", "station_id", "issued_at"])
    op.create_index(
        "issued_certificates_revoked",
        "issued_certificates",
        ["tenant_id", "common_name"],
        postgresql_where=sa.text("revoked_at IS NOT NULL"),
    )
    op.create_index("issued_certificates_by_end", "issued_certificates", ["not_after"])
    fence_by_tenant("issued_certificates")
    audit_changes("issued_certificates")
