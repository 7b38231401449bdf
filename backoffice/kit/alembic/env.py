"""Alembic's environment: one service's migrations on the connection that `upgrade.py` opened."""

from alembic import context

settings = context.config.attributes
context.configure(
    connection=settings["connection"],
    version_table_schema=settings["service"],
    transaction_per_migration=False,
)
context.run_migrations()
