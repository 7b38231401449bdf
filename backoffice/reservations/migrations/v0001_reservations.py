"""Reservations, the places that they hold, and what tenants allow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import create_kit_tables, fence_by_tenant

revision = "0001"
down_revision = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_kit_tables()
    # Stations keep it as an integer; unique in all tenants, so in each, and nobody waits for a number.
    op.execute("CREATE SEQUENCE reservation_numbers AS integer CYCLE")
    op.create_table(
        "reservations",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("driver_id", sa.Text, nullable=False),
        sa.Column("location_id", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("places", JSONB, nullable=False),
        sa.Column("station_id", sa.Text),
        sa.Column("evse", sa.Integer),
        sa.Column("begins_at", _AT, nullable=False),
        sa.Column("ends_at", _AT, sa.CheckConstraint("ends_at > begins_at"), nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("free_until", _AT, nullable=False),
        sa.Column("grace_s", sa.Integer, nullable=False),
        sa.Column("buffer_s", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("moved_from", sa.Text),
        sa.Column("hold_state", sa.Text, nullable=False),
        sa.Column("hold_detail", sa.Text, nullable=False),
        sa.Column("hold_attempts", sa.Integer, nullable=False),
        sa.Column("hold_due_at", _AT),
        sa.Column("watch_at", _AT),
        sa.Column("endangered_at", _AT),
        sa.Column("ended_at", _AT),
        sa.Column("cancelled_by", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("is_free", sa.Boolean, nullable=False),
        sa.Column("session_id", sa.Text),
        sa.Column("owes_price", sa.Boolean, nullable=False),
        sa.Column("tariff_id", sa.Text),
        sa.Column("tariff_version", sa.Integer),
        sa.Column("currency", sa.Text),
        sa.Column("lines", JSONB),
        sa.Column("total_excl_vat", sa.Numeric),
        sa.Column("total_incl_vat", sa.Numeric),
        sa.UniqueConstraint("tenant_id", "number"),
    )
    op.create_index("reservations_of_driver", "reservations", ["tenant_id", "driver_id", "begins_at", "id"])
    op.create_index("reservations_of_location", "reservations", ["tenant_id", "location_id", "begins_at", "id"])
    op.create_index("reservations_by_begin", "reservations", ["tenant_id", "begins_at", "id"])
    op.create_index(
        "reservations_of_station",
        "reservations",
        ["tenant_id", "station_id", "expires_at"],
        postgresql_where=sa.text("station_id IS NOT NULL"),
    )
    # What the workers look for, across tenants: a few rows, whatever the table has.
    op.create_index(
        "reservations_hold_due", "reservations", ["hold_due_at"], postgresql_where=sa.text("hold_due_at IS NOT NULL")
    )
    op.create_index(
        "reservations_watch", "reservations", ["watch_at"], postgresql_where=sa.text("watch_at IS NOT NULL")
    )
    op.create_index(
        "reservations_expiring", "reservations", ["expires_at"], postgresql_where=sa.text("state = 'confirmed'")
    )
    op.create_index("reservations_owing", "reservations", ["ended_at"], postgresql_where=sa.text("owes_price"))
    op.create_table(
        "reserved_places",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("reservation_id", sa.Text, primary_key=True),
        sa.Column("place_key", sa.Text, primary_key=True),
        sa.Column("serves_key", sa.Text),
        sa.Column("held_from", _AT, nullable=False),
        sa.Column("held_until", _AT, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "reservation_id"], ["reservations.tenant_id", "reservations.id"]),
    )
    # The promise of the whole service. Ranges are half-open: one may end when the next begins.
    op.execute("""
        ALTER TABLE reserved_places ADD CONSTRAINT one_at_a_time EXCLUDE USING gist (
            tenant_id WITH =, place_key WITH =, tstzrange(held_from, held_until) WITH &&
        ) WHERE (is_active)""")
    # Behind row-level security only plain comparisons use an index. By the end: what is over is most of the table.
    op.create_index("reserved_places_in_time", "reserved_places", ["tenant_id", "place_key", "held_until"])
    op.create_index(
        "reserved_places_served",
        "reserved_places",
        ["tenant_id", "serves_key", "held_until"],
        postgresql_where=sa.text("serves_key IS NOT NULL"),
    )
    op.create_table(
        "policies",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("free_cancellation_s", sa.Integer, nullable=False),
        sa.Column("grace_s", sa.Integer, nullable=False),
        sa.Column("buffer_s", sa.Integer, nullable=False),
        sa.Column("shortest_s", sa.Integer, nullable=False),
        sa.Column("longest_s", sa.Integer, nullable=False),
        sa.Column("ahead_s", sa.Integer, nullable=False),
        sa.Column("at_once", sa.Integer, nullable=False),
        sa.Column("updated_at", _AT, nullable=False),
        sa.Column("updated_by", sa.Text, nullable=False),
    )
    for table in ("reservations", "reserved_places", "policies"):
        fence_by_tenant(table)
