"""Staff of several roles, whom they see, and who may not log in any more; tenants.

Accounts that exist charge already: their addresses count as verified. An address is one driver's and one of staff.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from backoffice.kit.alembic.operations import fence_by_tenant

revision = "0006"
down_revision = "0005"

_TIME = sa.DateTime(timezone=True)
_ROLES = "role IN ('driver', 'site_host', 'operator', 'finance', 'admin', 'read_only')"


def upgrade() -> None:
    op.execute("ALTER TABLE accounts DROP CONSTRAINT IF EXISTS accounts_role_check")
    op.create_check_constraint("accounts_role_check", "accounts", _ROLES)
    op.alter_column("accounts", "password_hash", nullable=True)
    op.add_column("accounts", sa.Column("is_staff", sa.Boolean, sa.Computed("role <> 'driver'", persisted=True)))
    op.add_column("accounts", sa.Column("name", sa.Text, nullable=False, server_default=""))
    op.add_column("accounts", sa.Column("language", sa.Text, nullable=False, server_default="en"))
    op.add_column("accounts", sa.Column("sites", ARRAY(sa.Text)))
    op.add_column("accounts", sa.Column("is_disabled", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("accounts", sa.Column("verified_at", _TIME))
    # Rows of every tenant: this transaction is nobody's yet, and would see none.
    op.execute("SELECT set_config('app.tenant', '*', true)")
    op.execute("UPDATE accounts SET verified_at = created_at")
    # Operators could do everything until now, and somebody has to be able to invite others.
    op.execute("UPDATE accounts SET role = 'admin' WHERE role = 'operator'")
    op.create_check_constraint("accounts_sites", "accounts", "(role = 'site_host') = (sites IS NOT NULL)")
    op.drop_constraint("accounts_email", "accounts")
    op.create_unique_constraint("accounts_email", "accounts", ["tenant_id", "is_staff", "email"])
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("is_disabled", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", _TIME, nullable=False),
    )
    fence_by_tenant("tenants")
    op.execute("""
        INSERT INTO tenants (tenant_id, name, created_at)
        SELECT tenant_id, tenant_id, min(created_at) FROM accounts GROUP BY tenant_id""")
