"""The device model of 2.x, reports in parts, monitors and events, display messages, network profiles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0009"
down_revision = "0008"

_AT = sa.DateTime(timezone=True)
_NAME = (
    *("tenant_id", "station_id", "component", "component_instance", "evse", "connector"),
    *("variable", "instance", "attribute"),
)


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in ("tenant_id", "station_id", *names)]


def _of_station() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", "station_id"], ["stations.tenant_id", "stations.id"])


def upgrade() -> None:
    _widen_variables()
    op.create_table(
        "reports",
        *_key("kind"),
        sa.Column("request_id", sa.BigInteger, primary_key=True),
        sa.Column("command_id", sa.Text),
        sa.Column("requested_at", _AT),
        sa.Column("status", sa.Text),
        sa.Column("is_of_all", sa.Boolean, nullable=False),
        sa.Column("heard_at", _AT, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("is_complete", sa.Boolean, nullable=False),
        _of_station(),
    )
    op.create_index("reports_by_age", "reports", ["heard_at"])
    op.create_table(
        "report_parts",
        *_key("kind"),
        sa.Column("request_id", sa.BigInteger, primary_key=True),
        sa.Column("part", sa.Text, primary_key=True),
        sa.Column("seq_no", sa.BigInteger),
        sa.Column("is_last", sa.Boolean, nullable=False),
        sa.Column("generated_at", _AT),
        sa.Column("received_at", _AT, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "station_id", "kind", "request_id"],
            ["reports.tenant_id", "reports.station_id", "reports.kind", "reports.request_id"],
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "monitors",
        *_key(),
        sa.Column("monitor_id", sa.BigInteger, primary_key=True),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("severity", sa.BigInteger, nullable=False),
        sa.Column("is_in_transaction", sa.Boolean, nullable=False),
        sa.Column("notification", sa.Text),
        sa.Column("known_at", _AT, nullable=False),
        _of_station(),
    )
    op.create_table(
        "monitoring_settings",
        *_key(),
        sa.Column("base", sa.Text),
        sa.Column("level", sa.BigInteger),
        sa.Column("changed_at", _AT, nullable=False),
        _of_station(),
    )
    op.create_table(
        "station_events",
        *_key(),
        sa.Column("event_id", sa.BigInteger, primary_key=True),
        sa.Column("occurred_at", _AT, primary_key=True),
        sa.Column("received_at", _AT, nullable=False),
        sa.Column("trigger", sa.Text, nullable=False),
        sa.Column("notification", sa.Text, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("actual_value", sa.Text, nullable=False),
        sa.Column("is_cleared", sa.Boolean, nullable=False),
        sa.Column("cause", sa.BigInteger),
        sa.Column("monitor_id", sa.BigInteger),
        sa.Column("severity", sa.BigInteger),
        sa.Column("transaction_id", sa.Text),
        sa.Column("tech_code", sa.Text),
        sa.Column("tech_info", sa.Text),
        _of_station(),
    )
    op.create_index("station_events_newest", "station_events", ["tenant_id", "station_id", "received_at", "event_id"])
    op.create_index("station_events_by_age", "station_events", ["received_at"])
    op.create_table(
        "display_messages",
        *_key(),
        sa.Column("message_id", sa.BigInteger, primary_key=True),
        sa.Column("message", JSONB, nullable=False),
        sa.Column("known_at", _AT, nullable=False),
        _of_station(),
    )
    op.create_table(
        "network_profiles",
        *_key(),
        sa.Column("slot", sa.BigInteger, primary_key=True),
        sa.Column("profile", JSONB, nullable=False),
        sa.Column("set_at", _AT, nullable=False),
        _of_station(),
    )
    for table in (
        *("reports", "report_parts", "monitors", "monitoring_settings", "station_events"),
        *("display_messages", "network_profiles"),
    ):
        fence_by_tenant(table)


def _widen_variables() -> None:
    """A variable's key takes in all that 2.x names it by; what is known so far is of the attribute Actual."""
    for name, default in (("component_instance", ""), ("instance", ""), ("attribute", "Actual")):
        op.add_column("variables", sa.Column(name, sa.Text, nullable=False, server_default=default))
    op.add_column("variables", sa.Column("connector", sa.Integer, nullable=False, server_default="0"))
    for name in ("mutability", "data_type", "unit", "values_list"):
        op.add_column("variables", sa.Column(name, sa.Text))
    for name in ("min_limit", "max_limit"):
        op.add_column("variables", sa.Column(name, sa.Double))
    for name in ("is_persistent", "is_constant", "supports_monitoring"):
        op.add_column("variables", sa.Column(name, sa.Boolean))
    op.drop_constraint("variables_pkey", "variables")
    op.create_primary_key("variables_pkey", "variables", list(_NAME))
