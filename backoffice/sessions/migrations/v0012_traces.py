"""To which trace the end of a session belongs, so that what is done for it later belongs there too."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("traceparent", sa.Text, nullable=False, server_default=""))
