"""Profiles, vehicles, favourites, and exports of a driver's data."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import create_kit_tables, fence_by_tenant

revision = "0001"
down_revision = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_kit_tables()
    op.create_table(
        "profiles",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("driver_id", sa.Text, primary_key=True),
        sa.Column("phone", sa.Text),
        sa.Column("timezone", sa.Text),
        sa.Column("connector_types", JSONB, nullable=False),
        sa.Column("min_power_w", sa.Integer),
        sa.Column("only_green", sa.Boolean, nullable=False),
        sa.Column("only_accessible", sa.Boolean, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("updated_at", _AT, nullable=False),
    )
    _create_vehicles()
    _create_favourites()
    _create_exports()
    for table in ("profiles", "vehicles", "favourites", "exports"):
        fence_by_tenant(table)


def _create_vehicles() -> None:
    op.create_table(
        "vehicles",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("driver_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("plate", sa.Text),
        sa.Column("battery_wh", sa.Integer),
        sa.Column("connector_types", JSONB, nullable=False),
        sa.Column("max_ac_w", sa.Integer),
        sa.Column("max_dc_w", sa.Integer),
        sa.Column("consumption_wh_per_km", sa.Integer),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "driver_id"], ["profiles.tenant_id", "profiles.driver_id"], ondelete="CASCADE"
        ),
    )
    op.create_index("vehicles_of_driver", "vehicles", ["tenant_id", "driver_id", "created_at", "id"])
    op.create_index(
        "one_default_vehicle",
        "vehicles",
        ["tenant_id", "driver_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )


def _create_favourites() -> None:
    op.create_table(
        "favourites",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("driver_id", sa.Text, nullable=False),
        sa.Column("location_id", sa.Text),
        sa.Column("station_id", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.CheckConstraint("(location_id IS NULL) <> (station_id IS NULL)", name="a_location_or_a_station"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "driver_id"], ["profiles.tenant_id", "profiles.driver_id"], ondelete="CASCADE"
        ),
    )
    op.create_index("favourites_of_driver", "favourites", ["tenant_id", "driver_id", "created_at", "id"])
    for column in ("location_id", "station_id"):
        op.create_index(f"favourite_once_by_{column}", "favourites", ["tenant_id", "driver_id", column], unique=True)


def _create_exports() -> None:
    op.create_table(
        "exports",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("driver_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("document", sa.LargeBinary),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("due_at", _AT),
        sa.Column("finished_at", _AT),
        sa.Column("expires_at", _AT),
        sa.ForeignKeyConstraint(
            ["tenant_id", "driver_id"], ["profiles.tenant_id", "profiles.driver_id"], ondelete="CASCADE"
        ),
    )
    op.create_index("exports_due", "exports", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_index("exports_by_end", "exports", ["expires_at"], postgresql_where=sa.text("expires_at IS NOT NULL"))
