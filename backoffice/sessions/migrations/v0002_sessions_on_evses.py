"""The unsettled session on an EVSE is found at once: every status that a 1.6 station reports asks for it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index(
        "sessions_on_evses",
        "sessions",
        ["tenant_id", "station_id", "evse", "started_at"],
        postgresql_where=sa.text("state <> 'completed' AND state <> 'unauthorised'"),
    )
