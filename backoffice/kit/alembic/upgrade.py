"""Services upgraded by alembic. Imported only where there is something to upgrade."""

from collections.abc import Sequence

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from backoffice.kit.database import server_settings
from backoffice.kit.migrations import ENVIRONMENT
from backoffice.kit.service import Service


async def upgrade(url: str, services: Sequence[Service]) -> None:
    """Each service is at its head: one transaction each, as the service's role, in its schema."""
    for service in services:
        engine = create_async_engine(
            url, poolclass=NullPool, connect_args={"server_settings": server_settings(service.name)}
        )
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade_to_head, service)
        await engine.dispose()


def _upgrade_to_head(connection: Connection, service: Service) -> None:
    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("version_locations", str(service.migrations))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(connection=connection, service=service.name)
    command.upgrade(config, "head")
