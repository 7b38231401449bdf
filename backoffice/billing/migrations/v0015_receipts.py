"""Since when a receipt is due, so that it is known how long it took."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("invoices", sa.Column("charged_at", sa.DateTime(timezone=True)))
