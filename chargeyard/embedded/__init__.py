"""Real PostgreSQL, NATS with JetStream and Valkey from wheels, for `up`, `smoke` and the tests.

async with EmbeddedServers(Path(".chargeyard")) as servers:
    servers.database_url, servers.nats_url, servers.redis_url
    await servers.nats.kill()
    await servers.nats.start()  # on the same address, with the same streams
"""

from chargeyard.embedded.errors import DataFolderInUse, EmbeddedServerError, ServerDied, ServerStartFailed
from chargeyard.embedded.folders import locate_data_dir, locked_data_dir
from chargeyard.embedded.supervisor import EmbeddedServers

__all__ = [
    "DataFolderInUse",
    "EmbeddedServerError",
    "EmbeddedServers",
    "ServerDied",
    "ServerStartFailed",
    "locate_data_dir",
    "locked_data_dir",
]
