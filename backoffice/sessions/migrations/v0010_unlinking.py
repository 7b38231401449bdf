"""A CDR whose driver is deleted loses the link to them, and nothing else of it changes."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE'
                AND to_jsonb(NEW) - 'record' - 'evidence' = to_jsonb(OLD) - 'record' - 'evidence'
                AND NEW.record - 'driver_id' = OLD.record - 'driver_id'
                AND NEW.evidence - 'tokens' = OLD.evidence - 'tokens'
                AND (NEW.record -> 'driver_id' = OLD.record -> 'driver_id'
                    OR NEW.record ->> 'driver_id' LIKE 'deleted-%')
                AND coalesce(NEW.evidence -> 'tokens', '[]') = '[]'
            THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'A CDR is frozen: credit it instead.';
        END $$
        """
    )
    # Where others than the driver may have shown a token: few, and looked for by nothing else.
    op.execute(
        "CREATE INDEX sessions_of_several ON sessions (tenant_id)"
        " WHERE driver_id IS NULL OR jsonb_array_length(presented) > 1"
    )
    op.execute(
        "CREATE INDEX cdrs_of_several ON cdrs (tenant_id)"
        " WHERE record ->> 'driver_id' IS NULL OR jsonb_array_length(evidence -> 'tokens') > 1"
    )
