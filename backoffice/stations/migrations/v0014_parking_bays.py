"""Parking bays, and whether a vehicle is there."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0014"
down_revision = "0013"

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "parking_bays",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("location_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("station_id", sa.Text),
        sa.Column("evse", sa.Integer),
        sa.Column("is_accessible", sa.Boolean, nullable=False),
        sa.Column("is_ev_only", sa.Boolean, nullable=False),
        sa.Column("is_reservable", sa.Boolean, nullable=False),
        sa.Column("max_height_cm", sa.Integer),
        sa.Column("max_stay_s", sa.Integer),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("state_at", _AT),
        sa.Column("occupied_since", _AT),
        sa.Column("plate_ref", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["locations.tenant_id", "locations.id"]),
        sa.CheckConstraint("(station_id IS NULL) = (evse IS NULL)", name="bay_serves_a_whole_evse"),
    )
    # An EVSE that is taken out of the inventory leaves its bay behind.
    op.execute("""
        ALTER TABLE parking_bays ADD CONSTRAINT bay_serves_an_evse FOREIGN KEY (tenant_id, station_id, evse)
        REFERENCES evses (tenant_id, station_id, evse) ON DELETE SET NULL (station_id, evse)""")
    op.create_index("bays_of_location", "parking_bays", ["tenant_id", "location_id", "name"], unique=True)
    op.create_index("bay_of_evse", "parking_bays", ["tenant_id", "station_id", "evse"], unique=True)
    op.create_index(
        "occupied_bays", "parking_bays", ["tenant_id", "id"], postgresql_where=sa.text("occupied_since IS NOT NULL")
    )
    fence_by_tenant("parking_bays")
