"""What vehicles may ask of a station, and who settles what its terminal authorises."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("stations", sa.Column("energy_transfer", ARRAY(sa.Text)))
    op.add_column("stations", sa.Column("settles_payments", sa.Boolean, nullable=False, server_default=sa.false()))
