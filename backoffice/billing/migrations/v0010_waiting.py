"""What fails waits: terminals' payments, holds that go back and refunds, each until it is due again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in ("terminal_payments", "holds", "refunds"):
        op.add_column(table, sa.Column("silences", sa.Integer, nullable=False, server_default="0"))
    op.add_column("terminal_payments", sa.Column("settle_at", _TIME))
    op.add_column("holds", sa.Column("release_at", _TIME))
    op.drop_index("terminal_payments_to_settle", "terminal_payments")
    due = sa.text("coalesce(settle_at, heard_at)")
    op.create_index("terminal_payments_to_settle", "terminal_payments", [due], postgresql_where=sa.text("NOT is_asked"))
    op.create_index("payments_by_reference", "payments", ["provider_reference"])
