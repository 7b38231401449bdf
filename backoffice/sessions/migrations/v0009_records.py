"""CDRs that nobody changes, credits of them, and sessions that were told to be idle."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0009"
down_revision = "0008"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "cdrs",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("credits", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("issued_by", sa.Text, nullable=False),
        sa.Column("frozen_at", _TIME, nullable=False),
        sa.Column("record", JSONB, nullable=False),
        sa.Column("evidence", JSONB, nullable=False),
        # A record is credited once.
        sa.UniqueConstraint("tenant_id", "credits"),
    )
    op.create_index("cdrs_of_session", "cdrs", ["tenant_id", "session_id", "frozen_at"])
    fence_by_tenant("cdrs")
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'A CDR is frozen: credit it instead.';
        END $$
        """
    )
    op.execute("CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON cdrs FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.add_column("sessions", sa.Column("idle_said_at", _TIME))
    running = sa.text("state IN ('charging', 'suspended')")
    op.create_index("sessions_running", "sessions", ["updated_at"], postgresql_where=running)
