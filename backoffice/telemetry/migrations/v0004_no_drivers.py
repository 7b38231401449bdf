"""No event names a driver."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("SELECT set_config('app.tenant', '*', true)")
    op.execute(
        "UPDATE station_events SET data = data #- '{authorization,driver_id}'"
        " WHERE data #> '{authorization,driver_id}' IS NOT NULL"
    )
