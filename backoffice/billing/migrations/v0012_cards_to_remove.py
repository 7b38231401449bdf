"""Cards that the provider is to forget."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("payment_methods", sa.Column("remove_at", sa.DateTime(timezone=True)))
    op.create_index(
        "payment_methods_to_remove",
        "payment_methods",
        ["remove_at"],
        postgresql_where=sa.text("remove_at IS NOT NULL"),
    )
