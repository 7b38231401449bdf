"""Which sites a report that was made tells of. One whose schedule is gone counts as of all."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("reports", sa.Column("sites", ARRAY(sa.Text)))
    # Rows of every tenant: this transaction is nobody's yet, and would see none.
    op.execute("SELECT set_config('app.tenant', '*', true)")
    op.execute(
        "UPDATE reports SET sites = schedules.sites FROM schedules"
        " WHERE schedules.tenant_id = reports.tenant_id AND schedules.id = reports.schedule_id"
    )
