"""Which transaction an EVSE runs."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("evses", sa.Column("transaction_id", sa.Text))
    op.add_column("evses", sa.Column("transaction_started_at", _AT))
    op.add_column("evses", sa.Column("transaction_at", _AT))
