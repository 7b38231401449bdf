"""The facts of one transaction are found by its id."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX station_events_of_transaction ON station_events"
        " (tenant_id, station_id, (data ->> 'transaction_id')) WHERE data ? 'transaction_id'"
    )
