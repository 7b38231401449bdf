"""Intents, sessions, and what spreads their energy over time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from backoffice.kit.alembic.operations import create_kit_tables, fence_by_tenant

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_kit_tables()
    op.create_table(
        "intents",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("driver_id", sa.Text, nullable=False),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("evse", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("remote_start_id", sa.BigInteger, nullable=False),
        sa.Column("token_ref", sa.Text),
        sa.Column("unspecified_ref", sa.Text),
        sa.Column("session_id", sa.Text),
        sa.Column("owes_release", sa.Boolean, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    op.create_index("intents_of_station", "intents", ["tenant_id", "station_id", "created_at"])
    waiting = "state IN ('requested', 'payment_held', 'commanded')"
    op.create_index("intents_waiting", "intents", ["expires_at"], postgresql_where=sa.text(waiting))
    op.create_index("intents_owing", "intents", ["created_at"], postgresql_where=sa.text("owes_release"))
    op.create_table(
        "sessions",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, nullable=False),
        sa.Column("transaction_id", sa.Text, nullable=False),
        sa.Column("evse", sa.Integer),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("driver_id", sa.Text),
        sa.Column("intent_id", sa.Text),
        sa.Column("token_ref", sa.Text),
        sa.Column("token_mask", sa.Text),
        sa.Column("needs_verdict", sa.Boolean, nullable=False),
        sa.Column("is_announced", sa.Boolean, nullable=False),
        sa.Column("started_at", _TIME),
        sa.Column("start_wh", sa.Numeric),
        sa.Column("ended_at", _TIME),
        sa.Column("end_wh", sa.Numeric),
        sa.Column("stopped_reason", sa.Text),
        sa.Column("tariff", sa.LargeBinary),
        sa.Column("tariff_id", sa.Text),
        sa.Column("tariff_version", sa.Integer),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("energy_wh", sa.Numeric, sa.CheckConstraint("energy_wh >= 0"), nullable=False),
        sa.Column("power_w", sa.Numeric),
        sa.Column("state_of_charge_percent", sa.Numeric),
        sa.Column("cost_excl_vat", sa.Numeric, sa.CheckConstraint("cost_excl_vat >= 0"), nullable=False),
        sa.Column("cost_incl_vat", sa.Numeric, sa.CheckConstraint("cost_incl_vat >= 0"), nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("lines", JSONB),
        sa.Column("flags", ARRAY(sa.Text), nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("progress_said_at", _TIME),
        sa.UniqueConstraint("tenant_id", "station_id", "transaction_id"),
    )
    op.create_index("sessions_of_driver", "sessions", ["tenant_id", "driver_id", "started_at", "id"])
    asking = "started_at IS NOT NULL AND state <> 'completed' AND state <> 'unauthorised'"
    op.create_index("sessions_asking", "sessions", ["updated_at"], postgresql_where=sa.text(asking))
    op.create_table(
        "registers",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("measured_at", _TIME, primary_key=True),
        sa.Column("register_wh", sa.Numeric, nullable=False),
    )
    op.create_table(
        "pauses",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("changed_at", _TIME, primary_key=True),
        sa.Column("is_paused", sa.Boolean, nullable=False),
    )
    for table in ("intents", "sessions", "registers", "pauses"):
        fence_by_tenant(table)
