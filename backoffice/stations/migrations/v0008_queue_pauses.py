"""When a queued command was last tried in vain, and from when on it is tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("commands", sa.Column("tried_at", _AT))
    op.add_column("commands", sa.Column("not_before", _AT))
