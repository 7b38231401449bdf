"""To which trace an invoice belongs, so that its payment belongs there too."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("invoices", sa.Column("traceparent", sa.Text, nullable=False, server_default=""))
