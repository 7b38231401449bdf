"""Locations, stations, EVSEs and connectors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from backoffice.kit.alembic.operations import create_kit_tables, fence_by_tenant

revision = "0001"
down_revision = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_kit_tables()
    op.create_table(
        "locations",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("city", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("latitude", sa.Double, nullable=False),
        sa.Column("longitude", sa.Double, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
    )
    # Plain comparisons: behind row-level security an index on earth coordinates would not be used.
    op.create_index("locations_place", "locations", ["tenant_id", "latitude", "longitude"])
    op.create_table(
        "stations",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("location_id", sa.Text, nullable=False),
        sa.Column("security_profiles", ARRAY(sa.Integer), nullable=False),
        sa.Column("credential_hash", sa.Text),
        sa.Column("default_version", sa.Text, nullable=False),
        sa.Column("vendor", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("serial_number", sa.Text),
        sa.Column("firmware_version", sa.Text),
        sa.Column("booted_at", _AT),
        sa.Column("is_online", sa.Boolean, nullable=False),
        sa.Column("version", sa.Text),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("connected_at", _AT),
        sa.Column("status", sa.Text),
        sa.Column("status_at", _AT),
        sa.Column("created_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["locations.tenant_id", "locations.id"]),
    )
    op.create_index("stations_of_location", "stations", ["tenant_id", "location_id"])
    op.create_table(
        "evses",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("evse", sa.Integer, primary_key=True),
        sa.Column("max_power_w", sa.Integer, nullable=False),
        sa.Column("status", sa.Text),
        sa.Column("charging_state", sa.Text),
        sa.Column("charging_state_at", _AT),
        sa.ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"]),
    )
    op.create_table(
        "connectors",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("evse", sa.Integer, primary_key=True),
        sa.Column("connector", sa.Integer, primary_key=True),
        sa.Column("standard", sa.Text, nullable=False),
        sa.Column("power_w", sa.Integer, nullable=False),
        sa.Column("status", sa.Text),
        sa.Column("status_at", _AT),
        sa.Column("error_code", sa.Text),
        sa.ForeignKeyConstraint(
            ["tenant_id", "station_id", "evse"], ["evses.tenant_id", "evses.station_id", "evses.evse"]
        ),
    )
    for table in ("locations", "stations", "evses", "connectors"):
        fence_by_tenant(table)
