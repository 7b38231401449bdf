"""Which rules of tolerance hold for a station, and for a model."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0006"
down_revision = "0005"


def _names(column: str) -> sa.Column[list[str]]:
    return sa.Column(column, ARRAY(sa.Text), nullable=False, server_default="{}")


def upgrade() -> None:
    op.add_column("stations", _names("tolerance_off"))
    op.add_column("stations", _names("pinned_rules"))
    op.create_table(
        "model_rules",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("vendor", sa.Text, primary_key=True),
        sa.Column("model", sa.Text, primary_key=True),
        _names("tolerance_off"),
        _names("pinned_rules"),
    )
    fence_by_tenant("model_rules")
