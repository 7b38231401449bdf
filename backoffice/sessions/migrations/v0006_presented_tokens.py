"""The tokens that may still decide who pays, with their types: of sessions that run, the one that is known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

# `token_rank` is the number of the event, and from 2**40 on the standing, and from 2**42 on that it came with the end.
_REMEMBER = """
    UPDATE sessions SET presented = jsonb_build_array(jsonb_build_object(
        'number', COALESCE(token_rank, 0) % 1099511627776,
        'at_stop', COALESCE(token_rank, 0) >= 4398046511104,
        'ref', token_ref,
        'mask', COALESCE(token_mask, ''),
        'type', 'Unspecified',
        'standing', CASE
            WHEN needs_verdict THEN 'asked'
            WHEN state = 'unauthorised' THEN 'refused'
            WHEN driver_id IS NOT NULL THEN 'accepted'
            ELSE (ARRAY['accepted', 'accepted', 'refused', 'unjudged'])
                [1 + COALESCE(token_rank, 0) / 1099511627776 % 4] END,
        'driver_id', driver_id))
    WHERE token_ref IS NOT NULL AND state <> 'completed'
"""


def upgrade() -> None:
    op.add_column("sessions", sa.Column("presented", JSONB, nullable=False, server_default="[]"))
    op.execute("SELECT set_config('app.tenant', '*', true)")
    op.execute(_REMEMBER)
