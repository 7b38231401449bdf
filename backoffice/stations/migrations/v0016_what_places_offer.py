"""What a location offers and when it is open, and which EVSEs can be reserved."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("locations", sa.Column("opening_times", JSONB))
    op.add_column("locations", sa.Column("facilities", ARRAY(sa.Text), nullable=False, server_default="{}"))
    op.add_column("locations", sa.Column("is_accessible", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("locations", sa.Column("accessibility", sa.Text, nullable=False, server_default=""))
    op.add_column("locations", sa.Column("image_urls", ARRAY(sa.Text), nullable=False, server_default="{}"))
    op.add_column("evses", sa.Column("is_reservable", sa.Boolean, nullable=False, server_default=sa.true()))
