"""How stations' QR codes are made, by EVSE; the secrets in them follow from our own and are kept nowhere."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("stations", sa.Column("web_payments", JSONB, nullable=False, server_default="{}"))
