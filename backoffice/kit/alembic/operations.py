"""What migrations of several services have in common."""

import sqlalchemy as sa
from alembic import op

from backoffice.kit.tables import TENANT_TABLES, later_metadata, metadata

_TENANT_IS_OURS = "tenant_id = current_setting('app.tenant', true) OR current_setting('app.tenant', true) = '*'"


def create_kit_tables() -> None:
    """The outbox with its trigger, the inbox, cursors, quarantine and idempotency keys are there, fenced."""
    metadata.create_all(op.get_bind(), checkfirst=False)
    for table in TENANT_TABLES:
        fence_by_tenant(table.name)
    # One notification a transaction, delivered at its commit: the relay listens.
    op.execute("""
        CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_notify('outbox_' || TG_TABLE_SCHEMA, ''); RETURN NULL; END $$""")
    op.execute("""
        CREATE TRIGGER outbox_written AFTER INSERT ON outbox
        FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox()""")


def fence_by_tenant(table: str) -> None:
    """Rows of `table` are seen and written only by transactions of their tenant, or of all tenants in so many words.

    FORCE: the service's role owns the table, and an owner would be let through.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant_fence ON {table} USING ({_TENANT_IS_OURS}) WITH CHECK ({_TENANT_IS_OURS})")


def create_oversight_tables() -> None:
    """The audit log, which only grows, and the failures of workers are there; dead letters and parked events that a
    person removes are audited."""
    later_metadata.create_all(op.get_bind(), checkfirst=False)
    fence_by_tenant("audit_log")
    op.execute(_WRITE_AUDIT)
    op.execute(_REFUSE_AUDIT_CHANGE)
    op.execute("""
        CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW
        WHEN (current_setting('app.audit_upkeep', true) IS DISTINCT FROM 'on')
        EXECUTE FUNCTION refuse_audit_change()""")
    audit_changes("dead_letters", hidden=("payload",))
    audit_changes("parked_events", hidden=("payload",))


def audit_changes(table: str, *, person: str = "", hidden: tuple[str, ...] = (), ignored: tuple[str, ...] = ()) -> None:
    """What a person changes in `table` is a row of the audit log, from now on.

    `person` is the column that names the driver or member of staff whom a row is about. Of `hidden` columns only
    their names are kept: secrets, and what is too large. What happens to `ignored` columns is no change: a login
    counts itself there.
    """
    keys = sa.inspect(op.get_bind()).get_pk_constraint(table)["constrained_columns"]
    key = ",".join(name for name in keys if name != "tenant_id") or "tenant_id"
    arguments = ", ".join(f"'{argument}'" for argument in (key, person, ",".join(ignored), *hidden))
    # WHEN, and not a branch inside: a write without an actor does not even queue the trigger.
    op.execute(f"""
        CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW
        WHEN (current_setting('app.actor', true) <> '') EXECUTE FUNCTION write_audit({arguments})""")


# An update keeps the columns that changed. The time is the database's: a trigger is given no clock.
_WRITE_AUDIT = """
    CREATE FUNCTION write_audit() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        secrets text[] := TG_ARGV[3:];
        ignored text[] := string_to_array(TG_ARGV[2], ',');
        was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - ignored END;
        becomes jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - ignored END;
        either jsonb := coalesce(becomes, was);
        changed_secrets text[];
    BEGIN
        IF was = becomes THEN RETURN NULL; END IF;
        SELECT coalesce(array_agg(name), '{}') INTO changed_secrets FROM unnest(secrets) AS name
            WHERE coalesce(was -> name, 'null') IS DISTINCT FROM coalesce(becomes -> name, 'null');
        was := was - secrets;
        becomes := becomes - secrets;
        IF TG_OP = 'UPDATE' THEN
            SELECT coalesce(jsonb_object_agg(key, value), '{}'), coalesce(jsonb_object_agg(key, becomes -> key), '{}')
                INTO was, becomes FROM jsonb_each(was) WHERE value IS DISTINCT FROM becomes -> key;
        END IF;
        INSERT INTO audit_log
            (tenant_id, at, who, request_id, note, table_name, row_key, person, action, before, after, hidden)
        VALUES (
            either ->> 'tenant_id', clock_timestamp(), current_setting('app.actor'), current_setting('app.request'),
            current_setting('app.note'), TG_TABLE_NAME,
            (SELECT string_agg(coalesce(either ->> name, ''), '/' ORDER BY place)
                FROM unnest(string_to_array(TG_ARGV[0], ',')) WITH ORDINALITY AS keys (name, place)),
            either ->> nullif(TG_ARGV[1], ''), lower(TG_OP), was, becomes, changed_secrets
        );
        RETURN NULL;
    END $$"""

_REFUSE_AUDIT_CHANGE = """
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'check_violation';
    END $$"""
