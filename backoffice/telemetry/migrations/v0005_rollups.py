"""Roll-ups of readings, what the ports can be had for, and outages that are nobody's fault."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "rollups",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("evse", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("measurand", sa.Text, primary_key=True),
        sa.Column("step_s", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("phase", sa.Text, primary_key=True),
        sa.Column("location", sa.Text, primary_key=True),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("total", sa.Numeric, nullable=False),
        sa.Column("minimum", sa.Numeric, nullable=False),
        sa.Column("maximum", sa.Numeric, nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first", sa.Numeric, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last", sa.Numeric, nullable=False),
        sa.Column("rise", sa.Numeric, nullable=False),
    )
    # For what is dropped by age; the key finds what is shown.
    op.execute("CREATE INDEX rollups_begins_at ON rollups USING brin (begins_at)")
    fence_by_tenant("rollups")
    # No key but its number: a writer that met another's mark would wait for the worker, or be missed by it.
    op.create_table(
        "rollup_marks",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("evse", sa.SmallInteger, nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
    )
    fence_by_tenant("rollup_marks")
    # What is there already is rolled up as well.
    op.execute("SELECT set_config('app.tenant', '*', true)")
    op.execute(
        "INSERT INTO rollup_marks (tenant_id, station_id, evse, begins_at)"
        " SELECT DISTINCT tenant_id, station_id, evse, date_bin('15 minutes', measured_at, 'epoch') FROM readings"
    )
    op.create_table(
        "port_changes",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("evse", sa.SmallInteger),
        sa.Column("location_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text),
        sa.Column("is_online", sa.Boolean, nullable=False),
    )
    fence_by_tenant("port_changes")
    op.create_table(
        "closures",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("closure_id", sa.Text, primary_key=True),
        sa.Column("location_id", sa.Text, nullable=False),
        sa.Column("places", JSONB, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("is_planned", sa.Boolean, nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True)),
    )
    fence_by_tenant("closures")
    op.create_table(
        "exclusions",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("evse", sa.SmallInteger),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("exclusions_of_station", "exclusions", ["tenant_id", "station_id", "since"])
    fence_by_tenant("exclusions")
    op.execute(
        "CREATE INDEX station_events_of_security ON station_events (tenant_id, received_at, event_id)"
        " WHERE event_type IN ('ev.v1.station.security.reported', 'ev.v1.station.security.handshake_refused')"
    )
