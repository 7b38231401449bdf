"""Maintenance and outages, and which places they close."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0015"
down_revision = "0014"

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "closures",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("location_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", _AT, nullable=False),
        sa.Column("until", _AT),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("state_at", _AT, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["locations.tenant_id", "locations.id"]),
    )
    op.create_index("closures_in_order", "closures", ["tenant_id", "since", "id"])
    op.create_index(
        "open_closures",
        "closures",
        ["state", "since", "until"],
        postgresql_where=sa.text("state IN ('planned', 'running')"),
    )
    op.create_table(
        "closed_places",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("closure_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("evse", sa.Integer, primary_key=True),
        sa.Column("bay_id", sa.Text, primary_key=True),
        sa.Column("since", _AT, nullable=False),
        sa.Column("until", _AT),
        sa.Column("is_over", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "closure_id"], ["closures.tenant_id", "closures.id"]),
    )
    for name, columns in (("closed_evses", ["station_id", "evse"]), ("closed_bays", ["bay_id"])):
        op.create_index(name, "closed_places", ["tenant_id", *columns], postgresql_where=sa.text("NOT is_over"))
    for table in ("closures", "closed_places"):
        fence_by_tenant(table)
