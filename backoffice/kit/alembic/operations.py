"""What migrations of several services have in common."""

from alembic import op

from backoffice.kit.tables import TENANT_TABLES, metadata

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
